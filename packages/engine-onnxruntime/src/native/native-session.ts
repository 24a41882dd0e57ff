import { type Executor, type NamedTensors, ServingError, type Tensor } from '@servable/core';
import { checkInputs, selectOutputs } from '../check-run.ts';
import type { OnnxSession, OnnxValueInfo } from '../engine.ts';
import { onnxError } from '../errors.ts';
import { runErrorOf } from '../worker/binding-errors.ts';
import { elementTypeOf } from './element-types.ts';
import type { GraphOutput, GraphValues } from './graph-values.ts';
import { NativeNames } from './load-session.ts';
import type { NativeAnswer } from './native-thread.ts';
import type { OrtApi } from './ort-api.ts';
import { runSlot } from './run-slot.ts';
import { RunTimePredictor } from './run-time-predictor.ts';
import type { Slot } from './slot.ts';
import { answerTensor, fitsSlotNumbers, readAnswer, type SlotRequest, slotBytesOf, slotBytesOfRequest, writeRequest } from './slot-tensors.ts';
import type { ThreadPool } from './thread-pool.ts';

export interface NativeSessionOptions {
  readonly api: OrtApi;
  readonly pool: ThreadPool;
  readonly executor: Executor;
  readonly values: GraphValues;
  /** The session's address: any thread may run it. */
  readonly session: number;
  /** Longest predicted run that is made on the event loop; 0: none is. */
  readonly synchronousMicros: number;
  /** The slot for runs on the event loop, shared by all sessions. */
  readonly localSlot: Slot;
  onClosed(): Promise<void>;
}

/** A graph that any engine thread can run. */
export class NativeSession implements OnnxSession {
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly executor: Executor;
  readonly #options: NativeSessionOptions;
  readonly #names = new NativeNames();
  readonly #running = new Set<Promise<void>>();
  readonly #runOptions: bigint[] = [];
  readonly #predictor: RunTimePredictor;
  #answerBytes = 0;
  #closing: Promise<void> | undefined;

  constructor(options: NativeSessionOptions) {
    this.#options = options;
    this.inputs = options.values.inputs;
    this.outputs = options.values.outputs.flatMap((output) => output.parts);
    this.executor = options.executor;
    this.#predictor = new RunTimePredictor(options.synchronousMicros);
  }

  run(inputs: NamedTensors, outputs: readonly string[], signal: AbortSignal): NamedTensors | Promise<NamedTensors> {
    if (signal.aborted) return Promise.reject(signal.reason);
    try {
      if (this.#closing !== undefined) throw onnxError('SRV_ONNX_CLOSED', ['session']);
      checkInputs(this.inputs, inputs);
      const names = selectOutputs(this.outputs, outputs);
      const wanted = this.#options.values.outputs.filter(({ parts }) => parts.some((part) => names.includes(part.name)));
      const bytes = inputBytesOf(inputs);
      if (this.#predictor.isQuick(bytes)) return this.#runHere(inputs, wanted, names, bytes);
      return this.#runInThread(inputs, wanted, names, { bytes, signal });
    } catch (error) {
      return Promise.reject(runErrorOf(error));
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#running);
    for (const options of this.#runOptions) this.#options.api.release('releaseRunOptions', options);
    await this.#options.onClosed();
    this.#names.free();
  }

  #runHere(inputs: NamedTensors, wanted: readonly GraphOutput[], names: readonly string[], bytes: number): NamedTensors | Promise<NamedTensors> {
    const { api, localSlot } = this.#options;
    const request = this.#request(inputs, wanted, 0);
    if (slotBytesOfRequest(request) > localSlot.bytes.byteLength) return this.#runInThread(inputs, wanted, names, { bytes, signal: neverAborted() });
    writeRequest(localSlot, request);
    const spilled = runSlot(api, localSlot);
    const answer: NativeAnswer =
      spilled === undefined
        ? readAnswer(localSlot)
        : { microseconds: spilled.microseconds, tensors: spilled.tensors.map((each) => answerTensor(each.type, each.shape, each.bytes)) };
    this.#predictor.recordHere(bytes, answer.microseconds);
    return nameTensors(wanted, names, answer);
  }

  async #runInThread(
    inputs: NamedTensors,
    wanted: readonly GraphOutput[],
    names: readonly string[],
    run: { readonly bytes: number; readonly signal: AbortSignal },
  ): Promise<NamedTensors> {
    const { api, pool } = this.#options;
    const runOptions = this.#runOptions.pop() ?? api.out('createRunOptions');
    let isTerminated = false;
    const terminate = (): void => {
      isTerminated = true;
      api.call('setTerminate', runOptions);
    };
    const request = this.#request(inputs, wanted, Number(runOptions));
    if (!fitsSlotNumbers(request)) throw onnxError('SRV_ONNX_RUN_REFUSED', ['it has too many inputs or outputs for one run']);
    const { answer, settled } = pool.run({ request, answerBytes: this.#answerBytes, terminate }, run.signal);
    this.#track(settled, () => {
      if (isTerminated) api.call('unsetTerminate', runOptions);
      this.#runOptions.push(runOptions);
    });
    try {
      const { microseconds, tensors } = await answer;
      this.#predictor.recordInThread(run.bytes, microseconds);
      this.#answerBytes = Math.max(this.#answerBytes, answerBytesOf(tensors));
      return nameTensors(wanted, names, { microseconds, tensors });
    } catch (error) {
      throw run.signal.aborted || ServingError.is(error) ? error : runErrorOf(error);
    }
  }

  #track(settled: Promise<void>, release: () => void): void {
    const running = settled.then(() => {
      this.#running.delete(running);
      release();
    });
    this.#running.add(running);
  }

  #request(inputs: NamedTensors, wanted: readonly GraphOutput[], runOptions: number): SlotRequest {
    return {
      session: this.#options.session,
      runOptions,
      inputs: this.inputs.map(({ name }) => ({ nameAddress: this.#names.addressOf(name), tensor: tensorOf(inputs, name) })),
      outputs: wanted.map(({ name, form, parts }) => ({
        nameAddress: this.#names.addressOf(name),
        form,
        type: typeOf(parts[0]),
        keyType: typeOf(parts[1]),
      })),
    };
  }
}

function tensorOf(inputs: NamedTensors, name: string): Tensor {
  const tensor = inputs.get(name);
  if (tensor === undefined) throw onnxError('SRV_ONNX_INPUT_MISSING', [name]);
  return tensor;
}

function typeOf(part: OnnxValueInfo | undefined): number {
  return part?.dtype === undefined ? 1 : (elementTypeOf(part.dtype) ?? 1);
}

function inputBytesOf(inputs: NamedTensors): number {
  let bytes = 0;
  for (const tensor of inputs.values()) bytes += slotBytesOf(tensor);
  return bytes;
}

function answerBytesOf(tensors: NativeAnswer['tensors']): number {
  let bytes = 0;
  for (const { dtype, data, shape } of tensors) bytes += slotBytesOf({ dtype, data, shape } as Tensor) + 64;
  return bytes;
}

function nameTensors(wanted: readonly GraphOutput[], names: readonly string[], answer: NativeAnswer): NamedTensors {
  const byName = new Map<string, Tensor>();
  let at = 0;
  for (const { parts } of wanted) for (const { name } of parts) byName.set(name, answer.tensors[at++] as Tensor);
  const named = new Map<string, Tensor>();
  for (const name of names) {
    const tensor = byName.get(name);
    if (tensor !== undefined) named.set(name, tensor);
  }
  return named;
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

