import { bytesPerElement, createTensor, type DType, storageOf, type Tensor, type TensorData } from '@servable/core';
import { dtypeOfNumber, tensorFlowTypeOf } from '../data-type.ts';
import { grpcV1Error } from './errors.ts';
import { planTensor, writeTensor } from './tensor-writer.ts';
import { readNumbers, readStrings, viewOrCopy } from './tensor-values-reader.ts';
import { valueFieldOf } from './value-field.ts';
import { WireReader, WireType } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Options of {@link decodeTensor}. */
export interface DecodeTensorOptions {
  /**
   * Bytes a tensor may take in memory when its message is smaller than its values: one `float_val` may stand for any number
   * of elements, so that 20 bytes could ask for all memory there is. Default 64 MiB. Values that are all there are bounded by
   * the message's size and not by this.
   */
  readonly maxExpandedBytes?: number;
}

/** Options of {@link encodeTensor} and of what encodes tensors inside. */
export interface EncodeTensorOptions {
  /** Write `tensor_content` instead of the `*_val` field of the dtype. Default false, as TensorFlow Serving. */
  readonly asTensorContent?: boolean;
}

const DEFAULT_MAX_EXPANDED_BYTES = 64 * 2 ** 20;
/** A string takes its place in an array, even when it shares its bytes with others. */
const STRING_BYTES = 16;
/** As TensorFlow's `TensorShape`. */
const MAX_RANK = 254;

const DTYPE_TAG = (1 << 3) | WireType.varint;
const SHAPE_TAG = (2 << 3) | WireType.bytes;
const CONTENT_TAG = (4 << 3) | WireType.bytes;
const DIM_TAG = (2 << 3) | WireType.bytes;
const SIZE_TAG = (1 << 3) | WireType.varint;

/**
 * Reads a `tensorflow.TensorProto`.
 *
 * `tensor_content` wins over `*_val` fields; fewer values than elements repeat the last, none are zeros, and surplus ones are
 * left. Without a shape it is a scalar. Data may be a view of `bytes` (where their address fits the dtype, and for strings):
 * it lives as long as they do.
 *
 * @throws ServingError `SRV_GRPC_V1_MALFORMED` when the bytes are no message; `SRV_GRPC_V1_TENSOR_INVALID` when they are no
 * tensor: a dtype without plain data, a negative or too large shape, `tensor_content` of another length
 *
 * Source: TensorFlow, `Tensor::FromProto` in `framework/tensor.cc`.
 */
export function decodeTensor(bytes: Uint8Array, options: DecodeTensorOptions = {}): Tensor {
  const header = readHeader(new WireReader(bytes, 'TensorProto'));
  const dtype = dtypeOfNumber(header.dtypeNumber);
  if (dtype === undefined) throw invalid(`dtype ${header.dtypeNumber} is not one that holds plain data`);
  const elements = countElements(header.shape);
  const { content } = header;
  if (content !== undefined && content.length > 0) {
    return createTensor(dtype, header.shape, readContent(dtype, content, { shape: header.shape, elements }));
  }
  checkExpansion(dtype, bytes.length, { shape: header.shape, elements, limit: options.maxExpandedBytes });
  const data = dtype === 'BYTES' ? readStrings(bytes, elements) : readNumbers(bytes, dtype, elements);
  return createTensor(dtype, header.shape, data);
}

/** Writes a `tensorflow.TensorProto`: deterministic, every element listed. */
export function encodeTensor(tensor: Tensor, options: EncodeTensorOptions = {}): Uint8Array {
  const plan = planTensor(tensor, options.asTensorContent ?? false);
  const writer = new WireWriter(plan.byteLength);
  writeTensor(writer, plan);
  return writer.finish();
}

interface TensorHeader {
  dtypeNumber: number;
  readonly shape: number[];
  content: Uint8Array | undefined;
}

