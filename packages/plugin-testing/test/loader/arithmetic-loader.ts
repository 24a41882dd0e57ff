import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type Artifact,
  defineErrors,
  defineLoader,
  type Loader,
  type LoaderPlugin,
  METHOD_NAMES,
  type NamedTensors,
  type RunContext,
  type Servable,
  type Signature,
  type Tensor,
} from '@servable/core';

/** What a deliberately wrong loader gets wrong; one thing each. */
export type Fault =
  | 'create reads files'
  | 'estimate is negative'
  | 'estimate keeps a file open'
  | 'estimate is far too low'
  | 'answers otherwise once loaded again'
  | 'load ignores an abort before'
  | 'load ignores an abort under way'
  | 'load wraps the abort reason'
  | 'unload fails after an aborted load'
  | 'runs after unload'
  | 'unload ends every version'
  | 'leaks a timer'
  | 'leaks a file'
  | 'close forgets the shared timer'
  | 'rows of a fixed size'
  | 'wrong answer'
  | 'says another dtype than it answers'
  | 'changes its inputs'
  | 'reuses its output'
  | 'mixes concurrent runs'
  | 'ignores the output filter'
  | 'computes another output than asked for'
  | 'run ignores the abort'
  | 'abort spoils the next run'
  | 'mixes rows'
  | 'accepts any dtype'
  | 'accepts any rank'
  | 'refuses with a plain error'
  | 'refuses with INTERNAL'
  | 'breaks after a refused run'
  | 'error without the path'
  | 'broken files end in a plain error'
  | 'loads broken files'
  | 'detects everything'
  | 'detects nothing'
  | 'detect throws'
  | 'inspect says another signature';

const arithmeticError = defineErrors<{ TEST_INPUT: [reason: string]; TEST_FILES: [path: string]; TEST_UNLOADED: []; TEST_BROKEN: [] }>({
  TEST_INPUT: { status: 'INVALID_ARGUMENT', message: (reason) => `Bad input: ${reason}` },
  TEST_FILES: { status: 'NOT_FOUND', message: (where) => `No arithmetic model in '${where}'` },
  TEST_UNLOADED: { status: 'FAILED_PRECONDITION', message: () => 'The model is unloaded' },
  TEST_BROKEN: { status: 'INTERNAL', message: () => 'The engine is broken' },
});

interface Shared {
  loads: number;
  timer: ReturnType<typeof setInterval> | undefined;
  epoch: number;
}

/** Serves `y = x / 2 + 2` and `z = x * 3` from a directory with an `arithmetic.json`, with at most one fault. */
export function arithmeticLoader(fault?: Fault): LoaderPlugin<'arithmetic'> {
  const shared: Shared = { loads: 0, timer: undefined, epoch: 0 };
  return defineLoader({
    platform: 'arithmetic',
    create: (artifact) => {
      if (fault === 'create reads files' && artifact.path.endsWith('-missing')) throw arithmeticError('TEST_FILES', [artifact.path]);
      return new ArithmeticLoader(artifact, fault, shared);
    },
    async detect(directory) {
      if (fault === 'detects everything') return true;
      if (fault === 'detects nothing') return false;
      return isModel(directory, fault === 'detect throws');
    },
    inspect: () => {
      const name = fault === 'inspect says another signature' ? 'other' : 'serving_default';
      return Promise.resolve({ signatures: new Map([[name, signatureWith(fault)]]), facts: [], notes: [] });
    },
    async close() {
      if (fault !== 'close forgets the shared timer') clearInterval(shared.timer);
    },
  });
}

async function isModel(directory: string, isThrowing: boolean): Promise<boolean> {
  try {
    await readFile(path.join(directory, 'arithmetic.json'));
    return true;
  } catch (error) {
    if (isThrowing) throw error;
    return false;
  }
}

class ArithmeticLoader implements Loader {
  readonly #artifact: Artifact;
  readonly #fault: Fault | undefined;
  readonly #shared: Shared;
  #isUnloaded = false;
  #wasAborted = false;
  #epoch = 0;
  #load = 0;

  constructor(artifact: Artifact, fault: Fault | undefined, shared: Shared) {
    this.#artifact = artifact;
    this.#fault = fault;
    this.#shared = shared;
  }

