import { bytesField, joinFields } from '../grpc-v1/message-bytes.ts';
import { varint64Size, WireWriter } from '../grpc-v1/wire-writer.ts';
import { decodeBase64 } from './base64.ts';
import type { Compat } from './compat.ts';
import { restError } from './errors.ts';
import { isBase64Object } from './json-lookup.ts';
import { stringBytes, stringText } from './json-string.ts';
import { type JsonTape, KIND } from './json-tape.ts';
import { typeName } from './json-text.ts';

type ListKind = 'bytes' | 'float' | 'int64';

const FIELD_NUMBERS: Readonly<Record<ListKind, number>> = { bytes: 1, float: 2, int64: 3 };
const NO_BYTES: Uint8Array = new Uint8Array(0);

/** One JSON value of a feature, or several. */
interface Values {
  readonly tape: JsonTape;
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly compat: Compat;
}

/** The entries of the map `Features.feature` that an object's members say. */
export function exampleBytes(tape: JsonTape, object: number, compat: Compat): Uint8Array[] {
  const entries: Uint8Array[] = [];
  const end = tape.next(object);
  for (let key = object + 1; key < end; key = tape.next(key + 1)) {
    const value = key + 1;
    const isList = tape.isArray(value);
    const values = { tape, name: stringText(tape, key), first: isList ? value + 1 : value, count: isList ? tape.count(value) : 1, compat };
    entries.push(bytesField(1, joinFields([bytesField(1, stringBytes(tape, key)), bytesField(2, featureBytes(values))])));
  }
  return entries;
}

/** A `Feature`. Without values it has no kind. */
function featureBytes(values: Values): Uint8Array {
  const kind = listKind(values);
  if (kind === undefined) return NO_BYTES;
  return bytesField(FIELD_NUMBERS[kind], LIST_WRITERS[kind](values));
}

/** The kind of all values together; throws for the first that does not fit. */
function listKind({ tape, name, first, count, compat }: Values): ListKind | undefined {
  let kind: ListKind | undefined;
  let hasBoolean = false;
  let at = first;
  for (let taken = 0; taken < count; taken += 1, at = tape.next(at)) {
    const next = kindOf(tape, at, name);
    hasBoolean ||= isBoolean(tape, at);
    if (kind === undefined || kind === next) kind = next;
    else if (compat !== 'strict' && kind !== 'bytes' && next !== 'bytes' && !hasBoolean) kind = 'float';
    else throw restError('SRV_REST_V1_FEATURE_MIXED', [name, kind]);
  }
  return kind;
}

function isBoolean(tape: JsonTape, index: number): boolean {
  return tape.kind(index) === KIND.true || tape.kind(index) === KIND.false;
}

function kindOf(tape: JsonTape, index: number, name: string): ListKind {
  switch (tape.kind(index)) {
    case KIND.true:
    case KIND.false:
    case KIND.integer:
    case KIND.int64:
      return 'int64';
    case KIND.double:
      return 'float';
    case KIND.uint64:
      throw restError('SRV_REST_V1_FEATURE_UINT64', [name]);
    case KIND.string:
    case KIND.escaped:
      return 'bytes';
    default:
      if (isBase64Object(tape, index)) return 'bytes';
      throw restError('SRV_REST_V1_FEATURE_TYPE', [name, typeName(tape, index)]);
  }
}

const LIST_WRITERS: Readonly<Record<ListKind, (values: Values) => Uint8Array>> = { bytes: bytesList, float: floatList, int64: int64List };

function bytesList({ tape, first, count }: Values): Uint8Array {
  const fields: Uint8Array[] = [];
  let at = first;
  for (let taken = 0; taken < count; taken += 1, at = tape.next(at)) {
    const bytes = tape.isString(at) ? stringBytes(tape, at) : decodeBase64(stringBytes(tape, at + 2));
    if (bytes === undefined) throw restError('SRV_REST_V1_BASE64_DATA', []);
    fields.push(bytesField(1, bytes));
  }
  return joinFields(fields);
}

function floatList({ tape, first, count }: Values): Uint8Array {
  // Numbers take one entry each, so that they follow one another.
  const floats = Float32Array.from({ length: count }, (_none, index) => numberAt(tape, first + index));
  return bytesField(1, new Uint8Array(floats.buffer));
}

function numberAt(tape: JsonTape, index: number): number {
  return tape.kind(index) === KIND.int64 ? Number(tape.integers[index] ?? 0n) : (tape.numbers[index] ?? 0);
}

function int64List({ tape, first, count }: Values): Uint8Array {
  let byteLength = 0;
  for (let at = first; at < first + count; at += 1) {
    const value = integerAt(tape, at);
    byteLength += varint64Size(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }
  const writer = new WireWriter(byteLength);
  for (let at = first; at < first + count; at += 1) writer.int64(integerAt(tape, at));
  return bytesField(1, writer.finish());
}

function integerAt(tape: JsonTape, index: number): bigint {
  switch (tape.kind(index)) {
    case KIND.true:
      return 1n;
    case KIND.int64:
      return tape.integers[index] ?? 0n;
    case KIND.integer:
      return BigInt(tape.numbers[index] ?? 0);
    default:
      return 0n;
  }
}
