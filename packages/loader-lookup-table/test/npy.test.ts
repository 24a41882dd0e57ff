import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNpyHeader } from '../src/read/npy.ts';
import { FileBytes } from '../src/read/byte-source.ts';
import { openNpy } from '../src/read/npy.ts';
import { readTableGoldens } from './golden-tables.ts';
import { TABLES } from './temporary-table.ts';

const { files } = readTableGoldens();
const arrays = Object.entries(files).filter(([, { values }]) => values !== undefined);

it.each(arrays.filter(([, { shape }]) => shape?.length === 1))('%s has the values that NumPy wrote', async (name, { values }) => {
  const read: unknown[] = [];
  for await (const { columns } of (await openNpy(join(TABLES, name))).batches()) {
    const [column] = columns;
    read.push(...(column?.kind === 'numeric' ? Array.from<unknown>(column.data as ArrayLike<unknown>) : (column?.values ?? [])));
  }
  const plain = read.map((value) => (value instanceof Uint8Array ? { b64: Buffer.from(value).toString('base64') } : value));
  expect(plain.map((value) => (typeof value === 'bigint' ? String(value) : value))).toEqual(values?.map((value) => (typeof value === 'boolean' ? Number(value) : typeof read[0] === 'bigint' ? String(value) : value)));
});

it.each(arrays)('%s has the shape that NumPy wrote', async (name, { shape }) => {
  const header = await readNpyHeader(await FileBytes.open(join(TABLES, name)), 'x');
  expect(header.shape).toEqual(shape);
});

it('refuses arrays of other ranks as tables', async () => {
  await expect(openNpy(join(TABLES, 'npy_rank3_i4.npy'))).rejects.toThrow('has shape [2,3,4]: a table');
  await expect(openNpy(join(TABLES, 'npy_scalar.npy'))).rejects.toThrow('has shape []: a table');
});
