import { assert, boolean, constantFrom, integer, oneof, property, record, tuple, uint8Array, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DamagedBytes } from '../../src/bytes/byte-reader.ts';
import { readTable } from '../../src/table/read-table.ts';
import { blockOf, PLAIN, slowMasked, tableOf, type TableShape, uint32, varint, type WrittenEntry } from '../table-writer.ts';

const entry = (key: string, value = key): WrittenEntry => ({ key: Buffer.from(key), value: Buffer.from(value) });
const textOf = (file: Uint8Array): string[] => Array.from(readTable(file), ({ key, value }) => `${Buffer.from(key).toString()}=${Buffer.from(value).toString()}`);

const shapes = record<TableShape>({
  entriesPerBlock: integer({ min: 1, max: 40 }),
  restartInterval: integer({ min: 1, max: 20 }),
  isCompressed: boolean(),
});
const keys = oneof(uint8Array({ maxLength: 12 }), constantFrom('layer/', 'layer/kernel/', 'x').chain((start) => uint8Array({ maxLength: 4 }).map((end) => Buffer.concat([Buffer.from(start), end]))));
const tables = uniqueArray(keys, { maxLength: 120, selector: (key) => Buffer.from(key).toString('hex') })
  .chain((all) => tuple(...all.map((key) => uint8Array({ maxLength: 30 }).map((value): WrittenEntry => ({ key, value })))))
  .map((entries) => entries.toSorted((a, b) => Buffer.compare(a.key, b.key)));

describe('a table', () => {
  it('gives back what was written, whatever its blocks', () => {
    assert(
      property(tables, shapes, (entries, shape) => {
        const read = Array.from(readTable(tableOf(entries, shape)), ({ key, value }) => [Buffer.from(key).toString('hex'), Buffer.from(value).toString('hex')]);
        expect(read).toEqual(entries.map(({ key, value }) => [Buffer.from(key).toString('hex'), Buffer.from(value).toString('hex')]));
      }),
    );
  });

  it('ends with DamagedBytes, or as if nothing had happened, when bytes change', () => {
    const file = tableOf(['', 'a', 'ab', 'abc', 'b/c', 'b/d'].map((key) => entry(key)), { entriesPerBlock: 2, restartInterval: 2, isCompressed: true });
    const before = textOf(file);
    let refused = 0;
    for (let at = 0; at < file.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          expect(textOf(changed)).toEqual(before);
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedBytes);
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(2 * file.length);
  });

  it('is refused when it is cut anywhere', () => {
    const file = tableOf([entry(''), entry('a'), entry('b')]);
    for (let length = 0; length < file.length; length++) expect(() => textOf(file.subarray(0, length))).toThrow(DamagedBytes);
  });
});

/** A table whose checksums are right and whose blocks are not: what a flipped byte does not lead to. */
function tableOfBlocks(blocks: readonly Buffer[], kind = 0): Buffer {
  const file: Buffer[] = [];
  let length = 0;
  const add = (content: Buffer, type: number): Buffer => {
    const typed = Buffer.concat([content, Buffer.from([type])]);
    file.push(typed, uint32(slowMasked(typed)));
    const handle = Buffer.concat([varint(length), varint(content.length)]);
    length += typed.length + 4;
    return handle;
  };
  const handles = blocks.map((block) => add(block, kind));
  const index = add(blockOf(handles.map((value, at) => ({ key: Buffer.from([at]), value })), 1), 0);
  const footer = Buffer.alloc(48);
  Buffer.concat([varint(0), varint(0), index]).copy(footer);
  Buffer.from('57fb808b247547db', 'hex').copy(footer, 40);
  return Buffer.concat([...file, footer]);
}

describe('a table with right checksums', () => {
  const good = blockOf([entry('a'), entry('b')], 16);
  const keyOf = (length: number): Buffer => Buffer.concat([varint(0), varint(length), varint(0), Buffer.alloc(length, 'a')]);
  const restarts = Buffer.concat([uint32(0), uint32(1)]);

  it('is read', () => {
    expect(textOf(tableOfBlocks([good]))).toEqual(['a=a', 'b=b']);
  });

  it.each([
    ['a block that is too short for its restarts', [Buffer.from([1, 2])], 'less than 4 bytes'],
    ['more restarts than bytes', [Buffer.concat([good.subarray(0, -4), uint32(0xffffffff)])], 'restarts'],
    ['a first key that shares', [Buffer.concat([Buffer.from([3, 1, 0, 97]), restarts])], 'shares 3 bytes with one of 0'],
    ['a key beyond the block', [Buffer.concat([Buffer.from([0, 90, 0, 97]), restarts])], '90 bytes are said to follow'],
    ['a value beyond the block', [Buffer.concat([Buffer.from([0, 1, 90, 97]), restarts])], '90 bytes are said to follow'],
    ['keys that fall', [blockOf([entry('b'), entry('a')], 1)], 'keys do not rise'],
    ['one key twice', [good, good], 'keys do not rise'],
    ['keys that share all,', [Buffer.concat([keyOf(10_000), ...Array.from({ length: 10_000 }, () => Buffer.concat([varint(10_000), Buffer.from([0, 0])])), restarts])], 'keys do not rise'],
  ])('is refused: %s', (_title, blocks, reason) => {
    expect(() => textOf(tableOfBlocks(blocks))).toThrow(DamagedBytes);
    expect(() => textOf(tableOfBlocks(blocks))).toThrow(reason);
  });

  it('is refused before keys that each share a long beginning take memory', () => {
    const grow = Array.from({ length: 20_000 }, () => Buffer.concat([varint(60_000), varint(1), varint(0), Buffer.from([97])]));
    const rising = Buffer.concat([keyOf(60_000), ...grow.map((part, at) => Buffer.concat([varint(60_000 + at), part.subarray(3)])), restarts]);
    expect(() => textOf(tableOfBlocks([rising]))).toThrow('its keys are longer than they can be');
  });

  it('is refused when a block is of a compression that is not known', () => {
    expect(() => textOf(tableOfBlocks([good], 4))).toThrow('unknown compression 4');
  });
});

it('reads blocks that are compressed and blocks that are not alike', () => {
  const entries = Array.from({ length: 50 }, (_, at) => entry(`layer/${String(at).padStart(3, '0')}/kernel`, 'value'));
  expect(textOf(tableOf(entries, { ...PLAIN, isCompressed: true }))).toEqual(textOf(tableOf(entries)));
});
