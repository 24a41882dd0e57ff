import type { Tensor } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import { valueFieldOf } from './value-field.ts';
import { WireType } from './wire-reader.ts';
import { bytesFieldSize, int32Size, uint53Size, varint64Size, varintSize, type WireWriter } from './wire-writer.ts';

const SHAPE_TAG = (2 << 3) | WireType.bytes;
const CONTENT_TAG = (4 << 3) | WireType.bytes;

/** A tensor with the sizes its message will have. */
export interface TensorPlan {
  readonly tensor: Tensor;
  readonly asTensorContent: boolean;
  /** Bytes of the TensorShapeProto. */
  readonly shapeLength: number;
  /** Bytes inside the one field that holds the values; for `string_val` with its tags and lengths. */
  readonly valuesLength: number;
  /** Bytes of the whole TensorProto. */
  readonly byteLength: number;
}

/** Computes the sizes of a TensorProto: the first of two passes over the values. */
export function planTensor(tensor: Tensor, asTensorContent: boolean): TensorPlan {
  const shapeLength = sizeOfShape(tensor.shape);
  const valuesLength = asTensorContent ? sizeOfContent(tensor) : sizeOfValues(tensor);
  const tag = asTensorContent ? CONTENT_TAG : valueFieldOf(tensor.dtype).packedTag;
  const isStrings = tensor.dtype === 'BYTES' && !asTensorContent;
  const valuesField = isStrings || valuesLength === 0 ? valuesLength : varintSize(tag) + varintSize(valuesLength) + valuesLength;
  // All of TensorFlow's dtype numbers take one byte.
  return { tensor, asTensorContent, shapeLength, valuesLength, byteLength: 2 + bytesFieldSize(shapeLength) + valuesField };
}

/** Writes the TensorProto of a plan: `plan.byteLength` bytes. */
export function writeTensor(writer: WireWriter, plan: TensorPlan): void {
  const { tensor, asTensorContent, valuesLength } = plan;
  writer.byte((1 << 3) | WireType.varint);
  writer.byte(tensorFlowTypeOf(tensor.dtype).number);
  writeShape(writer, tensor.shape, plan.shapeLength);
  if (valuesLength === 0) return;
  if (asTensorContent || tensor.dtype !== 'BYTES') {
    writer.varint(asTensorContent ? CONTENT_TAG : valueFieldOf(tensor.dtype).packedTag);
    writer.varint(valuesLength);
  }
  if (asTensorContent) writeContent(writer, tensor);
  else writeValues(writer, tensor);
}

function sizeOfShape(shape: readonly number[]): number {
  let length = 0;
  for (const size of shape) length += bytesFieldSize(sizeOfDimension(size));
  return length;
}

/** A size of 0 is not written: the Dim message is empty. */
function sizeOfDimension(size: number): number {
  return size === 0 ? 0 : 1 + uint53Size(size);
}

function writeShape(writer: WireWriter, shape: readonly number[], shapeLength: number): void {
  writer.byte(SHAPE_TAG);
  writer.varint(shapeLength);
  for (const size of shape) {
    writer.byte((2 << 3) | WireType.bytes);
    writer.byte(sizeOfDimension(size));
    if (size === 0) continue;
    writer.byte((1 << 3) | WireType.varint);
    writer.uint53(size);
  }
}

function sizeOfValues(tensor: Tensor): number {
  switch (tensor.dtype) {
    case 'FP32':
    case 'FP64':
    case 'COMPLEX64':
    case 'COMPLEX128':
    case 'FP8_E5M2':
    case 'FP8_E4M3FN':
    case 'FP8_E4M3FNUZ':
    case 'FP8_E4M3B11FNUZ':
    case 'FP8_E5M2FNUZ':
      return tensor.data.byteLength;
    case 'BOOL':
      return tensor.data.length;
    case 'BYTES':
      return sum(tensor.data, (string) => bytesFieldSize(string.length));
    case 'INT64':
    case 'UINT64':
      return sizeOfHalves(halvesOf(tensor.data));
    default:
      return sizeOfInts(tensor.data);
  }
}

type Ints = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

function sizeOfInts(data: Ints): number {
  let length = 0;
  for (let index = 0; index < data.length; index += 1) length += int32Size(data[index] ?? 0);
  return length;
}

function sizeOfHalves(halves: Int32Array): number {
  let length = 0;
  for (let index = 0; index < halves.length; index += 2) length += varint64Size(halves[index] ?? 0, halves[index + 1] ?? 0);
  return length;
}

/** Low and high halves of 64-bit integers in turn: no bigint is made. */
function halvesOf(data: BigInt64Array | BigUint64Array): Int32Array {
  return new Int32Array(data.buffer, data.byteOffset, data.length * 2);
}

function sum<T>(items: readonly T[], sizeOf: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += sizeOf(item);
  return total;
}

function writeValues(writer: WireWriter, tensor: Tensor): void {
  switch (tensor.dtype) {
    case 'FP32':
    case 'FP64':
    case 'COMPLEX64':
    case 'COMPLEX128':
    case 'FP8_E5M2':
    case 'FP8_E4M3FN':
    case 'FP8_E4M3FNUZ':
    case 'FP8_E4M3B11FNUZ':
    case 'FP8_E5M2FNUZ':
      writer.raw(bytesOf(tensor.data));
      return;
    case 'BOOL':
      for (const value of tensor.data) writer.byte(value === 0 ? 0 : 1);
      return;
    case 'INT64':
    case 'UINT64':
      writeHalves(writer, halvesOf(tensor.data));
      return;
    case 'BYTES':
      writeStrings(writer, tensor.data);
      return;
    default:
      writeInts(writer, tensor.data);
  }
}

function writeInts(writer: WireWriter, data: Ints): void {
  for (let index = 0; index < data.length; index += 1) writer.int32(data[index] ?? 0);
}

function writeHalves(writer: WireWriter, halves: Int32Array): void {
  for (let index = 0; index < halves.length; index += 2) writer.varint64(halves[index] ?? 0, halves[index + 1] ?? 0);
}

function writeStrings(writer: WireWriter, strings: readonly Uint8Array[]): void {
  for (const string of strings) {
    writer.byte(valueFieldOf('BYTES').packedTag);
    writer.varint(string.length);
    writer.raw(string);
  }
}

function sizeOfContent(tensor: Tensor): number {
  if (tensor.dtype !== 'BYTES') return tensor.data.byteLength;
  return sum(tensor.data, (string) => varintSize(string.length) + string.length);
}

function writeContent(writer: WireWriter, tensor: Tensor): void {
  if (tensor.dtype !== 'BYTES') {
    writer.raw(bytesOf(tensor.data));
    return;
  }
  for (const string of tensor.data) writer.varint(string.length);
  for (const string of tensor.data) writer.raw(string);
}

/** The memory of an array as it is: numbers are little-endian on the wire and on every machine this runs on. */
function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
