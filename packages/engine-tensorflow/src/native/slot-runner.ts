import { type Address, AnswerSheet, INPUTS_AT, NativeFault, NativeWords, type RunnerOfSlot, type Slot, type SlotResult } from '@servable/engine-threads/native';
import { dtypeOfElement, STRING_ELEMENTS } from './element-types.ts';
import { runOptions } from './session-config.ts';
import { createStrings, readStrings, writeStrings } from './string-tensor.ts';
import type { GraphTensor, RunPlan } from './thread-types.ts';
import type { TfApi } from './tf-api.ts';

const UNIMPLEMENTED = 12;

interface SlotInput {
  readonly offset: number;
  readonly bytes: number;
  readonly shape: readonly number[];
}

/** What one plan passes to every run of it: arrays of tensors' names and of their values. */
interface Binding {
  readonly plan: RunPlan;
  readonly inputs: NativeWords;
  readonly inputValues: NativeWords;
  readonly outputs: NativeWords;
  readonly outputValues: NativeWords;
}

/**
 * Computes the requests of one slot in this thread.
 *
 * Inputs are copied into tensors that TensorFlow owns: a graph may keep one, in a variable say, long after its slot has another request.
 */
export class SlotRunner implements RunnerOfSlot<RunPlan> {
  readonly #api: TfApi;
  readonly #slot: Slot;
  /** Options of runs without a timeout, in this thread or not; made when they are first needed. */
  readonly #options = new Map<boolean, Address>();
  #binding: Binding | undefined;

  constructor(api: TfApi, slot: Slot) {
    this.#api = api;
    this.#slot = slot;
  }

  run(planOf: (id: number) => RunPlan | undefined): SlotResult {
    const startedMs = performance.now();
    const { numbers } = this.#slot;
    const [id = 0, timeoutMs = 0, freeOffset = 0] = numbers;
    const binding = this.#bind(id, planOf);
    try {
      this.#createInputs(binding);
      this.#call(binding, timeoutMs);
      const sheet = new AnswerSheet(this.#slot, freeOffset);
      binding.plan.outputs.forEach(({ name }, index) => this.#write(sheet, binding.outputValues.get(index), name));
      return sheet.finish((performance.now() - startedMs) * 1000);
    } finally {
      this.#deleteTensors(binding.inputValues);
      this.#deleteTensors(binding.outputValues);
    }
  }

  free(): void {
    for (const options of this.#options.values()) this.#api.library.tf.deleteBuffer(options);
    this.#options.clear();
    this.#binding = undefined;
  }

  #bind(id: number, planOf: (id: number) => RunPlan | undefined): Binding {
    if (this.#binding?.plan.id === id) return this.#binding;
    const plan = planOf(id);
    if (plan === undefined) throw new Error(`there is no plan ${id}`);
    const [inputs, outputs] = [plan.inputs.length, plan.outputs.length];
    this.#binding = {
      plan,
      inputs: tensorNames(plan.inputs),
      inputValues: new NativeWords(inputs),
      outputs: tensorNames(plan.outputs),
      outputValues: new NativeWords(outputs),
    };
    return this.#binding;
  }

  #createInputs({ plan, inputValues }: Binding): void {
    const inputs = readInputs(this.#slot.numbers, plan.inputs.length);
    for (const [index, input] of inputs.entries()) inputValues.set(index, this.#createTensor(plan.inputs[index]?.type ?? 0, input));
  }

  #createTensor(type: number, input: SlotInput): Address {
    if (type === STRING_ELEMENTS) return createStrings(this.#api, this.#slot, input);
    const tensor = this.#api.allocateTensor(type, input.shape, input.bytes);
    if (input.bytes > 0) this.#api.library.copy(this.#api.get('tensorData', tensor), this.#slot.address + input.offset, input.bytes);
    return tensor;
  }

  #call({ plan, inputs, inputValues, outputs, outputValues }: Binding, timeoutMs: number): void {
    const ownOptions = timeoutMs > 0 ? this.#api.newBuffer(runOptions(timeoutMs, false)) : 0;
    try {
      const options = ownOptions === 0 ? this.#optionsFor(plan.inCallingThread) : ownOptions;
      const fed: [Address, Address, number] = [inputs.address, inputValues.address, plan.inputs.length];
      const fetched: [Address, Address, number] = [outputs.address, outputValues.address, plan.outputs.length];
      this.#api.call('sessionRun', plan.session, options, ...fed, ...fetched, null, 0, null);
    } finally {
      if (ownOptions !== 0) this.#api.library.tf.deleteBuffer(ownOptions);
    }
  }

  #optionsFor(inCallingThread: boolean): Address {
    const options = this.#options.get(inCallingThread) ?? this.#api.newBuffer(runOptions(0, inCallingThread));
    this.#options.set(inCallingThread, options);
    return options;
  }

  #write(sheet: AnswerSheet, tensor: Address, name: string): void {
    const type = this.#api.get('tensorType', tensor);
    const shape = this.#api.shapeOf(tensor);
    if (dtypeOfElement(type) === undefined) throw new NativeFault(`'${name}' is of TensorFlow's element type ${type}, which holds no plain values`, UNIMPLEMENTED);
    if (type === STRING_ELEMENTS) return this.#writeStrings(sheet, tensor, shape);
    const byteLength = this.#api.get('tensorByteSize', tensor);
    sheet.write(type, shape, {
      byteLength,
      fill: (target) => {
        if (byteLength > 0) this.#api.library.copy(target, this.#api.get('tensorData', tensor), byteLength);
      },
    });
  }

  #writeStrings(sheet: AnswerSheet, tensor: Address, shape: readonly number[]): void {
    const count = shape.reduce((product, size) => product * size, 1);
    const strings = readStrings(this.#api, tensor, count);
    const byteLength = strings.sizes.reduce((total, size) => total + size, count * 8);
    sheet.write(STRING_ELEMENTS, shape, { byteLength, fill: (target) => writeStrings(this.#api, strings, target) });
  }

  #deleteTensors(values: NativeWords): void {
    for (let index = 0; index < values.bytes / 8; index++) {
      const tensor = values.get(index);
      if (tensor !== 0) this.#api.library.tf.deleteTensor(tensor);
      values.set(index, 0);
    }
  }
}

/** `TF_Output` structures: a node's address, and a 32-bit index with as many bytes of padding. */
function tensorNames(tensors: readonly GraphTensor[]): NativeWords {
  const words = new NativeWords(tensors.length * 2);
  words.setAll(tensors.flatMap(({ operation, index }) => [operation, index]));
  return words;
}

function readInputs(numbers: Float64Array, count: number): SlotInput[] {
  let at = INPUTS_AT;
  const next = (): number => numbers[at++] ?? 0;
  return Array.from({ length: count }, (): SlotInput => {
    const place = { offset: next(), bytes: next() };
    return { ...place, shape: Array.from({ length: next() }, next) };
  });
}
