import { bytesPerElement, type DType, elementCount, storageOf, type Tensor, type TensorData } from '@servable/core';
import type { SpilledTensor } from './native/answer-sheet.ts';
import { ANSWER_AT, alignUp, INPUTS_AT, NUMBER_BYTES, type Slot } from './native/slot.ts';

/** The dtype of an engine's own number of an element type; `undefined` when there is none. */
export type DTypeOf = (type: number) => DType | undefined;

/** One run, as it is written into a slot. */
export interface SlotRequest {
  readonly plan: number;
  /** What the engine passes to its threads of this run alone; 0: nothing. */
  readonly runOptions: number;
  /** In the plan's order. */
  readonly inputs: readonly Tensor[];
}

/** What a run gave: its tensors in the order of the plan, and how long it took. */
export interface SlotAnswer {
  readonly microseconds: number;
  readonly tensors: readonly Tensor[];
}

/** Bytes a tensor takes in a slot: strings are where each ends, then all of them in a row. */
export function slotBytesOf(tensor: Tensor): number {
  if (tensor.dtype !== 'BYTES') return tensor.data.byteLength;
  let bytes = tensor.data.length * 8;
  for (const element of tensor.data) bytes += element.byteLength;
  return bytes;
}

/** Bytes that a request takes; a slot that is smaller must grow first. */
export function slotBytesOfInputs(inputs: readonly Tensor[]): number {
  let bytes = NUMBER_BYTES;
  for (const tensor of inputs) bytes += alignUp(slotBytesOf(tensor));
  return bytes;
}

/** Whether the numbers of a request fit: a thousand inputs may not. */
export function fitsSlotNumbers(inputs: readonly Tensor[]): boolean {
  let numbers = INPUTS_AT;
  for (const { shape } of inputs) numbers += 3 + shape.length;
  return numbers <= ANSWER_AT;
}

/** Writes a request that fits. Copies the inputs. */
export function writeRequest(slot: Slot, request: SlotRequest): void {
  const { numbers } = slot;
  let at = INPUTS_AT;
  let offset = NUMBER_BYTES;
  for (const tensor of request.inputs) {
    const bytes = slotBytesOf(tensor);
    numbers[at++] = offset;
    numbers[at++] = bytes;
    numbers[at++] = tensor.shape.length;
    for (const size of tensor.shape) numbers[at++] = size;
    writeData(slot, tensor, offset);
    offset += alignUp(bytes);
  }
  numbers[0] = request.plan;
  numbers[1] = request.runOptions;
  numbers[2] = offset;
}

function writeData(slot: Slot, tensor: Tensor, offset: number): void {
  if (tensor.dtype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = tensor.data;
    if (byteLength > 0) slot.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    return;
  }
  const ends = new Float64Array(slot.bytes.buffer, offset, tensor.data.length);
  const first = offset + ends.byteLength;
  let end = 0;
  tensor.data.forEach((element, index) => {
    slot.bytes.set(element, first + end);
    end += element.byteLength;
    ends[index] = end;
  });
}

/** Reads the answer out of a slot. The tensors are copies. */
export function readAnswer(slot: Slot, dtypeOf: DTypeOf): SlotAnswer {
  const { numbers } = slot;
  const tensors: Tensor[] = [];
  let at = ANSWER_AT + 2;
  for (let index = 0; index < (numbers[ANSWER_AT + 1] ?? 0); index++) {
    const type = numbers[at++] ?? 0;
    const offset = numbers[at++] ?? 0;
    const bytes = numbers[at++] ?? 0;
    const rank = numbers[at++] ?? 0;
    const shape = Array.from(numbers.subarray(at, at + rank));
    at += rank;
    tensors.push(answerTensor({ type, shape, bytes: slot.bytes.slice(offset, offset + bytes) }, dtypeOf));
  }
  return { microseconds: numbers[ANSWER_AT] ?? 0, tensors };
}

/** Makes a tensor of bytes that are the caller's own, at offset 0 of their buffer. */
export function answerTensor({ type, shape, bytes }: SpilledTensor, dtypeOf: DTypeOf): Tensor {
  const dtype = dtypeOf(type);
  if (dtype === undefined) throw new TypeError(`the library answered with element type ${type}`);
  const data = dtype === 'BYTES' ? splitStrings(bytes, elementCount(shape)) : viewAs(dtype, bytes);
  // The dtype has chosen the array.
  return { dtype, shape, data } as Tensor;
}

function viewAs(dtype: DType, bytes: Uint8Array): TensorData {
  const storage = storageOf(dtype);
  if (storage === undefined) return [];
  return new storage.array(bytes.buffer, bytes.byteOffset, (bytes.byteLength / bytesPerElement(dtype)) * storage.entriesPerElement);
}

/** Strings are their starts (64-bit integers, one each) followed by all of them in a row. */
function splitStrings(bytes: Uint8Array, count: number): Uint8Array[] {
  const starts = new BigUint64Array(bytes.buffer, bytes.byteOffset, count);
  const texts = bytes.subarray(count * 8);
  return Array.from(starts, (start, index) => texts.subarray(Number(start), Number(starts[index + 1] ?? texts.byteLength)));
}
