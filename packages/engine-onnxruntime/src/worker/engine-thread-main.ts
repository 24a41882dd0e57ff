/**
 * What an engine thread runs: one session of the `onnxruntime-node` binding, which blocks this thread and no other.
 *
 * Nothing of `@servable/core` is imported here but types: a thread resolves packages by itself, without the conditions
 * that the process or a test runner was started with.
 */
import type { DType, NumericData } from '@servable/core';
import { isUtf8 } from 'node:buffer';
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxDevice } from '../engine.ts';
import type { ResolvedSessionOptions } from '../session-options.ts';
import type { ThreadFault, ThreadReply, ThreadRequest, WireTensor, WireValue } from './messages.ts';

type Binding = typeof OnnxRuntime;

const BINDING_TYPES: Readonly<Partial<Record<DType, Tensor.Type>>> = {
  FP32: 'float32',
  FP64: 'float64',
  FP16: 'float16',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  BOOL: 'bool',
  BYTES: 'string',
};
const DTYPES = new Map(Object.entries(BINDING_TYPES).map(([dtype, type]) => [type as string, dtype as DType]));

/** An element that the binding would change on its way to the graph. */
class InputFault extends Error {
  readonly input: string;
  constructor(input: string, message: string) {
    super(message);
    this.input = input;
  }
}
class LibraryFault extends Error {}
class DeviceFault extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('; '));
    this.faults = faults;
  }
}

/**
 * Below the event loop's thread, so that a saturated engine delays no timer and no socket. On Linux alone a priority
 * belongs to a thread; elsewhere this would slow the whole process.
 */
function lowerPriority(niceness: number): void {
  if (process.platform !== 'linux' || niceness <= 0) return;
  try {
    setPriority(niceness);
  } catch {
    // A sandbox may forbid it. Answers are the same, and there is nothing better to do at equal priority.
  }
}

function serve(port: MessagePort): void {
  const session = new ThreadSession(port);
  port.on('message', (request: ThreadRequest) => void session.answer(request));
}

class ThreadSession {
  readonly #port: MessagePort;
  #binding: Binding | undefined;
  #session: InferenceSession | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  async answer(request: ThreadRequest): Promise<void> {
    if (request.kind === 'end') return this.#end();
    try {
      if (request.kind === 'load') await this.#load(request);
      else await this.#run(request);
    } catch (error) {
      this.#reply({ kind: 'failed', id: request.id, fault: faultOf(error) });
    }
  }

  async #load({ id, path, options }: Extract<ThreadRequest, { kind: 'load' }>): Promise<void> {
    this.#binding = await importBinding();
    const { session, device, deviceFaults } = await createOn(this.#binding, path, options);
    this.#session = session;
    const inputs = session.inputMetadata.map(wireValue);
    const outputs = session.outputMetadata.map(wireValue);
    this.#reply({ kind: 'loaded', id, inputs, outputs, device, deviceFaults });
  }

  async #run({ id, inputs, outputs }: Extract<ThreadRequest, { kind: 'run' }>): Promise<void> {
    const [binding, session] = [this.#binding, this.#session];
    if (session === undefined || binding === undefined) throw new Error('no session is loaded');
    const feeds = Object.fromEntries(inputs.map((input) => [input.name, bindingTensor(binding, input)]));
    const results = await session.run(feeds, outputs);
    const packed = outputs.map((name) => wireTensor(name, results[name]));
    this.#reply({ kind: 'ran', id, outputs: packed }, [...new Set(packed.flatMap(buffersOf))]);
  }

  /** The session first, then the port: with nothing left to wait for the thread ends by itself, native code included. */
  async #end(): Promise<void> {
    await this.#session?.release();
    this.#port.close();
  }

  #reply(message: ThreadReply, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

/** With a `Float16Array` around (Node 24 and later) the binding mixes up elements and bytes of float16. */
async function importBinding(): Promise<Binding> {
  Reflect.deleteProperty(globalThis, 'Float16Array');
  try {
    const loaded = await import('onnxruntime-node');
    // What it has to say comes with its errors; on stderr nobody would see which model it is about.
    loaded.env.logLevel = 'fatal';
    return loaded;
  } catch (error) {
    throw new LibraryFault(textOf(error), { cause: error });
  }
}

interface Created {
  readonly session: InferenceSession;
  readonly device: OnnxDevice;
  readonly deviceFaults: readonly string[];
}

/** What the binding says of a device that is not there; anything else is the model's fault, on whichever device. */
const NO_DEVICE = /backend|shared library|WebGPU|CUDA|[Ee]xecution ?[Pp]rovider|adapter/;

