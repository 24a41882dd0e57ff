import { allocateData, bytesPerElement, createTensor, type DType, elementCount, type NumericData, storageOf, type Tensor } from '@servable/core';
import type { TensorProto, TensorShapeProto } from '@servable/protos/tensorflow';
import { ByteReader, DamagedBytes } from '../bytes/byte-reader.ts';
import { dataTypeName, dtypeOf } from '../data-type.ts';
import { savedModelError } from '../errors.ts';
import { valuesOf } from './proto-values.ts';

/** Options of {@link tensorFromProto}. */
export interface TensorFromProtoOptions {
  /**
   * Bytes that a tensor may take beyond those of its message: one value may stand for any number of elements. Default
   * 256 MiB.
   */
  readonly maxExpandedBytes?: number;
}

const DEFAULT_MAX_EXPANDED_BYTES = 256 * 2 ** 20;
/** What a string's place in an array takes at least. */
const STRING_BYTES = 16;
const MAX_RANK = 254;
const EMPTY = new Uint8Array(0);

/**
 * The tensor of a `TensorProto`, such as the value of a Const node or a signature's default. `tensor_content` wins over `*_val`
 * fields; fewer values than elements repeat the last, none are zeros, and surplus ones are left. Without a shape it is a scalar.
 * Strings share memory with the message; numbers do where their address fits the dtype.
 *
 * @param name - for messages: the node, or the input
 * @throws ServingError `SRV_SAVEDMODEL_TENSOR_INVALID`
 *
 * Source: TensorFlow, `Tensor::FromProto` in `framework/tensor.cc`.
 */
export function tensorFromProto(name: string, proto: TensorProto, options: TensorFromProtoOptions = {}): Tensor {
  const dtype = dtypeOf(proto.dtype);
  if (dtype === undefined) throw invalid(name, `${dataTypeName(proto.dtype)} holds no plain values`);
  const shape = shapeOf(name, proto.tensorShape);
  if (dtype === 'BYTES') return stringTensor(name, proto, { shape, options });
  if (proto.tensorContent.length > 0) return createTensor(dtype, shape, fromContent(name, proto.tensorContent, { dtype, shape }));
  const { entriesPerElement } = storageOf(dtype);
  const values = valuesOf(proto, dtype);
  checkExpansion(name, (elementCount(shape) - values.length / entriesPerElement) * bytesPerElement(dtype), options);
  const data = allocateData(dtype, elementCount(shape)) as NumericData;
  repeatLast(data, values, entriesPerElement);
  return createTensor(dtype, shape, data);
}

function checkExpansion(name: string, bytes: number, options: TensorFromProtoOptions): void {
  const limit = options.maxExpandedBytes ?? DEFAULT_MAX_EXPANDED_BYTES;
  if (bytes > limit) throw invalid(name, `its shape asks for ${bytes} bytes that it has no values for, more than ${limit}`);
}

interface NumericKind {
  readonly dtype: Exclude<DType, 'BYTES'>;
  readonly shape: readonly number[];
}

function fromContent(name: string, content: Uint8Array, { dtype, shape }: NumericKind): NumericData {
  const needed = elementCount(shape) * bytesPerElement(dtype);
  if (content.length !== needed) throw invalid(name, `shape [${shape}] of ${dtype} needs ${needed} bytes, it has ${content.length}`);
  if (dtype === 'BOOL' && content.some((byte) => byte > 1)) throw invalid(name, 'a BOOL is neither 0 nor 1');
  const { array } = storageOf(dtype);
  const isAligned = content.byteOffset % array.BYTES_PER_ELEMENT === 0;
  // Not `slice`: a Buffer's shares its memory.
  const bytes = isAligned ? content : Uint8Array.from(content);
  return new array(bytes.buffer, bytes.byteOffset, bytes.length / array.BYTES_PER_ELEMENT);
}

/** Complex numbers repeat in pairs; half a pair is no number. */
function repeatLast(data: NumericData, values: ArrayLike<number | bigint>, entries: 1 | 2): void {
  const given = Math.min(values.length - (values.length % entries), data.length);
  // Of all numeric arrays at once: `values` are of the kind that this dtype's array holds.
  const target = data as unknown as { [at: number]: number | bigint; copyWithin(to: number, from: number, end: number): void };
  for (let at = 0; at < given; at++) target[at] = values[at] ?? 0;
  if (given === 0) return;
  // Each copy doubles what is filled.
  const first = given - entries;
  for (let filled = given; filled < data.length; filled += filled - first) target.copyWithin(filled, first, filled);
}

interface StringKind {
  readonly shape: readonly number[];
  readonly options: TensorFromProtoOptions;
}

function stringTensor(name: string, proto: TensorProto, { shape, options }: StringKind): Tensor {
  const elements = elementCount(shape);
  if (proto.tensorContent.length > 0) return createTensor('BYTES', shape, stringsFromContent(name, proto.tensorContent, elements));
  checkExpansion(name, (elements - proto.stringVal.length) * STRING_BYTES, options);
  const last = proto.stringVal.at(-1) ?? EMPTY;
  return createTensor('BYTES', shape, Array.from({ length: elements }, (_, at) => proto.stringVal[at] ?? last));
}

/** All lengths, then all bytes. */
function stringsFromContent(name: string, content: Uint8Array, elements: number): Uint8Array[] {
  try {
    if (elements > content.length) throw new DamagedBytes(`it has ${content.length} bytes for ${elements} strings`, 0);
    const reader = new ByteReader(content);
    const lengths = Array.from({ length: elements }, () => reader.varint());
    const strings = lengths.map((length) => reader.take(length));
    if (reader.remaining > 0) throw new DamagedBytes(`${reader.remaining} bytes are left`, reader.position);
    return strings;
  } catch (error) {
    if (error instanceof DamagedBytes) throw invalid(name, error.message);
    throw error;
  }
}

function shapeOf(name: string, shape: TensorShapeProto | undefined): number[] {
  const sizes = (shape?.dim ?? []).map(({ size }) => Number(size));
  if (sizes.length > MAX_RANK) throw invalid(name, `its shape has more than ${MAX_RANK} dimensions`);
  if (sizes.some((size) => size < 0)) throw invalid(name, `shape [${sizes}] has a negative size`);
  if (!Number.isSafeInteger(elementCount(sizes.filter((size) => size > 0)))) throw invalid(name, `shape [${sizes}] has too many elements`);
  return shape?.unknownRank === true ? [] : sizes;
}

function invalid(name: string, reason: string): ReturnType<typeof savedModelError> {
  return savedModelError('SRV_SAVEDMODEL_TENSOR_INVALID', [name, reason]);
}
