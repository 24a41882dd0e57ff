import type { Compat } from './compat.ts';
import { stringBytes } from './json-string.ts';
import { type JsonTape, KIND } from './json-tape.ts';
import { JsonWriter } from './json-writer.ts';

/** No further token is written once the text has this many bytes. */
const MAX_BYTES = 256;
const INDENT = 4;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [KIND.null, 'Null'],
  [KIND.false, 'False'],
  [KIND.true, 'True'],
  [KIND.integer, 'Number'],
  [KIND.double, 'Number'],
  [KIND.int64, 'Number'],
  [KIND.uint64, 'Number'],
  [KIND.string, 'String'],
  [KIND.escaped, 'String'],
  [KIND.array, 'Array'],
  [KIND.object, 'Object'],
]);

/** RapidJSON's name of a value's type, as error messages have it. */
export function typeName(tape: JsonTape, index: number): string {
  return TYPE_NAMES.get(tape.kind(index)) ?? 'Null';
}

/**
 * A value as error messages quote it: arrays on one line, objects one member a line, cut at the first token after 256 bytes
 * and before any NaN or Infinity. In default mode a long string is cut too; `strict` quotes it whole.
 */
export function valueText(tape: JsonTape, index: number, compat: Compat): string {
  const json = new JsonWriter();
  writeValue({ tape, json, compat }, index, 0);
  return UTF8.decode(json.finish());
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

interface Quote {
  readonly tape: JsonTape;
  readonly json: JsonWriter;
  readonly compat: Compat;
}

/** Writes a token unless there is enough; false ends the text. */
function put({ json }: Quote, token: string): boolean {
  if (json.length >= MAX_BYTES) return false;
  json.ascii(token);
  return true;
}

/** `prefix` is what stands between the value and the one before it. The depth is bounded: every level takes a byte. */
function writeValue(quote: Quote, index: number, depth: number, prefix = ''): boolean {
  const { tape } = quote;
  switch (tape.kind(index)) {
    case KIND.array:
      return put(quote, `${prefix}[`) && writeElements(quote, index, depth + 1) && put(quote, ']');
    case KIND.object:
      return put(quote, `${prefix}{`) && writeMembers(quote, index, depth);
    case KIND.string:
    case KIND.escaped:
      return put(quote, prefix) && writeString(quote, index);
    default:
      return writeScalar(quote, index, prefix);
  }
}

function writeElements(quote: Quote, array: number, depth: number): boolean {
  const end = quote.tape.next(array);
  for (let index = array + 1; index < end; index = quote.tape.next(index)) {
    if (!writeValue(quote, index, depth, index === array + 1 ? '' : ', ')) return false;
  }
  return true;
}

function writeMembers(quote: Quote, object: number, depth: number): boolean {
  const { tape } = quote;
  const end = tape.next(object);
  for (let key = object + 1; key < end; key = tape.next(key + 1)) {
    const prefix = (key === object + 1 ? '' : ',') + newLine(depth + 1);
    if (!writeValue(quote, key, depth + 1, prefix) || !writeValue(quote, key + 1, depth + 1, ': ')) return false;
  }
  return put(quote, `${end > object + 1 ? newLine(depth) : ''}}`);
}

const newLine = (depth: number): string => `\n${' '.repeat(INDENT * depth)}`;

function writeString({ tape, json, compat }: Quote, index: number): boolean {
  const content = stringBytes(tape, index);
  const isCut = compat !== 'strict' && content.length > MAX_BYTES;
  json.string(isCut ? content.subarray(0, MAX_BYTES) : content);
  return !isCut;
}

/** What the reference cannot write ends the text after its prefix. */
function writeScalar(quote: Quote, index: number, prefix: string): boolean {
  const text = scalarText(quote.tape, index);
  return put(quote, prefix + (text ?? '')) && text !== undefined;
}

/** `undefined` for what the reference cannot write. */
function scalarText(tape: JsonTape, index: number): string | undefined {
  const value = tape.numbers[index] ?? 0;
  const bits = tape.integers[index] ?? 0n;
  switch (tape.kind(index)) {
    case KIND.null:
      return 'null';
    case KIND.false:
      return 'false';
    case KIND.true:
      return 'true';
    case KIND.integer:
    case KIND.int64:
      return tape.kind(index) === KIND.integer ? String(value) : String(bits);
    case KIND.uint64:
      return String(BigInt.asUintN(64, bits));
    case KIND.double:
      return Number.isFinite(value) ? doubleText(value) : undefined;
    default:
      return undefined;
  }
}

/** The shortest decimal that reads back, always with a fraction or an exponent. */
function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
}
