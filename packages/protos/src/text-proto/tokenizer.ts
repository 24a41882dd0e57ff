import { placeOfOffset, TextProtoError, type TextProtoFaultDetails } from './text-proto-error.ts';

export type TokenKind = 'identifier' | 'number' | 'string' | 'symbol' | 'end';

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?/y;
const SPACE = ' \t\r\n\f\v';
const WORD_CHARACTER = /[A-Za-z0-9_.]/;
const SYMBOLS = '{}<>[]:,;-./';

/**
 * Cuts a text into tokens; comments and white space are skipped. The current token is in `kind`, `start` and `text`;
 * `advance` moves on.
 */
export class Tokenizer {
  readonly #source: string;
  #end = 0;
  #previousStart = 0;
  kind: TokenKind = 'end';
  start = 0;

  constructor(source: string) {
    this.#source = source;
    // A byte order mark is what some editors write first.
    this.#end = source.startsWith('\uFEFF') ? 1 : 0;
    this.advance();
    this.#previousStart = this.start;
  }

  /** The current token as it is written; empty at the end. */
  get text(): string {
    return this.#source.slice(this.start, this.#end);
  }

  /** Whether the current token is this symbol or identifier. */
  is(text: string): boolean {
    return this.kind !== 'string' && this.#end - this.start === text.length && this.#source.startsWith(text, this.start);
  }

  /** Moves on when the current token is this symbol. */
  take(symbol: string): boolean {
    if (!this.is(symbol)) return false;
    this.advance();
    return true;
  }

  /** Moves on to the next token. */
  advance(): void {
    this.#previousStart = this.start;
    this.start = this.#skipSpace(this.#end);
    if (this.start === this.#source.length) {
      this.kind = 'end';
      this.#end = this.start;
    } else this.#cut(this.#source.charAt(this.start));
  }

  /** An error at the current token; at the end, at the last token there is. */
  fault(reason: string, details?: TextProtoFaultDetails): TextProtoError {
    return this.faultAt(this.kind === 'end' ? this.#previousStart : this.start, reason, details);
  }

  faultAt(offset: number, reason: string, details?: TextProtoFaultDetails): TextProtoError {
    return new TextProtoError(reason, placeOfOffset(this.#source, offset), details);
  }

  /** How the current token is called in a message. */
  describe(): string {
    if (this.kind === 'end') return 'the end';
    const { text } = this;
    return `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`;
  }

  #cut(first: string): void {
    if (first === '"' || first === "'") this.#cutString(first);
    else if (/[A-Za-z_]/.test(first)) this.#accept('identifier', this.#matchEnd(IDENTIFIER, this.start));
    else if (this.#matchEnd(NUMBER, this.start) > this.start) this.#cutNumber();
    else if (SYMBOLS.includes(first)) this.#accept('symbol', this.start + 1);
    else throw this.faultAt(this.start, `Unexpected character '${first}'.`);
  }

  /** By hand: a pattern would keep a step to come back to for each of what may be millions of characters. */
  #cutString(quote: string): void {
    const source = this.#source;
    for (let at = this.start + 1; at < source.length && source[at] !== '\n'; at++) {
      if (source[at] === quote) return this.#accept('string', at + 1);
      if (source[at] === '\\' && source[at + 1] !== '\n') at += 1;
    }
    throw this.faultAt(this.start, 'String is not closed on its line.');
  }

  #cutNumber(): void {
    this.#accept('number', this.#matchEnd(NUMBER, this.start));
    // `3x`, `1.2.3`, `0x1.5`: the number goes on with what no number has.
    if (WORD_CHARACTER.test(this.#source.charAt(this.#end))) throw this.faultAt(this.start, `'${this.text}${this.#source.charAt(this.#end)}' is not a number.`);
  }

  #skipSpace(from: number): number {
    const source = this.#source;
    let at = from;
    while (at < source.length) {
      if (source[at] === '#') {
        const lineEnd = source.indexOf('\n', at);
        at = lineEnd === -1 ? source.length : lineEnd;
      } else if (!SPACE.includes(source.charAt(at))) break;
      at += 1;
    }
    return Math.min(at, source.length);
  }

  #accept(kind: TokenKind, end: number): void {
    this.kind = kind;
    this.#end = end;
  }

  #matchEnd(pattern: RegExp, from: number): number {
    pattern.lastIndex = from;
    return pattern.test(this.#source) ? pattern.lastIndex : from;
  }
}
