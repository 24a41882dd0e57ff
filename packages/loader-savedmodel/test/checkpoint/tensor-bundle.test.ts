import { appendFileSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Tensor } from '@servable/core';
import { DataType } from '@servable/protos/tensorflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TensorBundle } from '../../src/checkpoint/tensor-bundle.ts';
import { fixture, fixtureJson, refusal, withCopy, withFolder } from '../fixtures.ts';
import { PLAIN, writeBundle, type WrittenTensor } from '../table-writer.ts';
import { roundAs, valuesOf } from './checkpoint-values.ts';

interface GoldenEntry {
  readonly key: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values?: readonly unknown[];
  readonly crc32_of_bytes?: number;
}
interface GoldenCheckpoint {
  readonly checkpoint: string;
  readonly files: readonly string[];
  readonly entries: readonly GoldenEntry[];
}

const { checkpoints } = fixtureJson('wire/checkpoints.json') as { readonly checkpoints: readonly GoldenCheckpoint[] };

async function withBundle<T>(prefix: string, use: (bundle: TensorBundle) => Promise<T>): Promise<T> {
  const bundle = await TensorBundle.open(prefix);
  if (bundle === undefined) throw new Error(`there is no ${prefix}.index`);
  try {
    return await use(bundle);
  } finally {
    await bundle.close();
  }
}

