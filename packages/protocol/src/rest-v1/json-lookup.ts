import { stringBytes } from './json-string.ts';
import { type JsonTape, KIND } from './json-tape.ts';

const BASE64_KEY: Uint8Array = new TextEncoder().encode('b64');

/** The value of an object's first member with that key, or -1. */
export function findMember(tape: JsonTape, object: number, key: Uint8Array): number {
  const end = tape.next(object);
  for (let at = object + 1; at < end; at = tape.next(at + 1)) {
    if (hasText(tape, at, key)) return at + 1;
  }
  return -1;
}

/** Whether a string entry is `text`, as bytes. */
export function hasText(tape: JsonTape, index: number, text: Uint8Array): boolean {
  if (tape.kind(index) !== KIND.string) return tape.isString(index) && isSame(stringBytes(tape, index), text);
  // Without a view: this runs for every key of every row.
  return tape.count(index) === text.length && isEqual(tape.bytes, tape.words[2 * index] ?? 0, text);
}

function isSame(bytes: Uint8Array, text: Uint8Array): boolean {
  return bytes.length === text.length && isEqual(bytes, 0, text);
}

function isEqual(bytes: Uint8Array, from: number, text: Uint8Array): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[from + at] !== text[at]) return false;
  }
  return true;
}

/** Whether a value is `{"b64": "<text>"}`: one key, with a string. */
export function isBase64Object(tape: JsonTape, index: number): boolean {
  return tape.isObject(index) && tape.count(index) === 1 && hasText(tape, index + 1, BASE64_KEY) && tape.isString(index + 2);
}
