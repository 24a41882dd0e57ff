import { restError } from './errors.ts';
import { expectText, scanNumber, syntaxError } from './json-number.ts';
import { isSpace, scanNumberRun } from './json-number-run.ts';
import { escapeEnd, plainEnd, unclosedError } from './json-string.ts';
import { JsonTape, KIND } from './json-tape.ts';
import { DEFAULT_SLICE_BYTES, finish, finishInSlices, type SliceOptions, type Steps } from '../slices.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;

/** What was read last. RapidJSON's states, because its error reasons follow from them. */
const STATE = {
  start: 0,
  objectOpened: 1,
  key: 2,
  colon: 3,
  memberValue: 4,
  memberComma: 5,
  arrayOpened: 6,
  element: 7,
  elementComma: 8,
  done: 9,
} as const;
type State = (typeof STATE)[keyof typeof STATE];

/** What is missing when the next token does not fit the state. */
const REASONS: Readonly<Record<State, string>> = {
  [STATE.start]: 'The document is empty.',
  [STATE.objectOpened]: 'Missing a name for object member.',
  [STATE.key]: 'Missing a colon after a name of object member.',
  [STATE.colon]: 'Invalid value.',
  [STATE.memberValue]: "Missing a comma or '}' after an object member.",
  [STATE.memberComma]: 'Missing a name for object member.',
  [STATE.arrayOpened]: 'Invalid value.',
  [STATE.element]: "Missing a comma or ']' after an array element.",
  [STATE.elementComma]: 'Invalid value.',
  [STATE.done]: 'Invalid value.',
};

/** Options of the parser. */
export interface JsonOptions {
  /** How deep arrays and objects may be nested. */
  readonly maxDepth: number;
}

/**
 * Parses the first JSON value of `bytes`; what follows it is ignored, and so is a byte order mark before it.
 *
 * @throws ServingError `SRV_REST_V1_BODY_EMPTY`, `SRV_REST_V1_JSON_INVALID`, `SRV_REST_V1_JSON_TOO_DEEP`
 */
export function parseJson(bytes: Uint8Array, options: JsonOptions): JsonTape {
  return finish(parseSteps(bytes, options.maxDepth, bytes.length));
}

/** The same with a pause after every slice of the text. */
export function parseJsonInSlices(bytes: Uint8Array, options: JsonOptions & SliceOptions): Promise<JsonTape> {
  const steps = parseSteps(bytes, options.maxDepth, options.sliceBytes ?? DEFAULT_SLICE_BYTES);
  return finishInSlices(steps, () => options.pause());
}

function* parseSteps(bytes: Uint8Array, maxDepth: number, sliceBytes: number): Steps<JsonTape> {
  if (bytes.length === 0) throw restError('SRV_REST_V1_BODY_EMPTY', []);
  const parser = new JsonParser(bytes, maxDepth);
  let limit = sliceBytes;
  while (!parser.readUntil(limit)) {
    yield;
    limit += sliceBytes;
  }
  return parser.tape;
}

