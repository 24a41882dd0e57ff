import { DAMAGED, type WireReader } from './wire-reader.ts';

/** Types that features have. */
export type FeatureType = 'FP32' | 'INT64' | 'BYTES';

/** As TensorFlow calls them. */
export const TYPE_NAMES: Readonly<Record<FeatureType, string>> = { FP32: 'float', INT64: 'int64', BYTES: 'string' };

/** As its message calls the list. */
export const LIST_NAMES: Readonly<Record<FeatureType, string>> = { FP32: 'float', INT64: 'int64', BYTES: 'bytes' };

const [BYTES_LIST, FLOAT_LIST, INT64_LIST] = [0x0a, 0x12, 0x1a];
const [DELIMITED_VALUE, FIXED_VALUE, VARINT_VALUE] = [0x0a, 0x0d, 0x08];

/** What a feature holds, by its first byte. `undefined`: none of these. */
export function typeOfTag(tag: number): FeatureType | undefined {
  if (tag === BYTES_LIST) return 'BYTES';
  if (tag === FLOAT_LIST) return 'FP32';
  return tag === INT64_LIST ? 'INT64' : undefined;
}

/** Where values are written. Numbers that come after it is full are counted only. */
export interface ValueSink {
  /** Of single precision: their bytes. */
  readonly bytes: Uint8Array;
  /** Of 64-bit integers: their halves. */
  readonly words: Int32Array;
  readonly strings: Uint8Array[];
  /** In elements. */
  at: number;
  end: number;
}

/** Reads the list of a feature, behind its tag: into a sink, or only to count. @returns how many values it has, or `DAMAGED` */
export function readValues(type: FeatureType, reader: WireReader, sink: ValueSink | undefined): number {
  if (reader.enter() === DAMAGED) return DAMAGED;
  if (type === 'BYTES') return readStrings(reader, sink);
  if (reader.isAtEnd()) return 0;
  const tag = reader.peek();
  if (type === 'FP32') return tag === DELIMITED_VALUE ? readPackedFloats(reader, sink) : readFloats(reader, sink);
  return tag === DELIMITED_VALUE ? readPackedIntegers(reader, sink) : readIntegers(reader, sink);
}

function readStrings(reader: WireReader, sink: ValueSink | undefined): number {
  let count = 0;
  while (!reader.isAtEnd()) {
    if (!reader.skipTag(DELIMITED_VALUE)) return DAMAGED;
    const start = reader.skipPart();
    if (start === DAMAGED) return DAMAGED;
    // As TensorFlow, which counts numbers beyond the end and refuses strings.
    if (sink !== undefined && sink.at >= sink.end) return DAMAGED;
    if (sink !== undefined) sink.strings[sink.at++] = reader.bytes.subarray(start, reader.at);
    count++;
  }
  return count;
}

function readFloats(reader: WireReader, sink: ValueSink | undefined): number {
  let count = 0;
  while (!reader.isAtEnd()) {
    if (!reader.skipTag(FIXED_VALUE) || reader.end - reader.at < 4) return DAMAGED;
    if (sink !== undefined && sink.at < sink.end) copyFloats(reader, sink, 1);
    else reader.at += 4;
    count++;
  }
  return count;
}

/** What is left of the list behind the packed values is not looked at, as in TensorFlow. */
function readPackedFloats(reader: WireReader, sink: ValueSink | undefined): number {
  reader.at++;
  const length = reader.varint();
  if (length === DAMAGED) return DAMAGED;
  const count = Math.floor(length / 4);
  const copied = sink === undefined ? count : Math.min(count, sink.end - sink.at);
  if (copied * 4 > reader.end - reader.at) return DAMAGED;
  if (sink === undefined) reader.at += 4 * copied;
  else copyFloats(reader, sink, copied);
  return count;
}

/** Fewer than this many floats are copied one by one: a view of the bytes costs more. */
const FEW = 12;

function copyFloats(reader: WireReader, sink: ValueSink, count: number): void {
  const { bytes } = reader;
  const [from, to, length] = [reader.at, 4 * sink.at, 4 * count];
  if (count < FEW) for (let at = 0; at < length; at++) sink.bytes[to + at] = bytes[from + at] ?? 0;
  else sink.bytes.set(bytes.subarray(from, from + length), to);
  reader.at += length;
  sink.at += count;
}

function readIntegers(reader: WireReader, sink: ValueSink | undefined): number {
  let count = 0;
  while (!reader.isAtEnd()) {
    if (!reader.skipTag(VARINT_VALUE) || !readInteger(reader, sink)) return DAMAGED;
    count++;
  }
  return count;
}

function readPackedIntegers(reader: WireReader, sink: ValueSink | undefined): number {
  reader.at++;
  if (reader.enter() === DAMAGED) return DAMAGED;
  let count = 0;
  while (!reader.isAtEnd()) {
    if (!readInteger(reader, sink)) return DAMAGED;
    count++;
  }
  return count;
}

function readInteger(reader: WireReader, sink: ValueSink | undefined): boolean {
  const low = reader.varint64();
  if (low === undefined) return false;
  if (sink === undefined || sink.at >= sink.end) return true;
  sink.words[2 * sink.at] = low;
  sink.words[2 * sink.at + 1] = reader.high;
  sink.at++;
  return true;
}
