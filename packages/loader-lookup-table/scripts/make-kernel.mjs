/** Writes `src/search/kernel-binary.ts`: what `kernel.wat` compiles to. `npm run kernel` in this package. */
import { readFileSync, writeFileSync } from 'node:fs';
import wabtModule from 'wabt';

const folder = new URL('../src/search/', import.meta.url);
const wabt = await wabtModule();
const parsed = wabt.parseWat('kernel.wat', readFileSync(new URL('kernel.wat', folder), 'utf8'), { simd: true, threads: true });
const { buffer } = parsed.toBinary({});
const text = `/** \`kernel.wat\`, compiled. Written by \`npm run kernel\`. */\nexport const KERNEL_BASE64 =\n  '${Buffer.from(buffer).toString('base64')}';\n`;
writeFileSync(new URL('kernel-binary.ts', folder), text);