/** On the first device that is there. */
async function createOn(binding: Binding, path: string, options: ResolvedSessionOptions): Promise<Created> {
  const deviceFaults: string[] = [];
  for (const device of options.device) {
    try {
      const providers = device === 'cpu' ? {} : { executionProviders: [device] };
      const session = await binding.InferenceSession.create(path, { ...bindingOptions(options), ...providers });
      return { session, device, deviceFaults };
    } catch (error) {
      if (device === 'cpu' || !NO_DEVICE.test(textOf(error))) throw error;
      deviceFaults.push(`'${device}': ${textOf(error)}`);
    }
  }
  throw new DeviceFault(deviceFaults);
}

function bindingOptions(options: ResolvedSessionOptions): InferenceSession.SessionOptions {
  const spinning = options.spinning ? '1' : '0';
  return {
    intraOpNumThreads: options.intraOpThreads,
    interOpNumThreads: options.interOpThreads,
    executionMode: options.interOpThreads > 1 ? 'parallel' : 'sequential',
    graphOptimizationLevel: options.graphOptimization,
    enableCpuMemArena: options.memoryArena,
    enableMemPattern: options.memoryArena,
    extra: {
      'session.intra_op.allow_spinning': spinning,
      'session.inter_op.allow_spinning': spinning,
      ...options.config,
    },
  };
}

function wireValue(value: InferenceSession.ValueMetadata): WireValue {
  if (!value.isTensor) return { name: value.name, kind: 'opaque', dtype: undefined, shape: [] };
  return { name: value.name, kind: 'tensor', dtype: DTYPES.get(value.type), shape: value.shape };
}

function bindingTensor({ Tensor: BindingTensor }: Binding, input: WireTensor): Tensor {
  const { name, dtype, shape, data, ends } = input;
  const type = BINDING_TYPES[dtype];
  if (type === undefined) throw new InputFault(name, `the onnxruntime-node binding has no ${dtype}`);
  if (ends === undefined) return new BindingTensor(type, data as Float32Array, shape);
  return new BindingTensor('string', decodeStrings(name, data, ends), shape);
}

/** The binding takes text and ends it at the first NUL: what would not arrive unchanged is refused. */
function decodeStrings(name: string, data: NumericData, ends: Float64Array): string[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  let start = 0;
  return Array.from(ends, (end, at) => {
    const element = bytes.subarray(start, end);
    start = end;
    if (!isUtf8(element)) throw new InputFault(name, `element ${at} is not UTF-8, and this engine passes strings as text`);
    if (element.includes(0)) throw new InputFault(name, `element ${at} has a NUL byte, at which this engine would cut it off`);
    return element.toString('utf8');
  });
}

function wireTensor(name: string, tensor: Tensor | undefined): WireTensor {
  if (tensor === undefined) throw new Error(`the binding gave no output '${name}'`);
  const dtype = DTYPES.get(tensor.type);
  if (dtype === undefined) throw new Error(`output '${name}' is ${tensor.type}, which no dtype stands for`);
  const shape = [...tensor.dims];
  if (tensor.type === 'string') return { name, dtype, shape, ...encodeStrings(tensor.data as string[]) };
  return { name, dtype, shape, data: tensor.data as NumericData };
}

function encodeStrings(strings: readonly string[]): { data: Uint8Array; ends: Float64Array } {
  const ends = new Float64Array(strings.length);
  let end = 0;
  for (const [at, text] of strings.entries()) {
    end += Buffer.byteLength(text);
    ends[at] = end;
  }
  const data = Buffer.from(new ArrayBuffer(end));
  for (const [at, text] of strings.entries()) data.write(text, ends[at - 1] ?? 0);
  return { data: new Uint8Array(data.buffer), ends };
}

function buffersOf(tensor: WireTensor): ArrayBuffer[] {
  return [tensor.data, tensor.ends].flatMap((array) => (array?.buffer instanceof ArrayBuffer ? [array.buffer] : []));
}

function faultOf(error: unknown): ThreadFault {
  if (error instanceof DeviceFault) return { kind: 'device', message: error.message, faults: error.faults };
  if (error instanceof InputFault) return { kind: 'input', input: error.input, message: error.message };
  return { kind: error instanceof LibraryFault ? 'library' : 'runtime', message: textOf(error) };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (parentPort === null) throw new Error('This file is run by EngineThread, in a worker thread');
lowerPriority(Number((workerData as { niceness?: unknown }).niceness));
serve(parentPort);
