import type { Tokenizer } from './tokenizer.ts';

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['<', '>'],
  ['[', ']'],
]);

/** Skips the value of a field that nobody reads: a scalar, a message, or a list; its brackets must match. */
export function skipFieldValue(tokens: Tokenizer): void {
  tokens.take(':');
  const open: string[] = [];
  do {
    const closing = tokens.kind === 'symbol' ? CLOSING.get(tokens.text) : undefined;
    if (closing !== undefined) open.push(closing);
    else if (tokens.is('}') || tokens.is('>') || tokens.is(']')) {
      const expected = open.pop();
      if (expected === undefined || !tokens.is(expected)) throw tokens.fault(`Expected ${expected === undefined ? 'a value' : `"${expected}"`} but found: ${tokens.describe()}`);
    } else if (tokens.kind === 'end') throw tokens.fault(`Expected ${JSON.stringify(open.at(-1) ?? 'a value')}.`);
    else if (tokens.is('-')) tokens.advance();
    tokens.advance();
    // What follows a string is still the same value when it is a string.
  } while (open.length > 0 || tokens.kind === 'string');
}
