import { type Address, alignUp, AnswerSheet, INPUTS_AT, NativeWords, type Slot, type SlotResult, type WrittenTensor } from '@servable/engine-threads/native';
import { AnswerWriter, numericBytes } from './answer-writer.ts';
import { STRING_ELEMENTS } from './element-types.ts';
import { type OrtApi, OrtFault } from './ort-api.ts';
import { writeOutput } from './output-values.ts';
import { resolveShape, type RunPlan } from './run-plan.ts';
import { createStrings } from './string-tensor.ts';

interface BoundInput {
  readonly offset: number;
  readonly bytes: number;
  readonly shape: readonly number[];
}

/**
 * A request's tensors over the memory of its slot, for all requests of the same plan and sizes.
 *
 * Inputs are tensors over the slot from the start (strings are made anew for each run: ONNX Runtime keeps its own copies). Outputs
 * become so once a run has shown that their sizes are what the file says of them: then the graph writes straight into the slot.
 */
export class RunBinding {
  readonly #api: OrtApi;
  readonly #slot: Slot;
  readonly #plan: RunPlan;
  /** The request's numbers, but for the run options. */
  readonly #key: Float64Array;
  readonly #inputs: readonly BoundInput[];
  /** Names of the inputs, their tensors, names of the outputs, their values: what a run is given, in this order. */
  readonly #words: NativeWords;
  readonly #inputValuesAt: number;
  readonly #outputNamesAt: number;
  readonly #outputValuesAt: number;
  readonly #base: Address;
  /** Where outputs are, by their place in the plan, once a run has confirmed it. */
  #bound: (WrittenTensor | undefined)[] | undefined;
  #freeOffset: number;
  #mayBind = true;

  constructor(api: OrtApi, slot: Slot, plan: RunPlan) {
    this.#api = api;
    this.#slot = slot;
    this.#plan = plan;
    const [inputs, end] = readInputs(slot.numbers, plan.inputs.length);
    this.#inputs = inputs;
    this.#key = slot.numbers.slice(0, end);
    this.#freeOffset = slot.numbers[2] ?? 0;
    this.#base = slot.address;
    const [takes, gives] = [plan.inputs.length, plan.outputs.length];
    this.#inputValuesAt = takes;
    this.#outputNamesAt = takes * 2;
    this.#outputValuesAt = takes * 2 + gives;
    this.#words = new NativeWords((takes + gives) * 2);
    this.#words.setAll(plan.inputs.map(({ name }) => name));
    this.#words.setAll(plan.outputs.map(({ name }) => name), this.#outputNamesAt);
    this.#createInputs();
  }

  /** Whether a request has the same plan and sizes. */
  fits(numbers: Float64Array): boolean {
    const key = this.#key;
    if (key[0] !== numbers[0]) return false;
    for (let at = 2; at < key.length; at++) if (key[at] !== numbers[at]) return false;
    return true;
  }

