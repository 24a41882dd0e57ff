import { describe, expect, it } from 'vitest';
import { readTableGoldens } from './golden-tables.ts';
import { ask, int64s, TemporaryTables, withTable } from './temporary-table.ts';

const { many_types: goldens } = readTableGoldens();
const tables = new TemporaryTables();

const COLUMNS = { i32: 'INT32', u8: 'UINT8', f32: 'FP32', f64: 'FP64', flag: 'BOOL', cat: 'BYTES', maybe: 'INT64', raw: 'BYTES', ts: 'INT64', vec_fixed: 'FP32' };

describe.each(goldens.files)('%s', (file) => {
  it('gives every type of column as the file has it', async () => {
    await withTable(tables.create({ fixtures: [file], manifest: { columns: Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, {}])) } }), async (servable) => {
      const ids = goldens.sample.map(({ id }) => BigInt(id as number));
      const outputs = await ask(servable, 'lookup', { keys: int64s(...ids) });
      for (const [name, dtype] of Object.entries(COLUMNS)) {
        const tensor = outputs.get(name);
        expect(tensor?.dtype, name).toBe(dtype);
        const width = (tensor?.data.length ?? 0) / ids.length;
        const rows = goldens.sample.map((_, row) => plain(Array.from<unknown>(tensor?.data.slice(row * width, (row + 1) * width) as ArrayLike<unknown>)));
        expect(rows, name).toEqual(goldens.sample.map((sample) => expectedOf(sample[name])));
      }
    });
  });

  it('takes a list of floats as the embedding', async () => {
    await withTable(tables.create({ fixtures: [file] }), async (servable) => {
      const outputs = await ask(servable, 'embed', { keys: int64s(...goldens.sample.map(({ id }) => BigInt(id as number))) });
      expect(Array.from(outputs.get('vec')?.data as Float32Array)).toEqual(goldens.sample.flatMap(({ vec }) => vec as number[]));
    });
  });
});

function plain(values: readonly unknown[]): readonly unknown[] {
  return values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : Number(value)));
}

/** A null is the column's default, 0. */
function expectedOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [Buffer.from(value).toString('base64')];
  return typeof value === 'object' && value !== null ? [(value as { b64: string }).b64] : [Number(value)];
}
