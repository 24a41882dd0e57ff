import {
  type Executor,
  METHOD_NAMES,
  type NamedTensors,
  type RunContext,
  type Servable,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '@servable/core';
import { testingError } from './errors.ts';

/** What a fake servable answers, and says of itself. */
export interface FakeServableOptions {
  /** Default: `serving_default` alone, a {@link fakeSignature}. */
  readonly signatures?: ReadonlyMap<string, Signature>;
  /** Default: checks its inputs as a real engine does, then answers `y = x / 2 + 2`. */
  readonly run?: Servable['run'];
  /** Default: id `fake`, 1 run at a time. It is only stated; the fake lets any number of runs go on. */
  readonly executor?: Executor;
}

/** One call of a fake's `run`. */
export interface FakeRun {
  readonly signature: string;
  readonly inputs: NamedTensors;
  readonly context: RunContext;
}

/** A servable that keeps what it was asked. */
export interface FakeServable extends Servable {
  /** Every call so far, oldest first; it keeps the inputs of each, so it is not for benchmarks. */
  readonly runs: readonly FakeRun[];
}

/** A signature `x: FP32 [batch] → y: FP32 [batch]` with batching by rows; what is given in `overrides` wins. */
export function fakeSignature(overrides: Partial<Signature> = {}): Signature {
  const spec: TensorSpec = { dtype: 'FP32', shape: ['batch'] };
  return {
    methodName: METHOD_NAMES.predict,
    inputs: new Map([['x', spec]]),
    outputs: new Map([['y', spec]]),
    defaults: new Map(),
    batching: 'rows',
    ...overrides,
  };
}

/** A servable without files or engine. */
export function fakeServable(options: FakeServableOptions = {}): FakeServable {
  const signatures = options.signatures ?? new Map([['serving_default', fakeSignature()]]);
  const runs: FakeRun[] = [];
  const run = options.run ?? ((signature, inputs, context) => halfPlusTwo(signatures, { signature, inputs, context }));
  return {
    signatures,
    executor: options.executor ?? { id: 'fake', maxConcurrentRuns: 1 },
    runs,
    run(signature, inputs, context) {
      runs.push({ signature, inputs, context });
      return run(signature, inputs, context);
    },
  };
}

async function halfPlusTwo(signatures: ReadonlyMap<string, Signature>, call: FakeRun): Promise<NamedTensors> {
  call.context.signal.throwIfAborted();
  const signature = signatures.get(call.signature);
  if (signature === undefined) throw testingError('SRV_FAKE_SIGNATURE_UNKNOWN', [call.signature]);
  const x = inputOf(signature, call.inputs);
  const data = Float32Array.from(x.data, (value) => value / 2 + 2);
  const wanted = [...signature.outputs.keys()].filter((name) => isWanted(name, call.context.outputs));
  return new Map(wanted.map((name) => [name, { dtype: 'FP32', shape: x.shape, data }]));
}

function isWanted(name: string, outputs: readonly string[]): boolean {
  return outputs.length === 0 || outputs.includes(name);
}

function inputOf(signature: Signature, inputs: NamedTensors): Extract<Tensor, { dtype: 'FP32' | 'COMPLEX64' }> {
  const [entry] = signature.inputs;
  const tensor = entry === undefined ? undefined : (inputs.get(entry[0]) ?? signature.defaults.get(entry[0]));
  if (entry === undefined || tensor === undefined) throw testingError('SRV_FAKE_INPUT_INVALID', ['it is missing']);
  const [name, spec] = entry;
  if (tensor.dtype !== 'FP32') throw testingError('SRV_FAKE_INPUT_INVALID', [`'${name}' must be FP32, got ${tensor.dtype}`]);
  if (!shapeFits(tensor.shape, spec.shape)) {
    throw testingError('SRV_FAKE_INPUT_INVALID', [`'${name}' must be [${(spec.shape ?? []).join(', ')}], got [${tensor.shape.join(', ')}]`]);
  }
  return tensor;
}

function shapeFits(shape: readonly number[], declared: TensorSpec['shape']): boolean {
  if (declared === undefined) return true;
  if (declared.length !== shape.length) return false;
  return declared.every((size, axis) => typeof size === 'string' || size === -1 || size === shape[axis]);
}
