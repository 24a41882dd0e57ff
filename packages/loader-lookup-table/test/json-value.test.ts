import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JsonValue, parseJsonExactly } from '../src/read/json-value.ts';

/** As `JSON.parse` gives it: objects of Maps. */
function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries(Array.from(value as ReadonlyMap<string, JsonValue>, ([name, each]) => [name, plain(each)]));
  return typeof value === 'bigint' ? Number(value) : value;
}

it('reads what JSON.parse reads, and the same', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 1, 2), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      expect(plain(parseJsonExactly(spaced))).toEqual(JSON.parse(spaced));
    }),
  );
});

it('refuses what JSON.parse refuses', () => {
  const broken = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', '[', '1', '\\', 'e', '\n', '-', 'tru'));
  fc.assert(
    fc.property(broken, ([text, at, mark]) => {
      const place = at % (text.length + 1);
      const spoilt = text.slice(0, place) + mark + text.slice(place + 1);
      let isJson = true;
      try {
        JSON.parse(spoilt);
      } catch {
        isJson = false;
      }
      if (isJson) {
        // A name that stands twice is no error to JSON.parse.
        try {
          parseJsonExactly(spoilt);
        } catch (error) {
          expect(String(error)).toContain('stands twice');
        }
      } else {
        expect(() => parseJsonExactly(spoilt)).toThrow(/line \d+, column \d+/);
      }
    }),
    { numRuns: 500 },
  );
});

it.each([
  { text: '9007199254740993', value: 9007199254740993n },
  { text: '-9223372036854775808', value: -9223372036854775808n },
  { text: '1e400', value: Infinity },
  { text: '{"__proto__": 1}', value: new Map([['__proto__', 1]]) },
  { text: '{"b": 1, "10": 2, "2": 3}', value: new Map([['b', 1], ['10', 2], ['2', 3]]) },
])('keeps $text', ({ text, value }) => {
  expect(parseJsonExactly(text)).toEqual(value);
});
