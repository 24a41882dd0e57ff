import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fingerprint64 } from '../src/fingerprint64.ts';

interface HashEntry {
  readonly hex: string;
  readonly fingerprint64: string;
}

const { entries } = JSON.parse(readFileSync(new URL('../../../fixtures/wire/hashes.json', import.meta.url), 'utf8')) as { entries: readonly HashEntry[] };

it('is what TensorFlow computes', () => {
  expect(entries.map(({ hex }) => String(fingerprint64(Buffer.from(hex, 'hex'))))).toEqual(entries.map((entry) => entry.fingerprint64));
});
