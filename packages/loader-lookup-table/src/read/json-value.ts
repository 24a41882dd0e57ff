/** A JSON value whose numbers are exact: integers beyond 2^53 are bigints. Objects are Maps, so that `__proto__` is a name like others. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

const MAX_DEPTH = 64;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS: readonly (readonly [text: string, value: null | boolean])[] = [['true', true], ['false', false], ['null', null]];

/**
 * Parses JSON text. `JSON.parse` would round large integers, keep one of two members of a name, and put members with numbers for
 * names first.
 *
 * @throws Error with line and column, or the name that stands twice
 */
export function parseJsonExactly(text: string): JsonValue {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw this.#fault(`is nested deeper than ${MAX_DEPTH}`);
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#fault('something follows the value');
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.#at += 1;
    if (this.#take('}')) return members;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#fault('a member begins with a name in quotes');
      const name = this.#string();
      if (members.has(name)) throw this.#fault(`the name ${JSON.stringify(name)} stands twice in one object`);
      if (!this.#take(':')) throw this.#fault("':' is missing");
      members.set(name, this.value(depth + 1));
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#fault("',' or '}' is missing");
    return members;
  }

  #array(depth: number): JsonValue[] {
    const elements: JsonValue[] = [];
    this.#at += 1;
    if (this.#take(']')) return elements;
    do elements.push(this.value(depth + 1));
    while (this.#take(','));
    if (!this.#take(']')) throw this.#fault("',' or ']' is missing");
    return elements;
  }

  /** The platform reads the string: escapes and their errors are its. */
  #string(): string {
    const from = this.#at;
    let end = this.#text.indexOf('"', from + 1);
    while (end > 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) throw this.#fault('a string does not end');
    this.#at = end + 1;
    const raw = this.#text.slice(from, end + 1);
    try {
      return JSON.parse(raw) as string;
    } catch {
      this.#at = from;
      throw this.#fault('a string is not valid');
    }
  }

  #isEscaped(quote: number): boolean {
    let backslashes = 0;
    while (this.#text[quote - 1 - backslashes] === '\\') backslashes += 1;
    return backslashes % 2 === 1;
  }

  #scalar(): JsonValue {
    for (const [literal, value] of LITERALS) {
      if (!this.#text.startsWith(literal, this.#at)) continue;
      this.#at += literal.length;
      return value;
    }
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text);
    if (found === null) throw this.#fault(this.#at >= this.#text.length ? 'the text ends early' : 'this is no value');
    this.#at += found[0].length;
    const number = Number(found[0]);
    const isInteger = found[1] === undefined && !/[eE]/.test(found[0]);
    return isInteger && !Number.isSafeInteger(number) ? BigInt(found[0]) : number;
  }

  #take(mark: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (let code = this.#text.charCodeAt(this.#at); code === 32 || code === 10 || code === 13 || code === 9; code = this.#text.charCodeAt(this.#at)) this.#at += 1;
  }

  #fault(what: string): Error {
    const before = this.#text.slice(0, this.#at);
    const line = before.split('\n').length;
    return new Error(`line ${line}, column ${this.#at - before.lastIndexOf('\n')}: ${what}`);
  }
}
