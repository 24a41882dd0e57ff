import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { npyOf, safetensorsOf } from './array-writers.ts';
import { ask, strings, type TableFiles, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const tables = new TemporaryTables();

async function faultOf(files: TableFiles): Promise<{ code?: string; message: string }> {
  return withTable(tables.create(files), () => ({ message: 'it loads' })).catch((error: unknown) => error as { code: string; message: string });
}

describe('broken fixtures', () => {
  it.each([
    { file: 'ragged.csv', says: 'row 2 (line 3): it has 2 values, the header names 3 columns' },
    { file: 'duplicate_keys.csv', says: "row 2: the key 'a' is that of row 1 already" },
    { file: 'unclosed_quote.csv', says: 'Quote Not Closed' },
    { file: 'empty.csv', says: 'its first line must name the columns' },
    { file: 'truncated.json', says: "line 1, column 20: ':' is missing" },
    { file: 'dims_differ.json', says: "row 2: 'vector' has 1 value, row 1 has 2 values" },
    { file: 'bad_magic.npy', says: 'it does not begin as a NumPy array does' },
    { file: 'empty.npy', says: 'it is too short for a NumPy array' },
    { file: 'header_lies.npy', says: 'is cut short: shape [9999,16] needs 640064 bytes, 64128 are there' },
    { file: 'truncated.npy', says: 'is cut short: shape [1000,16] needs 64128 bytes, 64028 are there' },
    { file: 'object.npy', says: 'pickled Python objects, which are never opened' },
    { file: 'text.parquet', says: 'cannot be read' },
    { file: 'truncated.parquet', says: 'cannot be read' },
  ])('$file', async ({ file, says }) => {
    const fault = await faultOf({ fixtures: [`broken/${file}`] });
    expect(fault.message).toContain(says);
    expect(fault.message).toContain(file);
    expect(fault.code).toMatch(/^SRV_TABLE_/);
  });

  it('serves a table without rows', async () => {
    expect((await faultOf({ fixtures: ['broken/header_only.csv'] })).message).toBe('it loads');
  });
});

const csv = (text: string): Record<string, string> => ({ 'table.csv': text });

it.each<{ title: string; files: TableFiles; says: string }>([
  { title: 'text where table.json wants numbers', files: { fixtures: ['broken/not_a_number.csv'], manifest: { columns: { v0: 'FP32' } } }, says: `row 1 (line 2): 'v0' is "one", which is no FP32` },
  { title: 'an integer that the dtype does not hold', files: { files: csv('key,v\na,1\nb,300\n'), manifest: { columns: { v: 'UINT8' } } }, says: `row 2 (line 3): 'v' is "300", which is no UINT8` },
  { title: 'a NaN in a column', files: { files: csv('key,v\na,1.5\nb,nan\n') }, says: "row 2 (line 3): 'v' is NaN" },
  { title: 'a NaN in a vector', files: { files: csv('key,v0,v1\na,1.5,2\nb,1,nan\n') }, says: "row 2 (line 3): number 2 of 'embedding' is NaN" },
  { title: 'a key that is no integer', files: { files: csv('key,v\n1,1\nb,2\n'), manifest: { keyType: 'INT64' } }, says: 'row 2 (line 3): the key "b" is no INT64' },
  { title: 'a duplicate integer key', files: { files: csv('key,v\n7,1\n8,2\n7,3\n') }, says: 'row 3: the key 7 is that of row 1 already' },
  { title: 'rows after a quoted line break', files: { files: csv('key,v\na,"x\ny"\nb\n') }, says: 'row 2 (line 4): it has 1 values' },
  { title: 'a key that stands twice in JSON', files: { files: { 'table.json': '{"file":"t.json"}', 't.json': '{"a": 1, "a": 2}' } }, says: 'the name "a" stands twice' },
  { title: 'a line that is no JSON', files: { files: { 't.jsonl': '{"key": "a"}\n{"key": \n' } }, says: 'row 2 (line 2)' },
  { title: 'a column that is not there', files: { files: csv('key,v\na,1\n'), manifest: { columns: { w: 'FP32' } } }, says: "has no column 'w': its columns are key, v" },
  { title: 'text that is not UTF-8', files: { files: { 'table.csv': Buffer.from([0x6b, 0x2c, 0x76, 0x0a, 0xff, 0x2c, 0x31, 0x0a]) } }, says: 'it is not UTF-8 text' },
  { title: 'two data files', files: { files: { 'a.csv': 'key\n', 'b.csv': 'key\n' } }, says: 'a.csv, b.csv' },
  { title: 'fewer keys than rows', files: { fixtures: ['embeddings_f4.npy'], files: { 'keys.txt': 'a\nb\n' }, manifest: { keyFile: 'keys.txt' } }, says: 'it has 2 keys' },
  { title: 'a table.json with a name that is not known', files: { files: csv('key\n'), manifest: { colums: {} } }, says: "'colums' is not known; known are file, format" },
  { title: 'a file outside the version', files: { manifest: { file: '../../etc/passwd' } }, says: '/file' },
  { title: 'a default of another length', files: { fixtures: ['embeddings_f4.npy'], manifest: { embedding: { missing: 'default', default: [1] } } }, says: 'it has 1 numbers, vectors have 16' },
  { title: 'a column named as the flag', files: { files: csv('key,found\na,1\n') }, says: "a column cannot be named 'found'" },
  { title: 'word vectors of another length', files: { files: { 't.vec': '2 2\na 1 2\nb 1\n' } }, says: 'row 2 (line 3): it has 1 numbers, others have 2' },
  { title: 'vectors of more numbers than a memory holds', files: { files: { 't.vec': '1 1000000000\na 1\n' } }, says: 'has more numbers in a vector than the 1048576' },
  { title: 'a vector of no rows and far too many numbers', files: { files: { 't.npy': npyOf({ npy: '<f4', safetensors: '', shape: [0, 10 ** 12], data: new Float32Array(0) }) } }, says: 'has more numbers in a vector' },
  { title: 'a tensor of other bytes than its shape', files: { files: { 't.safetensors': safetensorsOf({ a: { npy: '', safetensors: 'F32', shape: [2], data: new Float32Array(3) } }) } }, says: "tensor 'a' has 12 bytes, shape [2] of F32 needs 8" },
  { title: 'an Arrow file of no bytes', files: { files: { 't.arrow': '' } }, says: 'it holds no columns' },
  { title: 'JSON lines without a record and without a word on columns', files: { files: { 't.jsonl': '' } }, says: "has no column 'key'" },
  { title: 'semicolons between values', files: { files: csv('key;v\na;1\n') }, says: 'if ";" stands between values, set "delimiter": ";" in table.json' },
  { title: 'keys with leading zeros among others', files: { files: csv('key,v\n001,1\n1,2\n') }, says: 'Set "keyType": "BYTES" in table.json' },
  { title: 'compressed text', files: { files: { 'table.csv': gzipSync('key,v\na,1\n') } }, says: 'it is not UTF-8 text' },
  { title: 'word vectors that end early', files: { files: { 't.vec': '3 2\na 1 2\nb 1 2\n' } }, says: 'its header says 3 rows, there are 2' },
])('refuses $title', async ({ files, says }) => {
  const fault = await faultOf(files);
  expect(fault.message).toContain(says);
  expect(fault.code).toMatch(/^SRV_TABLE_/);
});

it('keeps what is not finite when told to', async () => {
  expect((await faultOf({ files: csv('key,v\na,nan\n'), manifest: { allowNonFinite: true } })).message).toBe('it loads');
});

it('takes columns that are named as values, and numbers that may be missing among them', async () => {
  const directory = tables.create({ files: csv('key,v0,v1\na,1.5,\nb,2,3\n'), manifest: { columns: { v0: 'FP32', v1: { dtype: 'FP32', default: -1 } } } });
  await withTable(directory, async (servable) => {
    expect([...servable.signatures.keys()]).not.toContain('embed');
    expect(valuesOf((await ask(servable, 'lookup', { keys: strings('a', 'b', 'x') })).get('v1'))).toEqual([-1, 3, -1]);
  });
});

it.each([
  { title: 'a byte order mark before the header and lines that end with CRLF', files: csv('\ufeffkey,v\r\na,1\r\n') },
  { title: 'a byte order mark before table.json', files: { 't.csv': 'key,v\na,1\n', 'table.json': '\ufeff{"file": "t.csv"}' } },
  { title: 'semicolons that table.json names', files: { 't.csv': 'key;v\na;1\n', 'table.json': '{"file": "t.csv", "delimiter": ";"}' } },
  { title: 'a line break and quotes in a cell', files: csv('key,v,w\na,1,"x ""y""\r\nz"\n') },
])('reads $title', async ({ files }) => {
  await withTable(tables.create({ files }), async (servable) => {
    const outputs = await ask(servable, 'lookup', { keys: strings('a', 'b') });
    expect(valuesOf(outputs.get('v'))).toEqual([1n, 0n]);
    if (outputs.has('w')) expect(valuesOf(outputs.get('w'))).toEqual(['x "y"\r\nz', '']);
  });
});

it('says that versions build on one another in a circle', async () => {
  const files = { 'rows.csv': 'key,v\na,1\n' };
  const first = tables.create({ version: 'circle/1', files, manifest: { file: 'rows.csv', base: 2 } });
  tables.create({ version: 'circle/2', files, manifest: { file: 'rows.csv', base: 1 } });
  await expect(withTable(first, () => {})).rejects.toMatchObject({ code: 'SRV_TABLE_BASE_MISSING', message: expect.stringContaining('versions build on one another already') });
});
