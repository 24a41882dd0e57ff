import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import wabtModule from 'wabt';
import { KERNEL_BASE64 } from '../src/search/kernel-binary.ts';

it('ships what kernel.wat says', async () => {
  const wabt = await wabtModule();
  const text = readFileSync(new URL('../src/search/kernel.wat', import.meta.url), 'utf8');
  const { buffer } = wabt.parseWat('kernel.wat', text, { simd: true, threads: true }).toBinary({});
  expect(Buffer.from(buffer).toString('base64')).toBe(KERNEL_BASE64);
});
