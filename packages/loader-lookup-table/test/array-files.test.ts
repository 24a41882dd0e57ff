import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ask, int64s, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const tables = new TemporaryTables();

interface Row {
  readonly key: bigint;
  readonly count: number;
  readonly share: number;
  readonly vector: readonly number[];
}

interface ArrayOf {
  readonly npy: string;
  readonly safetensors: string;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** A table as arrays: INT64 keys, an int32 and a float64 column, and vectors of float32. */
function arraysOf(rows: readonly Row[], dim: number): Readonly<Record<string, ArrayOf>> {
  const count = rows.length;
  return {
    key: { npy: '<i8', safetensors: 'I64', shape: [count], data: BigInt64Array.from(rows, ({ key }) => key) },
    count: { npy: '<i4', safetensors: 'I32', shape: [count], data: Int32Array.from(rows, (row) => row.count) },
    share: { npy: '<f8', safetensors: 'F64', shape: [count], data: Float64Array.from(rows, ({ share }) => share) },
    vector: { npy: '<f4', safetensors: 'F32', shape: [count, dim], data: Float32Array.from(rows.flatMap(({ vector }) => vector)) },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Source: NumPy's `numpy.lib.format`, version 1.0. */
function npy({ npy: dtype, shape, data }: ArrayOf): Buffer {
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]), Buffer.from(header), bytesOf(data)]);
}

/** Source: the safetensors format: the header's length, the header, the data. */
function safetensors(arrays: Readonly<Record<string, ArrayOf>>): Buffer {
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, { safetensors: dtype, shape, data }] of Object.entries(arrays)) header[name] = { dtype, shape, data_offsets: [at, (at += data.byteLength)] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(arrays).map(({ data }) => bytesOf(data))]);
}

/** An archive without compression. Source: PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
function npz(arrays: Readonly<Record<string, ArrayOf>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const [file, content] = [Buffer.from(`${name}.npy`), npy(array)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(file.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), common, file, content]);
    central.push(Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), common, tail, file]));
    locals.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(Buffer.concat(central).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...central, end]);
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const rowsOf = (dim: number): fc.Arbitrary<readonly Row[]> => {
  const row = fc.record({
    key: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    count: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    share: finite,
    vector: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: dim, maxLength: dim }),
  });
  return fc.uniqueArray(row, { minLength: 1, maxLength: 25, selector: ({ key }) => key });
};
const cases = fc.integer({ min: 1, max: 9 }).chain((dim) =>
  fc.record({ dim: fc.constant(dim), rows: rowsOf(dim), others: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 4 }) }),
);

it.each([
  { format: 'npz', write: npz },
  { format: 'safetensors', write: safetensors },
])('any rows of a $format file are found as they were written', async ({ format, write }) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ dim, rows, others }) => {
      const directory = tables.create({ files: { [`rows.${format}`]: write(arraysOf(rows, dim)) } });
      const map = new Map(rows.map((row) => [row.key, row]));
      const asked = [...map.keys(), ...others];
      const vectors = asked.flatMap((key) => map.get(key)?.vector ?? Array.from({ length: dim }, () => 0));
      await withTable(directory, async (servable) => {
        const outputs = await ask(servable, 'lookup', { keys: int64s(...asked) });
        expect(valuesOf(outputs.get('found'))).toEqual(asked.map((key) => Number(map.has(key))));
        expect(valuesOf(outputs.get('count'))).toEqual(asked.map((key) => map.get(key)?.count ?? 0));
        expect(valuesOf(outputs.get('share'))).toEqual(asked.map((key) => map.get(key)?.share ?? 0));
        expect(valuesOf((await ask(servable, 'embed', { keys: int64s(...asked) })).get('vector'))).toEqual(vectors);
      });
    }),
    { numRuns: 30 },
  );
});

it('any rows of a .npy file are found by the keys beside them', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ dim, rows, others }) => {
      const { key, vector } = arraysOf(rows, dim);
      if (key === undefined || vector === undefined) throw new Error('unreachable');
      const directory = tables.create({ files: { 'rows.npy': npy(vector), 'keys.npy': npy(key) }, manifest: { file: 'rows.npy', keyFile: 'keys.npy' } });
      const map = new Map(rows.map((row) => [row.key, row]));
      const asked = [...map.keys(), ...others];
      await withTable(directory, async (servable) => {
        const outputs = await ask(servable, 'embed', { keys: int64s(...asked) });
        expect(valuesOf(outputs.get('vector'))).toEqual(asked.flatMap((each) => map.get(each)?.vector ?? Array.from({ length: dim }, () => 0)));
      });
    }),
    { numRuns: 30 },
  );
});
