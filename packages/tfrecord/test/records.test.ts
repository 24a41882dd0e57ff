import { ServingError } from '@servable/core';
import { array, assert, asyncProperty, integer, record, uint8Array } from 'fast-check';
import { expect, it } from 'vitest';
import { encodeRecord, RECORD_OVERHEAD_BYTES } from '../src/encode-record.ts';
import { readRecords, type TfRecord } from '../src/read-records.ts';
import { FILE, GZIP_FILE, PAYLOADS } from './wire-goldens.ts';

/** Where each record of TensorFlow's file begins, and where the file ends. */
const OFFSETS = PAYLOADS.reduce((offsets, { length }) => [...offsets, (offsets.at(-1) ?? 0) + length + RECORD_OVERHEAD_BYTES], [0]);

async function read(pieces: Iterable<Uint8Array>): Promise<{ readonly records: readonly TfRecord[]; readonly error: ServingError | undefined }> {
  const records: TfRecord[] = [];
  try {
    for await (const each of readRecords(pieces)) records.push(each);
    return { records, error: undefined };
  } catch (error) {
    if (!ServingError.is(error)) throw error;
    return { records, error };
  }
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

it("writes TensorFlow's bytes", () => {
  expect(Buffer.concat(PAYLOADS.map(encodeRecord))).toEqual(FILE);
});

it.each([1, 3, 12, 13, 64, 10_000])("reads TensorFlow's bytes in pieces of %i", async (size) => {
  const { records, error } = await read(cut(FILE, size));
  expect(error).toBeUndefined();
  expect(records.map(({ data }) => Buffer.from(data))).toEqual(PAYLOADS);
  expect(records.map(({ index }) => index)).toEqual([...PAYLOADS.keys()]);
  expect([...records.map(({ offset }) => offset), FILE.length]).toEqual(OFFSETS);
});

it('reads what it wrote, whatever the bytes and the pieces', async () => {
  const anything = record({ payloads: array(uint8Array({ maxLength: 300 }), { maxLength: 8 }), size: integer({ min: 1, max: 400 }) });
  await assert(
    asyncProperty(anything, async ({ payloads, size }) => {
      const { records, error } = await read(cut(Buffer.concat(payloads.map(encodeRecord)), size));
      expect(error).toBeUndefined();
      expect(records.map(({ data }) => [...data])).toEqual(payloads.map((data) => [...data]));
    }),
  );
});

it('names the record and its offset when any one byte is another', async () => {
  for (let at = 0; at < FILE.length; at++) {
    const damaged = Uint8Array.from(FILE);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    const broken = OFFSETS.findLastIndex((offset) => offset <= at);
    const { records, error } = await read([damaged]);
    expect(records).toHaveLength(broken);
    expect(error).toMatchObject({ code: 'SRV_TFRECORD_CORRUPT', status: 'DATA_LOSS' });
    expect(error?.message).toMatch(new RegExp(`^corrupted record at ${OFFSETS[broken]}: record ${broken} stores \\d+ as the checksum of its `));
  }
});

it('names the record and what is missing when the file ends early', async () => {
  for (let length = 1; length < FILE.length; length++) {
    const { records, error } = await read([FILE.subarray(0, length)]);
    const broken = OFFSETS.findLastIndex((offset) => offset <= length);
    expect(records).toHaveLength(broken);
    if (OFFSETS[broken] === length) expect(error).toBeUndefined();
    else expect(error).toMatchObject({ code: 'SRV_TFRECORD_TRUNCATED', status: 'DATA_LOSS', args: [OFFSETS[broken], broken, expect.any(BigInt)] });
  }
  expect((await read([FILE.subarray(0, 20)])).error?.message).toBe('truncated record at 16: the file ends 8 bytes before record 1 does');
});

it('asks for no memory that a forged length speaks of', async () => {
  const forged = Buffer.from(encodeRecord(Buffer.alloc(8)));
  for (const length of [2n ** 40n, 2n ** 63n]) {
    const header = Buffer.alloc(8);
    header.writeBigUInt64LE(length);
    // The checksum of a record whose data is the length is the one that belongs beside the length.
    const checksum = Buffer.from(encodeRecord(header)).subarray(20, 24);
    const { error } = await read([Buffer.concat([header, checksum, forged])]);
    expect(error).toMatchObject({ code: 'SRV_TFRECORD_TRUNCATED' });
  }
});

it('says how to mend a compressed file', async () => {
  const { records, error } = await read([GZIP_FILE]);
  expect(records).toEqual([]);
  expect(error).toMatchObject({ code: 'SRV_TFRECORD_COMPRESSED', message: expect.stringContaining('gunzip') });
  expect((await read([GZIP_FILE.subarray(0, 5)])).error?.code).toBe('SRV_TFRECORD_COMPRESSED');
});
