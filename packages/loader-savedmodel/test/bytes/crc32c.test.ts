import { expect, it } from 'vitest';
import { crc32c, maskCrc32c, unmaskCrc32c } from '../../src/bytes/crc32c.ts';
import { fixtureJson } from '../fixtures.ts';
import { slowCrc32c, slowMasked } from '../table-writer.ts';

interface Checksum {
  readonly hex: string;
  readonly crc32c: number;
  readonly masked: number;
}
interface RecordFile {
  readonly crc32c: readonly Checksum[];
  readonly file_hex: string;
  readonly payloads_hex: readonly string[];
}
const { crc32c: checksums, file_hex: fileHex, payloads_hex: payloads } = fixtureJson('wire/tfrecord.json') as RecordFile;

it.each(checksums.map((each) => [each.hex.slice(0, 40), each] as const))('sums and masks %s as TensorFlow', (_title, { hex, crc32c: expected, masked }) => {
  const sum = crc32c(Buffer.from(hex, 'hex'));
  expect(sum).toBe(expected);
  expect(maskCrc32c(sum)).toBe(masked);
  expect(unmaskCrc32c(masked)).toBe(sum);
});

it('sums the records of a record file', () => {
  const file = Buffer.from(fileHex, 'hex');
  let at = 0;
  for (const payload of payloads) {
    const length = Number(file.readBigUInt64LE(at));
    expect(length).toBe(payload.length / 2);
    expect(maskCrc32c(crc32c(file.subarray(at, at + 8)))).toBe(file.readUInt32LE(at + 8));
    expect(maskCrc32c(crc32c(file.subarray(at + 12, at + 12 + length)))).toBe(file.readUInt32LE(at + 12 + length));
    at += length + 16;
  }
  expect(at).toBe(file.length);
});

it('sums bytes of any length at any address, at once or in pieces', () => {
  const bytes = Uint8Array.from({ length: 200 }, (_, at) => (at * 131 + (at >> 3)) & 0xff);
  for (let start = 0; start < 8; start++) {
    for (let length = 0; length < 80; length++) {
      const part = bytes.subarray(start, start + length);
      const expected = slowCrc32c(part);
      expect(crc32c(part)).toBe(expected);
      const cut = length >> 1;
      expect(crc32c(part.subarray(cut), crc32c(part.subarray(0, cut)))).toBe(expected);
    }
  }
  expect(maskCrc32c(crc32c(bytes))).toBe(slowMasked(bytes));
});
