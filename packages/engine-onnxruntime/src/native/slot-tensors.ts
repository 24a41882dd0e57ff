import { bytesPerElement, type DType, elementCount, storageOf, type Tensor, type TensorData } from '@servable/core';
import { dtypeOfElement, elementTypeOf, STRING_ELEMENTS } from './element-types.ts';
import type { OutputForm } from './graph-values.ts';
import { alignUp, FORMS, NUMBER_BYTES, type Slot, SLOT_NUMBERS } from './slot.ts';

/** A graph output to compute. */
export interface WantedOutput {
  /** Of the C string. */
  readonly nameAddress: number;
  readonly form: OutputForm;
  /** Element types of its values and (of maps) keys: an empty sequence does not say. */
  readonly type: number;
  readonly keyType: number;
}

/** One run, as it is written into a slot. */
export interface SlotRequest {
  readonly session: number;
  readonly runOptions: number;
  /** In the graph's order. */
  readonly inputs: readonly { readonly nameAddress: number; readonly tensor: Tensor }[];
  readonly outputs: readonly WantedOutput[];
}

/** Bytes a tensor takes in a slot: strings are where each ends, then all of them in a row. */
export function slotBytesOf(tensor: Tensor): number {
  if (tensor.dtype !== 'BYTES') return tensor.data.byteLength;
  let bytes = tensor.data.length * 8;
  for (const element of tensor.data) bytes += element.byteLength;
  return bytes;
}

/** Bytes and numbers that a request takes; a slot that is smaller must grow first. */
export function slotBytesOfRequest(request: SlotRequest): number {
  let bytes = NUMBER_BYTES;
  for (const { tensor } of request.inputs) bytes += alignUp(slotBytesOf(tensor));
  return bytes;
}

/** Whether the numbers of a request fit: thousands of inputs or outputs do not. */
export function fitsSlotNumbers(request: SlotRequest): boolean {
  let numbers = 5 + request.outputs.length * 4;
  for (const { tensor } of request.inputs) numbers += 5 + tensor.shape.length;
  return numbers <= SLOT_NUMBERS;
}

/** Writes a request that fits. Copies the inputs. */
export function writeRequest(slot: Slot, request: SlotRequest): void {
  const { numbers } = slot;
  let at = 0;
  let offset = NUMBER_BYTES;
  numbers[at++] = request.session;
  numbers[at++] = request.runOptions;
  numbers[at++] = request.inputs.length;
  numbers[at++] = request.outputs.length;
  for (const { nameAddress, tensor } of request.inputs) {
    const bytes = slotBytesOf(tensor);
    numbers[at++] = nameAddress;
    numbers[at++] = elementTypeOf(tensor.dtype) ?? 0;
    numbers[at++] = offset;
    numbers[at++] = bytes;
    numbers[at++] = tensor.shape.length;
    for (const size of tensor.shape) numbers[at++] = size;
    writeData(slot, tensor, offset);
    offset += alignUp(bytes);
  }
  for (const output of request.outputs) {
    numbers[at++] = output.nameAddress;
    numbers[at++] = FORMS.indexOf(output.form);
    numbers[at++] = output.type;
    numbers[at++] = output.keyType;
  }
  numbers[at] = offset;
}

function writeData(slot: Slot, tensor: Tensor, offset: number): void {
  if (tensor.dtype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = tensor.data;
    if (byteLength > 0) slot.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    return;
  }
  const ends = new Float64Array(slot.memory, offset, tensor.data.length);
  const first = offset + ends.byteLength;
  let end = 0;
  tensor.data.forEach((element, index) => {
    slot.bytes.set(element, first + end);
    end += element.byteLength;
    ends[index] = end;
  });
}

/** A tensor of an answer, before it has a name. */
export type AnswerTensor = Pick<Tensor, 'dtype' | 'shape' | 'data'>;

/** Reads the answer out of a slot. The tensors are copies. */
export function readAnswer(slot: Slot): { readonly microseconds: number; readonly tensors: readonly AnswerTensor[] } {
  const { numbers } = slot;
  const tensors: AnswerTensor[] = [];
  let at = 2;
  for (let index = 0; index < (numbers[1] ?? 0); index++) {
    const type = numbers[at++] ?? 0;
    const offset = numbers[at++] ?? 0;
    const bytes = numbers[at++] ?? 0;
    const rank = numbers[at++] ?? 0;
    const shape = Array.from(numbers.subarray(at, at + rank));
    at += rank;
    tensors.push(answerTensor(type, shape, slot.bytes.slice(offset, offset + bytes)));
  }
  return { microseconds: numbers[0] ?? 0, tensors };
}

/** Makes a tensor of bytes that are the caller's own, at offset 0 of their buffer. */
export function answerTensor(type: number, shape: readonly number[], bytes: Uint8Array): AnswerTensor {
  const dtype = dtypeOfElement(type);
  if (dtype === undefined) throw new TypeError(`ONNX Runtime answered with element type ${type}`);
  const data = type === STRING_ELEMENTS ? splitStrings(bytes, elementCount(shape)) : viewAs(dtype, bytes);
  return { dtype, shape, data };
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


