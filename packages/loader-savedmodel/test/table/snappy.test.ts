import { array, assert, constantFrom, integer, oneof, property, uint8Array } from 'fast-check';
import { expect, it } from 'vitest';
import { DamagedBytes } from '../../src/bytes/byte-reader.ts';
import { decodeSnappy } from '../../src/table/snappy.ts';
import { snappyOf, varint } from '../table-writer.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

it.each([
  ['nothing', '00', ''],
  ['a literal', '03 08 616263', 'abc'],
  ['a literal whose length is a byte more', `3d f0 3c ${'61'.repeat(61)}`, 'a'.repeat(61)],
  ['a literal whose length is two bytes more', `3d f4 3c00 ${'61'.repeat(61)}`, 'a'.repeat(61)],
  ['a copy with a one-byte offset', '0a 04 6162 11 02', 'ababababab'],
  ['a copy with a two-byte offset', '06 04 6162 0e 0200', 'ababab'],
  ['a copy with a four-byte offset', '06 04 6162 0f 02000000', 'ababab'],
])('decodes %s', (_title, block, text) => {
  expect(Buffer.from(decodeSnappy(hex(block))).toString()).toBe(text);
});

it.each([
  ['no length', ''],
  ['a length without end', 'ffffffffffffffffffffff'],
  ['more promised than it can hold', 'ffffff7f 08 616263'],
  ['less than promised', '04 08 616263'],
  ['more than promised', '02 08 616263'],
  ['a literal cut short', '03 08 6162'],
  ['a copy from before the beginning', '06 04 6162 0e 0300'],
  ['a copy of nothing back', '06 04 6162 0e 0000'],
  ['a copy cut short', '06 04 6162 0e 02'],
  ['a literal of four gigabytes', '03 fc ffffffff 61'],
])('refuses %s', (_title, block) => {
  expect(() => decodeSnappy(hex(block))).toThrow(DamagedBytes);
});

it('gives back what was compressed', () => {
  const repetitive = array(constantFrom('a', 'ab', 'variables/', '/.ATTRIBUTES'), { maxLength: 200 }).map((words) => Buffer.from(words.join('')));
  assert(
    property(oneof(uint8Array({ maxLength: 300 }), repetitive), (bytes) => {
      expect(Buffer.compare(decodeSnappy(snappyOf(bytes)), bytes)).toBe(0);
    }),
  );
});

it('ends with DamagedBytes or an answer of the promised length, whatever it is given', () => {
  assert(
    property(integer({ min: 0, max: 400 }), uint8Array({ maxLength: 100 }), (length, elements) => {
      try {
        expect(decodeSnappy(Buffer.concat([varint(length), elements])).length).toBe(length);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedBytes);
      }
    }),
    { numRuns: 2000 },
  );
});