/** Reads all but the values, and walks over those: fields may stand in any order. */
function readHeader(reader: WireReader): TensorHeader {
  const header: TensorHeader = { dtypeNumber: 0, shape: [], content: undefined };
  while (reader.more) {
    const tag = reader.tag();
    if (tag === DTYPE_TAG) header.dtypeNumber = reader.varint32();
    // A shape in several pieces is one shape: their dimensions follow one another.
    else if (tag === SHAPE_TAG) readShape(reader, header.shape);
    else if (tag === CONTENT_TAG) header.content = reader.view();
    else reader.skip(tag);
  }
  return header;
}

function readShape(reader: WireReader, shape: number[]): void {
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === DIM_TAG) {
      if (shape.length === MAX_RANK) throw invalid(`a shape of more than ${MAX_RANK} dimensions`);
      shape.push(readDimension(reader));
    } else reader.skip(tag);
  }
  reader.close(outer);
}

function readDimension(reader: WireReader): number {
  const outer = reader.open();
  let size = 0;
  while (reader.more) {
    const tag = reader.tag();
    if (tag === SIZE_TAG) size = reader.int64AsNumber();
    else reader.skip(tag);
  }
  reader.close(outer);
  return size;
}

function countElements(shape: readonly number[]): number {
  let elements = 1;
  for (const size of shape) {
    if (size < 0) throw invalid(`shape [${shape}] has a negative size`);
    elements *= size;
    if (elements > Number.MAX_SAFE_INTEGER || size > Number.MAX_SAFE_INTEGER) {
      throw invalid(`shape [${shape}] has more elements than can be counted`);
    }
  }
  return elements;
}

interface Extent {
  readonly shape: readonly number[];
  readonly elements: number;
}

function checkExpansion(dtype: DType, messageBytes: number, extent: Extent & { limit: number | undefined }): void {
  const limit = extent.limit ?? DEFAULT_MAX_EXPANDED_BYTES;
  const size = extent.elements * (dtype === 'BYTES' ? STRING_BYTES : bytesPerElement(dtype));
  // The least bytes that values can take which are all there: a varint takes one.
  const written = extent.elements * Math.max(1, valueFieldOf(dtype).fixedBytes);
  if (size <= limit || written <= messageBytes) return;
  throw invalid(
    `shape [${extent.shape}] of ${tensorFlowTypeOf(dtype).protoName} takes ${size} bytes, but the message has ${messageBytes} ` +
      `and at most ${limit} may be filled in: send all values, or tensor_content`,
  );
}

function readContent(dtype: DType, content: Uint8Array, extent: Extent): TensorData {
  if (dtype === 'BYTES') return readStringContent(content, extent);
  const expected = extent.elements * bytesPerElement(dtype);
  if (content.length !== expected) throw wrongContent(dtype, content, extent);
  if (dtype === 'BOOL' && content.some((byte) => byte > 1)) {
    throw invalid('tensor_content of DT_BOOL holds a byte other than 0 and 1');
  }
  return viewOrCopy(dtype, content);
}

/** The length of every string as a varint, then the bytes of all. */
function readStringContent(content: Uint8Array, extent: Extent): Uint8Array[] {
  // A length takes a byte at least: this keeps a huge shape from making a huge array.
  if (extent.elements > content.length) throw wrongContent('BYTES', content, extent);
  const reader = new WireReader(content, 'tensor_content');
  const lengths = Array.from({ length: extent.elements }, () => reader.varint32() >>> 0);
  const strings = lengths.map((length) => {
    if (length > content.length - reader.position) throw wrongContent('BYTES', content, extent);
    const string = content.subarray(reader.position, reader.position + length);
    reader.position += length;
    return string;
  });
  if (reader.more) throw wrongContent('BYTES', content, extent);
  return strings;
}

function wrongContent(dtype: DType, content: Uint8Array, { shape, elements }: Extent): Error {
  const what = storageOf(dtype) === undefined ? `${elements} strings` : `${elements * bytesPerElement(dtype)} bytes`;
  return invalid(
    `tensor_content of ${content.length} bytes does not hold the ${what} of shape [${shape}], ${tensorFlowTypeOf(dtype).protoName}`,
  );
}

function invalid(reason: string): Error {
  return grpcV1Error('SRV_GRPC_V1_TENSOR_INVALID', [reason]);
}