  async estimate(): Promise<{ ramBytes: number }> {
    if (this.#fault === 'estimate keeps a file open') openSync('.', 'r');
    return { ramBytes: this.#fault === 'estimate is negative' ? -1 : 100 };
  }

  async load(signal: AbortSignal): Promise<Servable> {
    this.#shared.timer ??= setInterval(() => {}, 60_000);
    const wasAbortedBefore = signal.aborted;
    try {
      if (this.#fault !== 'load ignores an abort before') signal.throwIfAborted();
      await this.#readModel();
      if (this.#fault !== 'load ignores an abort under way' && !wasAbortedBefore) signal.throwIfAborted();
    } catch (error) {
      if (!signal.aborted) throw error;
      this.#wasAborted = true;
      throw this.#fault === 'load wraps the abort reason' ? new Error('aborted', { cause: error }) : error;
    }
    if (this.#fault === 'leaks a timer') setTimeout(() => {}, 60_000);
    if (this.#fault === 'leaks a file') openSync(this.#artifact.path, 'r');
    this.#epoch = this.#shared.epoch;
    this.#load = this.#shared.loads += 1;
    return this.#servable();
  }

  async unload(): Promise<void> {
    this.#isUnloaded = true;
    this.#shared.epoch += 1;
    if (this.#wasAborted && this.#fault === 'unload fails after an aborted load') throw new Error('nothing to unload');
  }

  async #readModel(): Promise<void> {
    const { path: directory } = this.#artifact;
    try {
      const text = await readFile(path.join(directory, 'arithmetic.json'), 'utf8');
      if (this.#fault !== 'loads broken files') JSON.parse(text);
    } catch (error) {
      if (this.#fault === 'broken files end in a plain error') throw new Error(`broken: ${directory}`, { cause: error });
      throw arithmeticError('TEST_FILES', [this.#fault === 'error without the path' ? 'the directory' : directory], { cause: error });
    }
  }

  #servable(): Servable {
    const fault = this.#fault;
    let isBroken = false;
    const output = new Float32Array(1024);
    const held = Buffer.alloc(fault === 'estimate is far too low' ? 2 ** 26 : 1, 1);
    let latest: Tensor | undefined;
    const signature = signatureWith(fault);
    const signatures = new Map([['serving_default', signature]]);
    const run = async (inputs: NamedTensors, context: RunContext): Promise<NamedTensors> => {
      if (isBroken || held.length === 0) throw arithmeticError('TEST_BROKEN', []);
      if (this.#isUnloaded && fault !== 'runs after unload') throw arithmeticError('TEST_UNLOADED', []);
      if (fault === 'unload ends every version' && this.#epoch !== this.#shared.epoch) throw arithmeticError('TEST_UNLOADED', []);
      if (fault !== 'run ignores the abort') context.signal.throwIfAborted();
      const given = inputs.get('x');
      const refusal = refusalOf(given, fault);
      if (given === undefined || refusal !== undefined) {
        isBroken = fault === 'breaks after a refused run';
        if (fault === 'refuses with a plain error') throw new Error(refusal);
        if (fault === 'refuses with INTERNAL') throw arithmeticError('TEST_BROKEN', []);
        throw arithmeticError('TEST_INPUT', [refusal ?? 'x is missing']);
      }
      latest = given;
      // Engines answer later, so concurrent runs do overlap.
      await new Promise((resolve) => setImmediate(resolve));
      if (context.signal.aborted && fault === 'abort spoils the next run') output[0] = Number.NaN;
      if (fault !== 'run ignores the abort') context.signal.throwIfAborted();
      const x = fault === 'mixes concurrent runs' ? latest : given;
      const values = Array.from(x.data as Float32Array, Number);
      const mean = fault === 'mixes rows' ? values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length) : 0;
      const isOther = fault === 'wrong answer' || (fault === 'answers otherwise once loaded again' && this.#load > 1);
      const bias = isOther ? 3 : 2;
      const y = fault === 'reuses its output' ? output.subarray(0, values.length) : new Float32Array(values.length);
      for (const [index, value] of values.entries()) y[index] = (value - mean) / 2 + bias;
      if (fault === 'abort spoils the next run' && Number.isNaN(output[0])) y.fill(Number.NaN);
      if (fault === 'changes its inputs' && x.dtype === 'FP32') x.data.fill(0);
      const all: NamedTensors = new Map([
        ['y', { dtype: 'FP32', shape: x.shape, data: y }],
        ['z', { dtype: 'FP32', shape: x.shape, data: Float32Array.from(values, (value) => value * 3) }],
      ]);
      if (context.outputs.length === 0 || fault === 'ignores the output filter') return all;
      const swap = fault === 'computes another output than asked for';
      const wanted = [...all].filter(([name]) => context.outputs.includes(name));
      return new Map(wanted.map(([name, tensor]) => [name, swap ? (all.get(name === 'y' ? 'z' : 'y') ?? tensor) : tensor]));
    };
    return { signatures, executor: { id: 'arithmetic', maxConcurrentRuns: 1 }, run: (_name, inputs, context) => run(inputs, context) };
  }
}

function refusalOf(given: Tensor | undefined, fault: Fault | undefined): string | undefined {
  if (given === undefined) return 'x is missing';
  if (given.dtype !== 'FP32' && fault !== 'accepts any dtype') return `x must be FP32, got ${given.dtype}`;
  if (given.shape.length !== 2 && fault !== 'accepts any rank') return `x must have 2 axes, got ${given.shape.length}`;
  return undefined;
}

function signatureWith(fault: Fault | undefined): Signature {
  const batch = fault === 'rows of a fixed size' ? 2 : -1;
  const spec = { dtype: 'FP32' as const, shape: [batch, 'width'] };
  const z = { ...spec, dtype: fault === 'says another dtype than it answers' ? ('FP64' as const) : ('FP32' as const) };
  return {
    methodName: METHOD_NAMES.predict,
    inputs: new Map([['x', spec]]),
    outputs: new Map<string, { dtype: 'FP32' | 'FP64'; shape: (string | number)[] }>([
      ['y', spec],
      ['z', z],
    ]),
    defaults: new Map(),
    batching: 'rows',
  };
}
