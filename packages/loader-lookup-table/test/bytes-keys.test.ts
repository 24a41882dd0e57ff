import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteStringsBuilder } from '../src/storage/byte-strings.ts';
import { BytesFinder, type BytesKeys, indexBytes } from '../src/storage/bytes-keys.ts';
import { hashBytes } from '../src/storage/hash.ts';

function indexOf(keys: readonly Uint8Array[]): BytesKeys {
  const builder = new ByteStringsBuilder(keys.length);
  for (const key of keys) builder.add(key);
  const index = indexBytes(builder.finish());
  if ('earlier' in index) throw new Error(`rows ${index.earlier} and ${index.row} have one key`);
  return index;
}

function rowsOf(index: BytesKeys, wanted: readonly Uint8Array[]): number[] {
  const rows = new Int32Array(wanted.length);
  new BytesFinder(index).find(wanted, rows, 0, wanted.length);
  return [...rows];
}

const encoder = new TextEncoder();

// Expected: the Python package mmh3, `mmh3.hash(text.encode(), 0)`.
it.each([
  ['', 0],
  ['a', 1009084850],
  ['café', 605818632],
  ['😀 and a longer text', 886146565],
  ['\0\0\0\0\0', 760066800],
  ['abcd', 1139631978],
])('hashes %j as MurmurHash3 does', (text, hash) => {
  const bytes = encoder.encode(`-${text}-`);
  expect(hashBytes(bytes, 1, bytes.length - 1)).toBe(hash);
});

it('finds any keys as a Map of their bytes does', () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ minLength: 30, maxLength: 90 }));
  const keys = fc.uniqueArray(bytes, { maxLength: 700, selector: (key) => Buffer.from(key).toString('hex'), size: 'max' });
  fc.assert(
    fc.property(keys, fc.array(bytes, { maxLength: 400 }), (rows, others) => {
      const map = new Map(rows.map((key, row) => [Buffer.from(key).toString('hex'), row]));
      const wanted = [...others, ...rows, ...rows.map((key) => Uint8Array.of(...key, 0))];
      expect(rowsOf(indexOf(rows), wanted)).toEqual(wanted.map((key) => map.get(Buffer.from(key).toString('hex')) ?? -1));
    }),
    { numRuns: 40 },
  );
});

it('tells keys of one hash apart', () => {
  const first = new Map<number, Uint8Array>();
  const alike: (readonly [Uint8Array, Uint8Array])[] = [];
  for (let number = 0; alike.length < 10; number += 1) {
    const key = encoder.encode(`user-${number}`);
    const hash = hashBytes(key, 0, key.length);
    const other = first.get(hash);
    if (other === undefined) first.set(hash, key);
    else alike.push([other, key]);
  }
  const both = indexOf(alike.flat());
  expect(rowsOf(both, alike.flat())).toEqual(alike.flat().map((_, row) => row));
  const left = indexOf(alike.map(([one]) => one));
  expect(rowsOf(left, alike.flat())).toEqual(alike.flatMap((_, row) => [row, -1]));
});
