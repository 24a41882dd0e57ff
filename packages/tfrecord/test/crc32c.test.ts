import { expect, it } from 'vitest';
import { crc32c, maskCrc32c, unmaskCrc32c } from '../src/crc32c.ts';
import { slowCrc32c, slowMasked } from './slow-crc32c.ts';
import { CHECKSUMS } from './wire-goldens.ts';

it.each(CHECKSUMS.map((each) => [each.hex.slice(0, 40), each] as const))('sums and masks %s as TensorFlow', (_title, { hex, crc32c: expected, masked }) => {
  const sum = crc32c(Buffer.from(hex, 'hex'));
  expect(sum).toBe(expected);
  expect(maskCrc32c(sum)).toBe(masked);
  expect(unmaskCrc32c(masked)).toBe(sum);
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
