import { allocateData, type DType, storageOf, type TensorData } from '@servable/core';
import { type ValueField, valueFieldOf } from './value-field.ts';
import { WireReader } from './wire-reader.ts';

type NumericDType = Exclude<DType, 'BYTES'>;
type BigInts = BigInt64Array | BigUint64Array;
type Numbers = Exclude<TensorData, readonly Uint8Array[] | BigInts>;

const EMPTY_STRING: Uint8Array = new Uint8Array(0);

/**
 * Reads the values of a TensorProto from its `*_val` field: packed, one by one, or both, wherever they stand. What is
 * missing repeats the last value (or is zero when there is none); what is too much is left.
 *
 * Fixed-size values in one piece become a view of the message where their address allows it.
 */
export function readNumbers(message: Uint8Array, dtype: NumericDType, elements: number): TensorData {
  const field = valueFieldOf(dtype);
  const { entriesPerElement } = storageOf(dtype);
  const reader = new WireReader(message, 'TensorProto');
  if (field.kind === 'bytes') return readByteString(reader, field, elements);
  if (field.fixedBytes > 0) {
    const piece = firstWholePiece(reader, field, elements * entriesPerElement * field.fixedBytes);
    if (piece !== undefined) return viewOrCopy(dtype, piece);
    reader.position = 0;
  }
  const data = allocateData(dtype, elements);
  if (isNumeric(data)) fill(reader, field, { data, entriesPerElement });
  return data;
}

/** The strings of `string_val`: views of the message. */
export function readStrings(message: Uint8Array, elements: number): readonly Uint8Array[] {
  const { packedTag } = valueFieldOf('BYTES');
  const reader = new WireReader(message, 'TensorProto');
  const strings: Uint8Array[] = [];
  while (reader.more && strings.length < elements) {
    const tag = reader.tag();
    if (tag === packedTag) strings.push(reader.view());
    else reader.skip(tag);
  }
  const last = strings.at(-1) ?? EMPTY_STRING;
  while (strings.length < elements) strings.push(last);
  return strings;
}

/** Little-endian bytes as an array of the dtype: a view where the address fits, otherwise a copy. */
export function viewOrCopy(dtype: NumericDType, bytes: Uint8Array): TensorData {
  const { array } = storageOf(dtype);
  const fits = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0;
  // A slice has memory of its own, and so an address that fits. Of a Buffer it would be a view: hence the other's method.
  const source = fits ? bytes : Uint8Array.prototype.slice.call(bytes);
  return new array(source.buffer, source.byteOffset, source.byteLength / array.BYTES_PER_ELEMENT);
}

/** `float8_val`: one byte string, a byte a value. Of several the last counts. */
function readByteString(reader: WireReader, field: ValueField, elements: number): Uint8Array {
  let piece = EMPTY_STRING;
  while (reader.more) {
    const tag = reader.tag();
    if (tag === field.packedTag) piece = reader.view();
    else reader.skip(tag);
  }
  if (piece.length >= elements) return piece.subarray(0, elements);
  const bytes = new Uint8Array(elements);
  bytes.set(piece);
  repeatLast(bytes, piece.length, 1);
  return bytes;
}

/** The first packed values, cut to `byteLength`; `undefined` when one piece does not hold them all. */
function firstWholePiece(reader: WireReader, field: ValueField, byteLength: number): Uint8Array | undefined {
  while (reader.more) {
    const tag = reader.tag();
    if (tag === field.unpackedTag) return undefined;
    if (tag === field.packedTag) {
      const start = reader.position;
      const piece = reader.view();
      checkPacked(reader, field, { start, length: piece.length });
      if (piece.length === byteLength) return piece;
      return piece.length < byteLength ? undefined : piece.subarray(0, byteLength);
    }
    reader.skip(tag);
  }
  return undefined;
}

function checkPacked(reader: WireReader, field: ValueField, piece: { start: number; length: number }): void {
  if (piece.length % field.fixedBytes === 0) return;
  throw reader.malformed(`${piece.length} bytes of packed values that take ${field.fixedBytes} each`, piece.start);
}

function isNumeric(data: TensorData): data is Numbers | BigInts {
  return !Array.isArray(data);
}

/** Where values go, as bytes and as numbers; 64-bit integers as halves in turn, so that no bigint is made. */
interface Target {
  readonly bytes: Uint8Array;
  readonly numbers: Numbers;
  /** How many entries there are, and how many of them have their value. */
  readonly entries: number;
  filled: number;
}

function fill(
  reader: WireReader,
  field: ValueField,
  { data, entriesPerElement }: { data: Numbers | BigInts; entriesPerElement: number },
): void {
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  const target: Target = {
    bytes: new Uint8Array(data.buffer),
    numbers: isBig ? new Int32Array(data.buffer) : data,
    entries: data.length,
    filled: 0,
  };
  while (reader.more && target.filled < target.entries) readField(reader, field, target);
  const elementBytes = data.BYTES_PER_ELEMENT * entriesPerElement;
  // The half of a complex value is none.
  repeatLast(target.bytes, Math.floor(target.filled / entriesPerElement) * elementBytes, elementBytes);
}

function readField(reader: WireReader, field: ValueField, target: Target): void {
  const tag = reader.tag();
  if (tag === field.packedTag) {
    const outer = reader.open();
    if (field.fixedBytes > 0) copyFixed(reader, field, target);
    else while (reader.more && target.filled < target.entries) readVarint(reader, field, target);
    reader.close(outer);
  } else if (tag !== field.unpackedTag) reader.skip(tag);
  else if (field.fixedBytes === 0) readVarint(reader, field, target);
  else {
    const outer = reader.openFixed(field.fixedBytes);
    copyFixed(reader, field, target);
    reader.close(outer);
  }
}

function copyFixed(reader: WireReader, field: ValueField, target: Target): void {
  const length = reader.end - reader.position;
  checkPacked(reader, field, { start: reader.position, length });
  const taken = Math.min(length / field.fixedBytes, target.entries - target.filled);
  const end = reader.position + taken * field.fixedBytes;
  target.bytes.set(reader.bytes.subarray(reader.position, end), target.filled * field.fixedBytes);
  target.filled += taken;
}

function readVarint(reader: WireReader, field: ValueField, target: Target): void {
  const { numbers, filled } = target;
  // A typed array keeps the low bits of a value that does not fit, which is TensorFlow's rule too.
  if (field.kind === 'varint32') numbers[filled] = reader.varint32();
  else if (field.kind === 'bool') numbers[filled] = reader.bool() ? 1 : 0;
  else {
    reader.varint64();
    numbers[2 * filled] = reader.low;
    numbers[2 * filled + 1] = reader.high;
  }
  target.filled = filled + 1;
}

function repeatLast(bytes: Uint8Array, filledBytes: number, elementBytes: number): void {
  if (filledBytes === 0) {
    bytes.fill(0);
    return;
  }
  const start = filledBytes - elementBytes;
  // Copies what is there behind itself, twice as much each time.
  for (let length = elementBytes; start + length < bytes.length; length *= 2) {
    bytes.copyWithin(start + length, start, start + length);
  }
}
