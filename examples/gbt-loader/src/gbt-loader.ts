import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  createTensor,
  DEFAULT_SIGNATURE_NAME,
  type Loader,
  messageOf,
  METHOD_NAMES,
  type NamedTensors,
  type ResourceEstimate,
  type RunContext,
  type Servable,
  type Signature,
} from '@servable/core';
import { gbtError } from './errors.ts';
import { addTrees } from './forest.ts';
import { type GbtModel, readModel } from './read-model.ts';

const FILE = 'lightgbm.json';
/** The file as text takes two bytes a character, its objects while it is read several times that; the arrays that stay are smaller. */
const BYTES_PER_FILE_BYTE = 12;
/** About half a millisecond: then the event loop gets its turn. */
const TREES_AT_ONCE = 4000;

/** One version: a directory with the `lightgbm.json` that `booster.dump_model()` gave. */
export class GbtLoader implements Loader {
  readonly #file: string;
  #model: GbtModel | undefined;

  constructor(directory: string) {
    this.#file = join(directory, FILE);
  }

  /** By its name alone, which is `lightgbm.json` so that no other loader takes it for its own. */
  static async detect(directory: string): Promise<boolean> {
    return access(join(directory, FILE)).then(() => true, () => false);
  }

  async estimate(): Promise<ResourceEstimate> {
    try {
      return { ramBytes: BYTES_PER_FILE_BYTE * (await stat(this.#file)).size };
    } catch (error) {
      throw gbtError('GBT_FILE_INVALID', [this.#file, messageOf(error)], { cause: error });
    }
  }

  async load(signal: AbortSignal): Promise<Servable> {
    const model = await this.#read(signal);
    this.#model = model;
    return {
      signatures: new Map([[DEFAULT_SIGNATURE_NAME, signatureOf(model)]]),
      executor: { id: 'event-loop', maxConcurrentRuns: 1 },
      run: (signature, inputs, context) => this.#run(signature, inputs, context),
    };
  }

  async unload(): Promise<void> {
    this.#model = undefined;
  }

  async #read(signal: AbortSignal): Promise<GbtModel> {
    try {
      return readModel(await readFile(this.#file, { encoding: 'utf8', signal }));
    } catch (error) {
      signal.throwIfAborted();
      throw gbtError('GBT_FILE_INVALID', [this.#file, messageOf(error)], { cause: error });
    }
  }

  async #run(signature: string, inputs: NamedTensors, { signal }: RunContext): Promise<NamedTensors> {
    signal.throwIfAborted();
    const model = this.#model;
    if (model === undefined) throw gbtError('GBT_UNLOADED', [this.#file]);
    if (signature !== DEFAULT_SIGNATURE_NAME) throw gbtError('GBT_SIGNATURE_UNKNOWN', [signature]);
    const { forest, objective } = model;
    const { featureCount, outputCount } = forest;
    const { values, rows } = rowsOf(inputs, featureCount);
    const scores = new Float64Array(rows * outputCount);
    const rowsAtOnce = Math.max(1, Math.floor(TREES_AT_ONCE / forest.roots.length));
    for (let row = 0; row < rows; row += 1) {
      if (row > 0 && row % rowsAtOnce === 0) await setImmediate(undefined, { signal }).catch(() => signal.throwIfAborted());
      addTrees(forest, values, row * featureCount, scores, row * outputCount);
      objective(scores, row * outputCount, outputCount);
    }
    return new Map([['predictions', createTensor('FP64', outputCount === 1 ? [rows] : [rows, outputCount], scores)]]);
  }
}

/** A row's answer is made of that row alone, so rows of several requests may be joined. */
function signatureOf({ forest: { featureCount, outputCount } }: GbtModel): Signature {
  return {
    methodName: METHOD_NAMES.predict,
    inputs: new Map([['features', { dtype: 'FP64', shape: ['rows', featureCount] }]]),
    outputs: new Map([['predictions', { dtype: 'FP64', shape: outputCount === 1 ? ['rows'] : ['rows', outputCount] }]]),
    defaults: new Map(),
    batching: 'rows',
  };
}

function rowsOf(inputs: NamedTensors, featureCount: number): { readonly values: Float64Array; readonly rows: number } {
  const features = inputs.get('features');
  const [rows, width] = features?.shape ?? [];
  if (features?.dtype === 'FP64' && features.shape.length === 2 && rows !== undefined && width === featureCount) return { values: features.data, rows };
  const found = features === undefined ? 'nothing' : `${features.dtype} of shape [${features.shape.join(', ')}]`;
  throw gbtError('GBT_INPUT_INVALID', [`FP64 of shape [rows, ${featureCount}]`, found]);
}
