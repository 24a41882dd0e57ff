import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createTensor, type Loader, messageOf, METHOD_NAMES, type NamedTensors, type ResourceEstimate, type Servable, type Signature } from '@servable/core';
import { linearError } from './errors.ts';

/** `y = x · weights + bias`, for each row of `x`. */
export class LinearLoader implements Loader {
  readonly #file: string;
  #isUnloaded = false;

  constructor(directory: string) {
    this.#file = join(directory, 'linear.json');
  }

  static async detect(directory: string): Promise<boolean> {
    return access(join(directory, 'linear.json')).then(() => true, () => false);
  }

  /** Numbers take less room in memory than as text. */
  async estimate(): Promise<ResourceEstimate> {
    try {
      return { ramBytes: 8 * (await stat(this.#file)).size };
    } catch (error) {
      throw linearError('LINEAR_FILE_INVALID', [this.#file, messageOf(error)], { cause: error });
    }
  }

  async load(signal: AbortSignal): Promise<Servable> {
    const { weights, bias } = await this.#read(signal);
    const signature: Signature = {
      methodName: METHOD_NAMES.predict,
      inputs: new Map([['x', { dtype: 'FP32', shape: ['n', weights.length] }]]),
      outputs: new Map([['y', { dtype: 'FP32', shape: ['n'] }]]),
      defaults: new Map(),
      // Each row of the answer depends on its own row alone, so requests may be joined.
      batching: 'rows',
    };
    return {
      signatures: new Map([['serving_default', signature]]),
      executor: { id: 'event-loop', maxConcurrentRuns: 1 },
      run: (_signature, inputs, context) => {
        context.signal.throwIfAborted();
        return this.#run(inputs, weights, bias);
      },
    };
  }

  async unload(): Promise<void> {
    this.#isUnloaded = true;
  }

  #run(inputs: NamedTensors, weights: readonly number[], bias: number): NamedTensors {
    if (this.#isUnloaded) throw linearError('LINEAR_UNLOADED', [this.#file]);
    const x = inputs.get('x');
    const [rows, width] = x?.shape ?? [];
    if (x?.dtype !== 'FP32' || x.shape.length !== 2 || rows === undefined || width !== weights.length) {
      throw linearError('LINEAR_INPUT_INVALID', [`FP32 of shape [n, ${weights.length}]`, x === undefined ? 'nothing' : `${x.dtype} of shape [${x.shape.join(', ')}]`]);
    }
    const y = new Float32Array(rows);
    for (let row = 0; row < rows; row += 1) y[row] = weights.reduce((sum, weight, at) => sum + weight * (x.data[row * width + at] ?? 0), bias);
    return new Map([['y', createTensor('FP32', [rows], y)]]);
  }

  async #read(signal: AbortSignal): Promise<{ readonly weights: readonly number[]; readonly bias: number }> {
    let content: unknown;
    try {
      content = JSON.parse(await readFile(this.#file, { encoding: 'utf8', signal }));
    } catch (error) {
      signal.throwIfAborted();
      throw linearError('LINEAR_FILE_INVALID', [this.#file, messageOf(error)], { cause: error });
    }
    const { weights, bias } = (content ?? {}) as { weights?: unknown; bias?: unknown };
    if (!Array.isArray(weights) || !weights.every((each) => typeof each === 'number')) {
      throw linearError('LINEAR_FILE_INVALID', [this.#file, 'weights must be an array of numbers']);
    }
    if (typeof bias !== 'number') throw linearError('LINEAR_FILE_INVALID', [this.#file, 'bias must be a number']);
    return { weights, bias };
  }
}
