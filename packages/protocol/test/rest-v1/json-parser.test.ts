import { messageOf } from '@servable/core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson, parseJsonInSlices } from '../../src/rest-v1/json-parser.ts';
import { stringText } from '../../src/rest-v1/json-string.ts';
import { type JsonTape, KIND } from '../../src/rest-v1/json-tape.ts';
import { bytesOf, seededRandom, thrownBy } from './rest-fixture.ts';

const DEEP = { maxDepth: Infinity };
const refusal = (text: string | Uint8Array): string =>
  thrownBy(() => parseJson(typeof text === 'string' ? bytesOf(text) : text, { maxDepth: 64 })).message;

it.each([
  ['', 'JSON Parse error: The document is empty'],
  ['  ', 'JSON Parse error: The document is empty. at offset: 2'],
  [']', 'JSON Parse error: The document is empty. at offset: 0'],
  ['+1', 'JSON Parse error: Invalid value. at offset: 0'],
  ['.5', 'JSON Parse error: Invalid value. at offset: 0'],
  ['-', 'JSON Parse error: Invalid value. at offset: 1'],
  ['tru', 'JSON Parse error: Invalid value. at offset: 3'],
  ['[1,]', 'JSON Parse error: Invalid value. at offset: 3'],
  ['[', 'JSON Parse error: Invalid value. at offset: 1'],
  ['//x', 'JSON Parse error: Invalid value. at offset: 0'],
  ["{'a':1}", 'JSON Parse error: Missing a name for object member. at offset: 1'],
  ['{"a":1,}', 'JSON Parse error: Missing a name for object member. at offset: 7'],
  ['{"a" 1}', 'JSON Parse error: Missing a colon after a name of object member. at offset: 5'],
  ['{"a":1 "b"', "JSON Parse error: Missing a comma or '}' after an object member. at offset: 7"],
  ['[1 2]', "JSON Parse error: Missing a comma or ']' after an array element. at offset: 3"],
  ['[01]', "JSON Parse error: Missing a comma or ']' after an array element. at offset: 2"],
  ['"abc', 'JSON Parse error: Missing a closing quotation mark in string. at offset: 4'],
  ['"a\\x"', 'JSON Parse error: Invalid escape character in string. at offset: 2'],
  ['"a\tb"', 'JSON Parse error: Invalid escape character in string. at offset: 2'],
  ['"\\ud800"', 'JSON Parse error: The surrogate pair in string is invalid. at offset: 1'],
  ['"\\u12g4"', 'JSON Parse error: Incorrect hex digit after \\u escape in string. at offset: 1'],
  ['1.', 'JSON Parse error: Miss fraction part in number. at offset: 2'],
  ['1e+', 'JSON Parse error: Miss exponent in number. at offset: 3'],
  ['[1e400]', 'JSON Parse error: Number too big to be stored in double. at offset: 1'],
  [`[${'9'.repeat(400)}]`, 'JSON Parse error: Number too big to be stored in double. at offset: 1'],
])('refuses %j with its reason and offset', (text, message) => {
  expect(refusal(text)).toBe(message);
});

it.each<[string, number, number]>([
  ['NaN', KIND.double, NaN],
  ['-NaN', KIND.double, NaN],
  ['Inf', KIND.double, Infinity],
  ['-Infinity', KIND.double, -Infinity],
  ['-0', KIND.integer, 0],
  ['-0.0', KIND.double, -0],
  ['1.0', KIND.double, 1],
  ['1e3', KIND.double, 1000],
  ['1e-400', KIND.double, 0],
  ['9007199254740991', KIND.integer, 9007199254740991],
  ['18446744073709551616', KIND.double, 2 ** 64],
  ['123456789.123456789', KIND.double, Number('123456789.123456789')],
  [`0.${'0'.repeat(900)}1e901`, KIND.double, 1],
  [`0.5${'0'.repeat(2000)}1`, KIND.double, 0.5],
  [`1${'0'.repeat(15)}.${'0'.repeat(1000)}5`, KIND.double, 1e15],
  [`9007199254740992.${'9'.repeat(1000)}`, KIND.double, 9007199254740992],
  [`9007199254740993.${'0'.repeat(1000)}1`, KIND.double, 9007199254740994],
])('reads the number %s', (text, kind, value) => {
  const tape = parseJson(bytesOf(text), DEEP);
  expect([tape.kind(0), tape.numbers[0]]).toEqual([kind, value]);
});

