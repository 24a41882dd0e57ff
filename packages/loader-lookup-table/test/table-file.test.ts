import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import lookupTable from '../src/index.ts';
import { loadTable } from '../src/load/load-table.ts';
import { readTableFile, writeTableFile } from '../src/storage/table-file.ts';
import { sectionsOf } from '../src/storage/table-sections.ts';
import { ask, floats, int64s, strings, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const tables = new TemporaryTables();
const load = async (directory: string) => (await loadTable(directory, { loaded: new Map(), cache: undefined })).layers.base;

it.each([
  { fixtures: ['countries.csv'] },
  { fixtures: ['many_types.parquet'] },
  { fixtures: ['embeddings_f4.npy'], manifest: { embedding: { dtype: 'INT8' } } },
  { fixtures: ['embeddings_f2.npy'] },
  { fixtures: ['broken/header_only.csv'] },
])('$fixtures is read back as it was written', async (files) => {
  const directory = tables.create(files);
  const table = await load(directory);
  const path = join(directory, 'copy.servable-table');
  await writeTableFile(path, table);
  const copy = await readTableFile(path);
  expect([...sectionsOf(copy).keys()]).toEqual([...sectionsOf(table).keys()]);
  for (const [name, bytes] of sectionsOf(table)) expect(Buffer.from(sectionsOf(copy).get(name) ?? []).equals(Buffer.from(bytes)), name).toBe(true);
  expect({ ...copy, keys: 0, columns: copy.columns.map(({ name, dtype, shape, fallback }) => [name, dtype, shape, fallback]), embedding: copy.embedding?.name }).toEqual({
    ...table,
    keys: 0,
    columns: table.columns.map(({ name, dtype, shape, fallback }) => [name, dtype, shape, fallback]),
    embedding: table.embedding?.name,
  });
});

describe('a damaged file', () => {
  const build = async (): Promise<{ readonly path: string; readonly bytes: Buffer }> => {
    const directory = tables.create({ fixtures: ['embeddings_f4.npy'] });
    const path = join(directory, 'table.servable-table');
    await writeTableFile(path, await load(directory));
    return { path, bytes: readFileSync(path) };
  };

  it.each([
    { title: 'cut short', spoil: (bytes: Buffer) => bytes.subarray(0, bytes.length - 5000), says: 'it is cut short' },
    { title: 'cut in its header', spoil: (bytes: Buffer) => bytes.subarray(0, 100), says: 'it is cut short' },
    { title: 'empty', spoil: () => Buffer.alloc(0), says: 'it is too short' },
    { title: 'of another kind', spoil: (bytes: Buffer) => Buffer.concat([Buffer.from('X'), bytes.subarray(1)]), says: 'does not begin as' },
    { title: 'of a later format', spoil: (bytes: Buffer) => withByte(bytes, 8, 3), says: 'format version 3' },
    { title: 'with a changed header', spoil: (bytes: Buffer) => withByte(bytes, 40, 0x20), says: 'its header is damaged' },
    { title: 'with one changed bit of data', spoil: (bytes: Buffer) => withByte(bytes, bytes.length - 3000, (bytes[bytes.length - 3000] ?? 0) ^ 1), says: 'the checksum differs' },
  ])('$title is refused', async ({ spoil, says }) => {
    const { path, bytes } = await build();
    writeFileSync(path, spoil(bytes));
    await expect(readTableFile(path)).rejects.toThrow(says);
    await expect(readTableFile(path)).rejects.toThrow(path);
  });
});

it.each([
  { title: 'an index without an end', spoil: (slots: Int32Array) => slots.fill(1), says: 'has no end' },
  { title: 'rows that are not there', spoil: (slots: Int32Array) => slots.set([99], slots.indexOf(0)), says: 'rows that are not there' },
  { title: 'strings outside the file', spoil: (_: Int32Array, offsets: Uint32Array) => offsets.set([10 ** 6], offsets.length - 1), says: "the strings of 'name' lie outside" },
  { title: 'strings that end before they begin', spoil: (_: Int32Array, offsets: Uint32Array) => offsets.set([5000], 1), says: "the strings of 'name' lie outside" },
])('a file with right checksums and $title is refused', async ({ spoil, says }) => {
  const directory = tables.create({ files: { 't.csv': 'key,name\n1,one\n2,two\n3,three\n' } });
  const table = await load(directory);
  const [name] = table.columns;
  if (name?.kind !== 'bytes') throw new Error('unreachable');
  spoil(table.keys.slots, name.strings.offsets);
  const path = join(directory, 'spoilt.servable-table');
  await writeTableFile(path, table);
  await expect(readTableFile(path)).rejects.toMatchObject({ code: 'SRV_TABLE_FILE_INVALID', message: expect.stringContaining(says) });
});

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

describe('build-table', () => {
  const [command] = lookupTable().commands ?? [];
  const run = async (...args: string[]): Promise<{ readonly code: number | undefined; readonly text: string }> => {
    const lines: string[] = [];
    const code = await command?.run(args, { print: (text) => void lines.push(text) });
    return { code, text: lines.join('\n') };
  };

  it('writes a file from which the version is served', async () => {
    const directory = tables.create({ fixtures: ['countries.csv'] });
    const { code, text } = await run(directory);
    expect(text).toContain('8 rows');
    expect(code).toBe(0);
    writeFileSync(join(directory, 'countries.csv'), 'key,name\nragged\n');
    await withTable(directory, async (servable) => {
      expect(valuesOf((await ask(servable, 'lookup', { keys: strings('de') })).get('name'))).toEqual(['Germany']);
    });
  });

  it('says what is wrong with a table, and how it is used', async () => {
    const directory = tables.create({ fixtures: ['broken/ragged.csv'] });
    expect(await run(directory)).toEqual({ code: 1, text: expect.stringContaining('row 2 (line 3)') });
    expect((await run()).code).toBe(2);
    expect((await run('--wrong')).text).toContain('Usage: servable build-table');
    expect((await run('--help')).code).toBe(0);
  });
});

it('keeps built tables in a cache by the contents of their files', async () => {
  const cacheDirectory = join(tables.create({ files: { x: '' } }), 'cache');
  const directory = tables.create({ fixtures: ['embeddings_f4.npy'] });
  const cache = { directory: cacheDirectory };
  const vectorOf = async (): Promise<Buffer> => {
    const { layers } = await loadTable(directory, { loaded: new Map(), cache });
    return Buffer.from(sectionsOf(layers.base).get('embedding.chunk.0') ?? []);
  };
  const built = await vectorOf();
  expect((await vectorOf()).equals(built)).toBe(true);
  const path = join(directory, 'embeddings_f4.npy');
  const changed = readFileSync(path);
  changed.writeFloatLE(42, 128);
  writeFileSync(path, changed);
  expect((await vectorOf()).readFloatLE(0)).toBe(42);
});

it('takes the bytes a row that the README says', async () => {
  // INT64 key 8, slot 4 × 1.5 to 3, FP32 value 4, FP32 vector of 16 with its norm 68; BYTES key 4 + its bytes, slot 8 × 1.5 to 3.
  const rows = 20_000;
  const vector = Array.from({ length: 16 }, (_, at) => `v${at}`);
  const line = (key: string, row: number): string => [key, row / 2, ...vector.map((_, at) => (row + at) / 4)].join();
  const manifest = { columns: { value: 'FP32' }, embedding: { column: vector } };
  const csv = (keyOf: (row: number) => string): string => [['key', 'value', ...vector].join(), ...Array.from({ length: rows }, (_, row) => line(keyOf(row), row))].join('\n');
  const bytesOf = async (text: string): Promise<number> => {
    const table = await load(tables.create({ files: { 'table.csv': text }, manifest: { ...manifest, file: 'table.csv' } }));
    return [...sectionsOf(table).values()].reduce((total, { byteLength }) => total + byteLength, 0) / rows;
  };
  const integers = await bytesOf(csv(String));
  expect(integers).toBeGreaterThanOrEqual(8 + 4 * 1.5 + 4 + 68);
  expect(integers).toBeLessThan(8 + 4 * 3 + 4 + 68 + 1);
  const texts = await bytesOf(csv((row) => `k${String(row).padStart(7, '0')}`));
  expect(texts).toBeGreaterThanOrEqual(4 + 8 + 8 * 1.5 + 4 + 68);
  expect(texts).toBeLessThan(4 + 8 + 8 * 3 + 4 + 68 + 1);
});

it('searches and embeds a built file as the source', async () => {
  const source = tables.create({ fixtures: ['embeddings_f4.npy'] });
  const built = tables.create({ files: {} });
  await writeTableFile(join(built, 'table.servable-table'), await load(source));
  const answers = await Promise.all(
    [source, built].map((directory) =>
      withTable(directory, async (servable) => {
        const vectors = floats([1, 16], Array.from({ length: 16 }, (_, at) => Math.cos(at)));
        return [...(await ask(servable, 'nearest', { vectors })).values(), ...(await ask(servable, 'embed', { keys: int64s(3, 5000) })).values()].map(valuesOf);
      }),
    ),
  );
  expect(answers[1]).toEqual(answers[0]);
});