  /** @throws OrtFault */
  run(runOptions: number, startedMs: number): SlotResult {
    this.#createStringInputs();
    try {
      this.#call(runOptions);
      const answer = this.#writeAnswer(startedMs);
      if (this.#bound === undefined && this.#mayBind) this.#bindOutputs();
      return answer;
    } finally {
      this.#releaseOutputs((index) => this.#bound?.[index] === undefined);
    }
  }

  free(): void {
    for (let at = this.#inputValuesAt; at < this.#outputNamesAt; at++) this.#releaseAt(at);
    this.#releaseOutputs(() => true);
  }

  #call(runOptions: number): void {
    try {
      this.#callOnce(runOptions);
    } catch (fault) {
      // The sizes may have been others this time: what the file says of them is not binding.
      if (this.#bound === undefined || !(fault instanceof OrtFault)) throw fault;
      this.#releaseOutputs(() => true);
      this.#bound = undefined;
      this.#mayBind = false;
      this.#callOnce(runOptions);
    }
  }

  #callOnce(runOptions: number): void {
    const { address } = this.#words;
    const { inputs, outputs, session } = this.#plan;
    this.#api.check(
      this.#api.library.ort.run(
        session,
        runOptions,
        address,
        address + this.#inputValuesAt * 8,
        inputs.length,
        address + this.#outputNamesAt * 8,
        outputs.length,
        address + this.#outputValuesAt * 8,
      ),
    );
  }

  #createInputs(): void {
    try {
      this.#plan.inputs.forEach(({ type }, index) => {
        const { offset, bytes, shape } = this.#inputs[index] ?? { offset: 0, bytes: 0, shape: [] };
        if (type !== STRING_ELEMENTS) this.#createTensor(this.#inputValuesAt + index, { type, shape, offset, byteLength: bytes });
      });
    } catch (fault) {
      this.free();
      throw fault;
    }
  }

  #createStringInputs(): void {
    this.#plan.inputs.forEach(({ type }, index) => {
      const input = this.#inputs[index];
      if (type !== STRING_ELEMENTS || input === undefined) return;
      this.#releaseAt(this.#inputValuesAt + index);
      this.#words.set(this.#inputValuesAt + index, createStrings(this.#api, this.#slot, input));
    });
  }

  #createTensor(at: number, { type, shape, offset, byteLength }: WrittenTensor): void {
    const sizes = new NativeWords(shape.length);
    sizes.setAll(shape);
    const { ort } = this.#api.library;
    const target = this.#words.address + at * 8;
    this.#api.check(ort.createTensorWithData(this.#api.memoryInfo, this.#base + offset, byteLength, sizes.address, shape.length, type, target));
  }

  #writeAnswer(startedMs: number): SlotResult {
    const sheet = new AnswerSheet(this.#slot, this.#freeOffset);
    const answer = new AnswerWriter(this.#api, sheet);
    this.#plan.outputs.forEach((output, index) => {
      const bound = this.#bound?.[index];
      if (bound === undefined) writeOutput(this.#api, answer, output, this.#words.get(this.#outputValuesAt + index));
      else sheet.addWritten(bound);
    });
    return sheet.finish((performance.now() - startedMs) * 1000);
  }

  /** After a first run: binds the outputs of which it has confirmed the sizes. */
  #bindOutputs(): void {
    const confirmed = this.#confirmOutputs();
    this.#bound = confirmed;
    confirmed.forEach((tensor, index) => {
      if (tensor === undefined) return;
      this.#releaseAt(this.#outputValuesAt + index);
      this.#createTensor(this.#outputValuesAt + index, tensor);
    });
  }

  /** Which outputs have the sizes that were foretold, and where in the slot they will be. */
  #confirmOutputs(): (WrittenTensor | undefined)[] {
    const shapes = this.#inputs.map((input) => input.shape);
    return this.#plan.outputs.map(({ form, type, shape: planned }, index) => {
      const value = this.#words.get(this.#outputValuesAt + index);
      if (value === 0 || form !== 'tensor' || type === STRING_ELEMENTS || planned === undefined) return undefined;
      const shape = resolveShape(planned, shapes);
      const actual = this.#api.tensorShape(value);
      if (actual.type !== type || String(actual.shape) !== String(shape) || this.#isInput(value)) return undefined;
      return this.#reserve(type, shape);
    });
  }

  /** A graph that gives an input back as it is writes nothing: its output is the input. */
  #isInput(value: Address): boolean {
    const data = this.#api.tensorData(value);
    return data >= this.#base && data < this.#base + this.#slot.bytes.byteLength;
  }

  #reserve(type: number, shape: readonly number[]): WrittenTensor | undefined {
    const byteLength = numericBytes(type, shape);
    const offset = this.#freeOffset;
    if (offset + byteLength > this.#slot.bytes.byteLength) return undefined;
    this.#freeOffset += alignUp(byteLength);
    return { type, shape, offset, byteLength };
  }

  #releaseOutputs(isChosen: (index: number) => boolean): void {
    this.#plan.outputs.forEach((_, index) => {
      if (isChosen(index)) this.#releaseAt(this.#outputValuesAt + index);
    });
  }

  #releaseAt(at: number): void {
    this.#api.release('releaseValue', this.#words.get(at));
    this.#words.set(at, 0);
  }
}

function readInputs(numbers: Float64Array, count: number): [inputs: BoundInput[], end: number] {
  let at = INPUTS_AT;
  const next = (): number => numbers[at++] ?? 0;
  const inputs = Array.from({ length: count }, (): BoundInput => {
    const place = { offset: next(), bytes: next() };
    return { ...place, shape: Array.from({ length: next() }, next) };
  });
  return [inputs, at];
}
