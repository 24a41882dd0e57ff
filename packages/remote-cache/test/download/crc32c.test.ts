import { expect, it } from 'vitest';
import { crc32c } from '../../src/download/crc32c.ts';

// Source: RFC 3720, B.4, whose examples are in the order of bytes on the wire; and the check value of CRC-32C.
it.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['ascending', Uint8Array.from({ length: 32 }, (_none, index) => index), 0x46dd794e],
  ['descending', Uint8Array.from({ length: 32 }, (_none, index) => 31 - index), 0x113fdb5c],
  ['the digits', Buffer.from('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(), 0],
])('sums up %s', (_what, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});

it('sums up pieces as the whole', () => {
  const bytes = Buffer.from('the quick brown fox jumps over the lazy dog, twice and more');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
  }
});