it.each<[string, number, bigint]>([
  ['9007199254740992', KIND.int64, 9007199254740992n],
  ['-9223372036854775808', KIND.int64, -9223372036854775808n],
  ['9223372036854775807', KIND.int64, 9223372036854775807n],
  ['9223372036854775808', KIND.uint64, 9223372036854775808n],
  ['18446744073709551615', KIND.uint64, 18446744073709551615n],
])('keeps the integer %s exact', (text, kind, value) => {
  const tape = parseJson(bytesOf(text), DEEP);
  expect([tape.kind(0), BigInt.asUintN(64, tape.integers[0] ?? 0n)]).toEqual([kind, BigInt.asUintN(64, value)]);
});

it('ignores what follows the first value and a byte order mark before it', () => {
  expect(toValue(parseJson(bytesOf('\ufeff {"a":1} trailing'), DEEP))).toEqual({ a: 1 });
});

it('refuses what is nested deeper than allowed, at once', () => {
  expect(refusal('['.repeat(65))).toBe('JSON Parse error: Nested deeper than 64 levels at offset: 64');
  expect(refusal('{"a":'.repeat(1_000_000))).toBe('JSON Parse error: Nested deeper than 64 levels at offset: 320');
  expect(parseJson(bytesOf(`${'['.repeat(64)}${']'.repeat(64)}`), { maxDepth: 64 }).length).toBe(64);
});

it('parses a million nested arrays without a stack when no depth is set', () => {
  const tape = parseJson(bytesOf(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`), DEEP);
  expect(tape.next(0)).toBe(1_000_000);
});

const options = { numRuns: 3_000, seed: 6 };
const texts = fc.oneof(fc.json({ maxDepth: 5 }), fc.jsonValue().map((value) => JSON.stringify(value, null, 2)));

it('reads all that JSON.parse reads as it does', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(toValue(parseJson(bytesOf(text), DEEP))).toEqual(JSON.parse(text));
    }),
    options,
  );
});

it('rounds decimals as JSON.parse does', () => {
  const digits = fc.stringMatching(/^(0|[1-9]\d{0,18})\.\d{1,24}(e[+-]?\d{1,2})?$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('', '-'), digits).map(([sign, text]) => sign + text)), (numbers) => {
      const tape = parseJson(bytesOf(`[${numbers.join(',')}]`), DEEP);
      expect([...tape.numbers.subarray(1, tape.length)]).toEqual(numbers.map(Number));
    }),
    options,
  );
});

it('reads the same in slices of any size', async () => {
  const sizes = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(texts, sizes, async (text, sliceBytes) => {
      const tape = await parseJsonInSlices(bytesOf(text), { ...DEEP, sliceBytes, pause: () => Promise.resolve() });
      expect(toValue(tape)).toEqual(JSON.parse(text));
    }),
    { numRuns: 1_000, seed: 7 },
  );
});

it('finds the same fault in slices of any size', async () => {
  const random = seededRandom(8);
  for (let round = 0; round < 1_000; round += 1) {
    const text = '{"a": [1, 2.5, "x\\u00e9y", {"b": null}], "c": -1e5}';
    const bytes = bytesOf(text);
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const sliced = parseJsonInSlices(bytes, { maxDepth: 64, sliceBytes: 1 + Math.floor(random() * 9), pause: () => Promise.resolve() });
    const expected = outcomeOf(() => parseJson(bytes, { maxDepth: 64 }));
    expect(await sliced.then(({ length }) => length, messageOf)).toBe(expected);
  }
});

it('pauses inside a string that is longer than a slice', async () => {
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
  };
  await parseJsonInSlices(bytesOf(`"${'a'.repeat(10_000)}"`), { ...DEEP, sliceBytes: 100, pause });
  expect(pauses).toBe(100);
});

function outcomeOf(act: () => JsonTape): number | string {
  try {
    return act().length;
  } catch (error) {
    return messageOf(error);
  }
}

/** The document as JSON.parse would make it. Of keys that stand twice JSON.parse takes the last. */
function toValue(tape: JsonTape, index = 0): unknown {
  switch (tape.kind(index)) {
    case KIND.null:
      return null;
    case KIND.false:
    case KIND.true:
      return tape.kind(index) === KIND.true;
    case KIND.int64:
    case KIND.uint64:
      return Number(tape.kind(index) === KIND.int64 ? tape.integers[index] : BigInt.asUintN(64, tape.integers[index] ?? 0n));
    case KIND.string:
    case KIND.escaped:
      return stringText(tape, index);
    case KIND.array:
      return children(tape, index).map((child) => toValue(tape, child));
    case KIND.object: {
      const entries = children(tape, index);
      const pairs = entries.flatMap((key, at) => (at % 2 === 0 ? [[stringText(tape, key), toValue(tape, entries[at + 1])] as const] : []));
      return Object.fromEntries(pairs);
    }
    default:
      return tape.numbers[index];
  }
}

function children(tape: JsonTape, index: number): number[] {
  const found: number[] = [];
  for (let at = index + 1; at < tape.next(index); at = tape.next(at)) found.push(at);
  return found;
}
