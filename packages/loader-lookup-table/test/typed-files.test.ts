import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { halfValue } from '../src/storage/half.ts';
import { ask, int64s, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const oracle = (name: string): Buffer => readFileSync(new URL(`oracle/${name}`, import.meta.url));
/** What pyarrow and NumPy say is in the files; made by `oracle/make_files.py`. */
const expected = JSON.parse(oracle('types.json').toString('utf8')) as Readonly<Record<string, readonly (string | number | boolean)[]>>;
const tables = new TemporaryTables();

const DTYPES: Readonly<Record<string, string>> = { i8: 'INT8', u8: 'UINT8', i16: 'INT16', u16: 'UINT16', i32: 'INT32', u32: 'UINT32', u64: 'UINT64', f32: 'FP32', f64: 'FP64', flag: 'BOOL', name: 'BYTES', raw: 'BYTES', category: 'BYTES', maybe: 'INT32', list: 'FP32', half: 'FP16' };
const ids = (expected['id'] ?? []).map((id) => BigInt(id));

describe.each(['types.arrow', 'types.arrows', 'types.safetensors'])('%s', (file) => {
  const isArrow = file.startsWith('types.arrow');
  const names = Object.keys(DTYPES).filter((name) => isArrow || !['name', 'raw', 'category', 'maybe', 'list'].includes(name));
  const manifest = { file, format: isArrow ? 'arrow' : 'safetensors', key: 'id', embedding: 'vector', columns: Object.fromEntries(names.map((name) => [name, {}])) };
  const directory = tables.create({ files: { [file]: oracle(file) }, manifest });

  it('gives every type of column as it was written', async () => {
    await withTable(directory, async (servable) => {
      const outputs = await ask(servable, 'lookup', { keys: int64s(...ids) });
      for (const name of names) {
        const tensor = outputs.get(name);
        expect(tensor?.dtype, name).toBe(DTYPES[name]);
        const values = name === 'raw' && tensor?.dtype === 'BYTES' ? tensor.data.map((bytes) => Buffer.from(bytes).toString('hex')) : valuesOf(tensor);
        expect(values.map((value) => plain(value, tensor?.dtype)), name).toEqual((expected[name] ?? []).map((value) => (typeof value === 'boolean' ? Number(value) : value)));
      }
    });
  });

  it('gives its vectors', async () => {
    await withTable(directory, async (servable) => {
      expect(valuesOf((await ask(servable, 'embed', { keys: int64s(...ids) })).get('vector'))).toEqual(expected['vector']);
    });
  });

  it('is refused when it is cut short', async () => {
    const cut = tables.create({ files: { [file]: oracle(file).subarray(0, 900) }, manifest });
    await expect(withTable(cut, () => {})).rejects.toMatchObject({ code: 'SRV_TABLE_FILE_INVALID', message: expect.stringContaining(file) });
  });
});

function plain(value: unknown, dtype: string | undefined): unknown {
  if (dtype === 'FP16') return halfValue(Number(value));
  return typeof value === 'bigint' ? String(value) : value;
}

it('reads brain floats of a safetensors file as float32', async () => {
  const header = Buffer.from(JSON.stringify({ vector: { dtype: 'BF16', shape: [2, 2], data_offsets: [0, 8] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  // The upper halves of the float32s 1.5, -2, 0.15625 and 3.25.
  const halves = Buffer.from(Uint16Array.of(0x3fc0, 0xc000, 0x3e20, 0x4050).buffer);
  await withTable(tables.create({ files: { 'x.safetensors': Buffer.concat([length, header, halves]) } }), async (servable) => {
    expect(valuesOf((await ask(servable, 'embed', { keys: int64s(1, 0) })).get('vector'))).toEqual([0.15625, 3.25, 1.5, -2]);
  });
});

// The rows of `oracle/make_files.py`.
it.each(['edges.arrow', 'edges.parquet'])('reads microseconds, pages of no bytes and vectors of one number: %s', async (file) => {
  const columns = { nothing: { default: 7 }, empty: {}, micros: {} };
  await withTable(tables.create({ files: { [file]: oracle(file) }, manifest: { file, columns, embedding: 'one' } }), async (servable) => {
    const outputs = await ask(servable, 'lookup', { keys: int64s(1, 2, 3) });
    expect(valuesOf(outputs.get('nothing'))).toEqual([7, 7, 7]);
    expect(valuesOf(outputs.get('empty'))).toEqual(['', '', '']);
    expect(valuesOf(outputs.get('micros'))).toEqual([-441001524392n, 0n, 1n]);
    expect(valuesOf((await ask(servable, 'embed', { keys: int64s(1, 2, 3) })).get('one'))).toEqual([0.5, -1.5, 2]);
  });
});