function crcOf(tensor: Tensor): number {
  if (tensor.dtype === 'BYTES') throw new Error('strings have no bytes of their own');
  return crc32(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}

describe.each(checkpoints.map((golden) => [golden.checkpoint, golden] as const))('%s', (checkpoint, golden) => {
  let bundle: TensorBundle;
  beforeAll(async () => {
    bundle = (await TensorBundle.open(fixture(checkpoint))) as TensorBundle;
  });
  afterAll(() => bundle.close());

  it('has the entries that TensorFlow lists', () => {
    const listed = bundle.entries.map(({ key, typeName, shape }) => ({ key, dtype: typeName, shape }));
    expect(listed).toEqual(golden.entries.map(({ key, dtype, shape }) => ({ key, dtype, shape })));
  });

  it.each(golden.entries.map((entry) => [entry.key, entry] as const))('holds in %s what TensorFlow reads', async (key, { shape, values, crc32_of_bytes: crc }) => {
    const tensor = await bundle.readTensor(key);
    expect(tensor.shape).toEqual(shape);
    if (crc !== undefined) expect(crcOf(tensor)).toBe(crc);
    if (values !== undefined) expect(valuesOf(tensor)).toEqual(values.map((value) => roundAs(tensor, value)));
  });

  it('gives the same through memory of the caller, and in chunks', async () => {
    for (const entry of bundle.entries.filter(({ dtype }) => dtype !== 'BYTES')) {
      const tensor = await bundle.readTensor(entry.key);
      const [target, chunked] = [new Uint8Array(entry.byteLength), new Uint8Array(entry.byteLength)];
      await bundle.readInto(entry.key, target);
      for await (const { byteOffset, bytes } of bundle.readChunks(entry.key)) chunked.set(bytes, byteOffset);
      expect(crc32(target)).toBe(crcOf(tensor));
      expect(crc32(chunked)).toBe(crcOf(tensor));
    }
  });
});

it('reads data files one by one where there are several', () => {
  const golden = checkpoints.find(({ files }) => files.length === 4);
  expect(readdirSync(fixture('bundle_zoo/3/variables')).toSorted()).toEqual(golden?.files);
});

/** A tensor of rising numbers, whole and in parts. */
const WHOLE = Float32Array.from({ length: 5 * 6 * 7 }, (_, at) => at);
const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Cuts `[5, 6, 7]` at these places of its dimensions, by single elements. */
function part(starts: readonly number[], lengths: readonly number[]): Float32Array {
  const values: number[] = [];
  const [z = 0, y = 0, x = 0] = starts;
  const [depth = 0, height = 0, width = 0] = lengths;
  for (let a = z; a < z + depth; a++) for (let b = y; b < y + height; b++) for (let c = x; c < x + width; c++) values.push(WHOLE[(a * 6 + b) * 7 + c] ?? -1);
  return Float32Array.from(values);
}

/** The keys of parts as the format has them, for names without special bytes and starts and lengths below 64. */
function keyOf(name: string, slice: readonly { readonly start: number; readonly length?: number }[]): Uint8Array {
  const numbers = slice.flatMap(({ start, length }) => (length === undefined ? [0x80, 0x7f] : [0x80 + start, 0x80 + length]));
  return Buffer.from([0, ...Buffer.from(name), 0, 1, 1, slice.length, ...numbers]);
}

function partitioned(cuts: readonly (readonly [starts: readonly number[], lengths: readonly number[]])[]): WrittenTensor[] {
  const slices = cuts.map(([starts, lengths]) => starts.map((start, at) => (lengths[at] === [5, 6, 7][at] ? { start: 0 } : { start, length: lengths[at] ?? 0 })));
  const whole = { key: 'w', dataType: DataType.DT_FLOAT, shape: [5, 6, 7], data: new Uint8Array(0), slices };
  const parts = cuts.map(([starts, lengths], at) => ({ key: keyOf('w', slices[at] ?? []), dataType: DataType.DT_FLOAT, shape: lengths, data: bytesOf(part(starts, lengths)), shard: at % 2 }));
  return [whole, ...parts];
}

describe('a partitioned tensor', () => {
  const ways: readonly (readonly [string, readonly (readonly [readonly number[], readonly number[]])[]])[] = [
    ['along the first dimension', [[[0, 0, 0], [2, 6, 7]], [[2, 0, 0], [3, 6, 7]]]],
    ['along the second', [[[0, 0, 0], [5, 1, 7]], [[0, 1, 0], [5, 5, 7]]]],
    ['along the last', [[[0, 0, 0], [5, 6, 3]], [[0, 0, 3], [5, 6, 4]]]],
    ['along two, out of order', [[[2, 0, 4], [3, 6, 3]], [[0, 0, 0], [2, 6, 4]], [[0, 0, 4], [2, 6, 3]], [[2, 0, 0], [3, 6, 4]]]],
    ['into one part', [[[0, 0, 0], [5, 6, 7]]]],
  ];

  it.each(ways)('is put together: %s', async (_title, cuts) => {
    await withFolder(async (folder) => {
      writeBundle(join(folder, 'variables'), partitioned(cuts), { shards: 2 });
      await withBundle(join(folder, 'variables'), async (bundle) => {
        expect(bundle.entries.map(({ key }) => key)).toEqual(['w']);
        expect((await bundle.readTensor('w')).data).toEqual(WHOLE);
        const region = { starts: [1, 2, 3], lengths: [3, 4, 2] };
        expect(await bundle.readTensor('w', { region })).toEqual({ dtype: 'FP32', shape: [3, 4, 2], data: part(region.starts, region.lengths) });
      });
    });
  });

  it.each([
    ['overlap', [[[0, 0, 0], [3, 6, 7]], [[2, 0, 0], [3, 6, 7]]], 'overlap'],
    ['leave some out', [[[0, 0, 0], [2, 6, 7]], [[3, 0, 0], [2, 6, 7]]], 'its parts have 168 of 210 elements'],
    ['reach out of it', [[[0, 0, 0], [5, 6, 7]], [[5, 0, 0], [1, 6, 7]]], 'is not inside shape [5,6,7]'],
  ] as const)('is refused when its parts %s', async (_title, cuts, reason) => {
    await withFolder(async (folder) => {
      writeBundle(join(folder, 'variables'), partitioned(cuts), { shards: 2 });
      const error = await refusal(() => TensorBundle.open(join(folder, 'variables')));
      expect(error).toMatchObject({ code: 'SRV_CHECKPOINT_ENTRY_INVALID', status: 'DATA_LOSS' });
      expect(error.message).toContain(reason);
    });
  });

  it('is refused when a part is not there, or of another type or shape', async () => {
    const [whole, first, second] = partitioned([[[0, 0, 0], [2, 6, 7]], [[2, 0, 0], [3, 6, 7]]]);
    if (whole === undefined || first === undefined || second === undefined) throw new Error('there are three');
    const damages: readonly (readonly [WrittenTensor[], string])[] = [
      [[whole, first], 'its part [2:5, 0:6, 0:7] is not in the index'],
      [[whole, first, { ...second, dataType: DataType.DT_INT32 }], 'is DT_INT32 of shape [3,6,7]'],
      [[whole, first, { ...second, shape: [6, 3, 7] }], 'is DT_FLOAT of shape [6,3,7]'],
    ];
    for (const [tensors, reason] of damages) {
      await withFolder(async (folder) => {
        writeBundle(join(folder, 'variables'), tensors, { shards: 2 });
        expect((await refusal(() => TensorBundle.open(join(folder, 'variables')))).message).toContain(reason);
      });
    }
  });
});

describe('a tensor of more than one chunk', () => {
  const data = Float32Array.from({ length: 3 * 2 ** 18 + 17 }, (_, at) => at % 4099);
  const rows = Float32Array.from({ length: 2 ** 18 + 2 }, (_, at) => at);
  const tensors = (checksum?: number): WrittenTensor[] => [
    { key: 'small', dataType: DataType.DT_UINT8, shape: [3], data: Uint8Array.of(1, 2, 3) },
    { key: 'large', dataType: DataType.DT_FLOAT, shape: [data.length], data: bytesOf(data), ...(checksum === undefined ? {} : { checksum }) },
    { key: 'rows', dataType: DataType.DT_FLOAT, shape: [2, 2 ** 17 + 1], data: bytesOf(rows) },
  ];

  it('is read, at addresses that fit no word', async () => {
    await withFolder(async (folder) => {
      writeBundle(join(folder, 'v'), tensors());
      await withBundle(join(folder, 'v'), async (bundle) => {
        expect(Buffer.compare(bytesOf((await bundle.readTensor('large')).data as Float32Array), bytesOf(data))).toBe(0);
        const sizes: number[] = [];
        for await (const { byteOffset, bytes } of bundle.readChunks('large')) {
          expect(Buffer.compare(bytes, bytesOf(data).subarray(byteOffset, byteOffset + bytes.length))).toBe(0);
          sizes.push(bytes.length);
        }
        expect(sizes).toEqual([2 ** 20, 2 ** 20, 2 ** 20, 17 * 4]);
      });
    });
  });

  it('gives a part of it whose rows lie across chunks', async () => {
    await withFolder(async (folder) => {
      writeBundle(join(folder, 'v'), tensors());
      await withBundle(join(folder, 'v'), async (bundle) => {
        const region = { starts: [1, 100_000], lengths: [1, 31_000] };
        const { data: read } = await bundle.readTensor('rows', { region });
        expect(read).toEqual(rows.slice(2 ** 17 + 1 + 100_000, 2 ** 17 + 1 + 131_000));
      });
    });
  });

  it('is refused when its checksum is wrong, with tensor, file and place', async () => {
    await withFolder(async (folder) => {
      writeBundle(join(folder, 'v'), tensors(12345));
      await withBundle(join(folder, 'v'), async (bundle) => {
        for (const read of [() => bundle.readTensor('large'), () => bundle.readInto('large', new Uint8Array(data.byteLength)), () => bundle.readTensor('large', { region: { starts: [5], lengths: [1] } })]) {
          const error = await refusal(read);
          expect(error).toMatchObject({ code: 'SRV_CHECKPOINT_CHECKSUM', status: 'DATA_LOSS' });
          expect(error.message).toContain(`'large' at 3 of '${join(folder, 'v.data-00000-of-00001')}'`);
        }
      });
    });
  });

  it('is no longer read when the signal aborts, or the consumer stops', async () => {
    await withFolder(async (folder) => {
      writeBundle(join(folder, 'v'), tensors());
      await withBundle(join(folder, 'v'), async (bundle) => {
        await expect(bundle.readTensor('large', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
        const controller = new AbortController();
        const reading = async (): Promise<void> => {
          for await (const chunk of bundle.readChunks('large', controller.signal)) if (chunk.byteOffset === 0) controller.abort(new Error('enough now'));
        };
        await expect(reading()).rejects.toThrow('enough now');
        for await (const { byteOffset } of bundle.readChunks('large')) if (byteOffset > 0) break;
        expect((await bundle.readTensor('small')).data).toEqual(Uint8Array.of(1, 2, 3));
      });
    });
  });

  it('fails, and does not go astray, when its file shrinks while it is open', async () => {
    await withFolder(async (folder) => {
      writeBundle(join(folder, 'v'), tensors());
      await withBundle(join(folder, 'v'), async (bundle) => {
        truncateSync(join(folder, 'v.data-00000-of-00001'), 2 ** 20 + 100);
        const error = await refusal(() => bundle.readTensor('large'));
        expect(error).toMatchObject({ code: 'SRV_CHECKPOINT_SHARD_TRUNCATED', status: 'OUT_OF_RANGE' });
      });
    });
  });
});

describe('an index', () => {
  const one: WrittenTensor = { key: 'a', dataType: DataType.DT_FLOAT, shape: [2], data: new Uint8Array(8) };
  async function openError(write: (prefix: string) => void): Promise<{ readonly code: string; readonly status: string; readonly message: string }> {
    return withFolder(async (folder) => {
      write(join(folder, 'v'));
      return refusal(() => TensorBundle.open(join(folder, 'v')));
    });
  }

  it.each([
    ['is for big-endian machines', [one], { endianness: 1 as const }, 'UNIMPLEMENTED', 'big-endian'],
    ['is for newer readers', [one], { minConsumer: 2 }, 'UNIMPLEMENTED', 'for readers of version 2, this is 1'],
    ['has a shape that its bytes do not fill', [{ ...one, shape: [3] }], {}, 'DATA_LOSS', 'shape [3] of FP32 does not take 8 bytes'],
    ['has a shape of more elements than can be counted', [{ ...one, shape: [2 ** 52, 2 ** 52] }], {}, 'DATA_LOSS', 'does not take 8 bytes'],
    ['has a negative size', [{ ...one, shape: [-2, -1] }], {}, 'DATA_LOSS', 'its dimension is -2'],
    ['has strings for which there are too few bytes', [{ ...one, dataType: DataType.DT_STRING, shape: [100] }], {}, 'DATA_LOSS', 'shape [100] of BYTES does not take 8 bytes'],
    ['has a data file that cannot be', [{ ...one, shard: 3 }], { shards: 2 }, 'DATA_LOSS', 'it is in data file 3 of 2'],
  ])('is refused that %s', async (_title, tensors, options, status, reason) => {
    const error = await openError((prefix) => writeBundle(prefix, tensors, options));
    expect(error.status).toBe(status);
    expect(error.message).toContain(reason);
  });

  it('is refused when tensors share bytes: one gigabyte could be read a thousand times', async () => {
    const error = await openError((prefix) => writeBundle(prefix, [one, { ...one, key: 'b', offset: 4 }]));
    expect(error.message).toContain("'b' of");
    expect(error.message).toContain("it shares bytes with 'a'");
  });

  it('leaves types alone that cannot be held, until they are asked for', async () => {
    await withFolder(async (folder) => {
      writeBundle(join(folder, 'v'), [one, { ...one, key: 'v', dataType: DataType.DT_VARIANT }, { ...one, key: 'i', dataType: DataType.DT_INT4 }]);
      await withBundle(join(folder, 'v'), async (bundle) => {
        expect((await bundle.readTensor('a')).data).toEqual(new Float32Array(2));
        expect(await refusal(() => bundle.readTensor('v'))).toMatchObject({ status: 'UNIMPLEMENTED', message: expect.stringContaining('DT_VARIANT') as string });
        expect((await refusal(() => bundle.readTensor('i'))).message).toContain('DT_INT4');
      });
    });
  });

  it('is read with compressed blocks of any size', async () => {
    const many = Array.from({ length: 300 }, (_, at): WrittenTensor => ({ key: `layer_${at}/.ATTRIBUTES/VARIABLE_VALUE`, dataType: DataType.DT_INT32, shape: [], data: new Uint8Array(Int32Array.of(at).buffer) }));
    for (const table of [{ ...PLAIN, entriesPerBlock: 7, isCompressed: true }, { entriesPerBlock: 1, restartInterval: 1, isCompressed: false }]) {
      await withFolder(async (folder) => {
        writeBundle(join(folder, 'v'), many, { table });
        await withBundle(join(folder, 'v'), async (bundle) => {
          expect(bundle.entries.length).toBe(300);
          expect(bundle.entriesWithPrefix('layer_29').map(({ key }) => key)).toHaveLength(11);
          expect((await bundle.readTensor('layer_123/.ATTRIBUTES/VARIABLE_VALUE')).data).toEqual(Int32Array.of(123));
        });
      });
    }
  });
});

it('asks for numbers and strings in their own ways, and for keys that are there', async () => {
  await withBundle(fixture('bundle_zoo/1/variables/variables'), async (bundle) => {
    const [string, float] = ['vars/string/.ATTRIBUTES/VARIABLE_VALUE', 'vars/float32/.ATTRIBUTES/VARIABLE_VALUE'];
    expect(await refusal(() => bundle.readInto(string, new Uint8Array(1)))).toMatchObject({ code: 'SRV_CHECKPOINT_TARGET_INVALID' });
    expect((await refusal(() => bundle.readInto(float, new Float32Array(5)))).message).toContain('it takes 24 bytes, the memory has 20');
    expect((await refusal(() => bundle.readTensor(float, { region: { starts: [0, 2], lengths: [1, 2] } }))).message).toContain('[0:1, 2:4] is not inside its shape [2,3]');
    expect(await refusal(() => bundle.readTensor('no/such'))).toMatchObject({ code: 'SRV_CHECKPOINT_KEY_NOT_FOUND', status: 'NOT_FOUND' });
    expect(bundle.find('no/such')).toBeUndefined();
    expect((await bundle.readTensor(float, { region: { starts: [0, 1], lengths: [2, 1] } })).shape).toEqual([2, 1]);
  });
});

it('reads into memory that threads share', async () => {
  await withBundle(fixture('scalar_affine_tf1/1/variables/variables'), async (bundle) => {
    const target = new Float32Array(new SharedArrayBuffer(4));
    await bundle.readInto('a', target);
    expect(Array.from(target)).toEqual(Array.from((await bundle.readTensor('a')).data as Float32Array));
    expect(target[0]).toBeGreaterThan(0);
  });
});

it('is of no use once it is closed', async () => {
  const bundle = await TensorBundle.open(fixture('scalar_affine_tf1/1/variables/variables'));
  expect((await bundle?.readTensor('a'))?.data).toHaveLength(1);
  await bundle?.close();
  await bundle?.close();
  expect(await refusal(() => bundle?.readTensor('a'))).toMatchObject({ code: 'SRV_CHECKPOINT_CLOSED' });
});

it('is nothing where there is no index', async () => {
  expect(await TensorBundle.open(fixture('frozen_const/1/variables/variables'))).toBeUndefined();
});

it('takes a longer data file than the index needs', async () => {
  await withCopy(fixture('scalar_affine_tf1/1/variables'), async (copy) => {
    appendFileSync(join(copy, 'variables.data-00000-of-00001'), 'more');
    await withBundle(join(copy, 'variables'), async (bundle) => expect((await bundle.readTensor('c')).shape).toEqual([]));
  });
});