/** A parser without recursion that can stop between any two tokens and inside a string. */
class JsonParser {
  readonly tape: JsonTape;
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  #at: number;
  #state: State = STATE.start;
  /** Entries of the open arrays and objects, and how many values each has so far. */
  readonly #open: number[] = [];
  readonly #counts: number[] = [];
  /** The entry of a string that is being read, or -1. */
  #string = -1;

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.tape = new JsonTape(bytes);
    this.#bytes = this.tape.bytes;
    this.#maxDepth = maxDepth;
    this.#at = [0xef, 0xbb, 0xbf].reduce((at, mark) => (bytes[at] === mark ? at + 1 : at), 0);
  }

  /** Reads on until the value is complete (true) or `limit` is reached (false). */
  readUntil(limit: number): boolean {
    const end = Math.min(limit, this.#bytes.length);
    const isLast = end === this.#bytes.length;
    while (this.#state !== STATE.done || this.#string >= 0) {
      if (this.#string >= 0) {
        if (!this.#readString(end, isLast)) return false;
        continue;
      }
      this.#skipSpace(end);
      if (this.#at >= end && !isLast) return false;
      this.#readToken(end);
    }
    return true;
  }

  #skipSpace(end: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < end && isSpace(bytes[at] ?? 0)) at += 1;
    this.#at = at;
  }

  #readToken(end: number): void {
    const byte = this.#bytes[this.#at] ?? 0;
    switch (this.#state) {
      case STATE.arrayOpened:
        return byte === CLOSE_ARRAY ? this.#close() : this.#readElements(byte, end);
      case STATE.elementComma:
        return this.#readElements(byte, end);
      case STATE.element:
        if (byte === COMMA) return this.#pass(STATE.elementComma);
        return byte === CLOSE_ARRAY ? this.#close() : this.#fail();
      case STATE.objectOpened:
        return byte === CLOSE_OBJECT ? this.#close() : this.#readKey(byte);
      case STATE.memberComma:
        return this.#readKey(byte);
      case STATE.key:
        return byte === COLON ? this.#pass(STATE.colon) : this.#fail();
      case STATE.colon:
        return this.#readValue(byte, STATE.memberValue);
      case STATE.memberValue:
        if (byte === COMMA) return this.#pass(STATE.memberComma);
        return byte === CLOSE_OBJECT ? this.#close() : this.#fail();
      default:
        return this.#readValue(byte, STATE.done);
    }
  }

  #pass(state: State): void {
    this.#at += 1;
    this.#state = state;
  }

  #fail(): never {
    throw syntaxError(REASONS[this.#state], this.#at);
  }

  #readKey(byte: number): void {
    if (byte !== QUOTE) this.#fail();
    this.#count(1);
    this.#openString(STATE.key);
  }

  /** One element, or as many numbers in a row as there are: most of a large body. */
  #readElements(first: number, end: number): void {
    const { tape } = this;
    const before = tape.length;
    const after = isNumberStart(first) ? scanNumberRun(tape, this.#at, end, Infinity) : this.#at;
    if (after === this.#at) {
      this.#readValue(first, STATE.element);
      return;
    }
    this.#at = after;
    this.#state = STATE.element;
    this.#count(tape.length - before);
  }

  #readValue(byte: number, after: State): void {
    switch (byte) {
      case QUOTE:
        if (after === STATE.element) this.#count(1);
        return this.#openString(after);
      case OPEN_OBJECT:
        return this.#openNested(KIND.object, STATE.objectOpened);
      case OPEN_ARRAY:
        return this.#openNested(KIND.array, STATE.arrayOpened);
      case LOWER_T:
        return this.#readWord('true', KIND.true, after);
      case LOWER_F:
        return this.#readWord('false', KIND.false, after);
      case LOWER_N:
        return this.#readWord('null', KIND.null, after);
      case COMMA:
      case COLON:
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
      case 0:
        return this.#fail();
      default:
        return this.#readNumber(after);
    }
  }

  #readNumber(after: State): void {
    const { tape } = this;
    const start = this.#at;
    this.#at = scanNumberRun(tape, start, start, 1);
    if (this.#at === start) this.#at = scanNumber(tape, start, tape.append(KIND.null, start));
    this.#finishValue(after);
  }

  #readWord(word: string, kind: number, after: State): void {
    this.#at = expectText(this.#bytes, this.#at, word);
    this.tape.append(kind, this.#at);
    this.#finishValue(after);
  }

  #finishValue(after: State): void {
    if (after === STATE.element) this.#count(1);
    this.#state = after;
  }

  #count(added: number): void {
    const depth = this.#counts.length - 1;
    this.#counts[depth] = (this.#counts[depth] ?? 0) + added;
  }

  #openNested(kind: number, state: State): void {
    if (this.#open.length >= this.#maxDepth) {
      throw restError('SRV_REST_V1_JSON_TOO_DEEP', [this.#maxDepth, this.#at]);
    }
    if (this.#state === STATE.arrayOpened || this.#state === STATE.elementComma) this.#count(1);
    this.#open.push(this.tape.append(kind, this.#at));
    this.#counts.push(0);
    this.#pass(state);
  }

  #close(): void {
    const { tape } = this;
    const index = this.#open.pop() ?? 0;
    tape.words[2 * index] = this.#counts.pop() ?? 0;
    tape.words[2 * index + 1] = tape.length;
    this.#at += 1;
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#state = STATE.done;
    else this.#state = tape.isArray(parent) ? STATE.element : STATE.memberValue;
  }

  #openString(after: State): void {
    this.#at += 1;
    this.#string = this.tape.append(KIND.string, this.#at);
    this.tape.words[2 * this.#string] = this.#at;
    this.#state = after;
  }

  /** Reads on in the open string; false when it goes on after `end`. */
  #readString(end: number, isLast: boolean): boolean {
    const bytes = this.#bytes;
    const { tape } = this;
    for (;;) {
      const at = plainEnd(bytes, this.#at, end);
      this.#at = at;
      if (at >= end && !isLast) return false;
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH) throw unclosedError(bytes, at);
      this.#at = escapeEnd(bytes, at);
      tape.kinds[this.#string] = KIND.escaped;
    }
    tape.words[2 * this.#string + 1] = this.#at - (tape.words[2 * this.#string] ?? 0);
    this.#at += 1;
    this.#string = -1;
    return true;
  }
}

function isNumberStart(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === MINUS;
}
