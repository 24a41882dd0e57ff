import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ExternalPlace, StoredTensor } from '../../src/index.ts';
import { WeightFile } from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'servable-weights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tensorOf(numbers: readonly number[]): StoredTensor {
  return { dtype: 'FP32', shape: [numbers.length], read: () => Float32Array.from(numbers) };
}

/** Longer than what is compared first. */
const LONG = Array.from({ length: 3000 }, (_, at) => at);

it('keeps what has the same bytes once, and the rest page by page', async () => {
  const path = join(folder, 'shared.data');
  const file = new WeightFile(path);
  const tensors = [tensorOf(LONG), tensorOf([1, 2]), tensorOf(LONG), tensorOf([...LONG.slice(0, -1), -1]), tensorOf([1, 3]), tensorOf([1, 2])];
  const places: ExternalPlace[] = [];
  for (const tensor of tensors) places.push(await file.place(tensor));
  await file.close();
  expect(places.map(({ offset }) => offset)).toEqual([0, 12_288, 0, 16_384, 28_672, 12_288]);
  expect(new Set(places.map(({ location }) => location))).toEqual(new Set(['shared.data']));
  const bytes = readFileSync(path);
  const read = (at: number, count: number): number[] => Array.from({ length: count }, (_, index) => bytes.readFloatLE((places[at]?.offset ?? 0) + 4 * index));
  for (const [at, tensor] of tensors.entries()) expect(read(at, tensor.shape[0] ?? 0)).toEqual(Array.from(tensor.read() as Float32Array));
});

it('makes no file where there is nothing to write', async () => {
  const path = join(folder, 'none.data');
  await new WeightFile(path).close();
  expect(() => readFileSync(path)).toThrow('ENOENT');
});

it('gives back the memory of what was made for it, and of nothing else', async () => {
  const file = new WeightFile(join(folder, 'made.data'));
  const [made, kept] = [Float32Array.from(LONG), Float32Array.from(LONG.toReversed())];
  await file.place({ dtype: 'FP32', shape: [LONG.length], read: () => made, isMade: true });
  await file.place({ dtype: 'FP32', shape: [LONG.length], read: () => kept });
  await file.close();
  expect([made.length, kept.length]).toEqual([0, LONG.length]);
  expect(readFileSync(join(folder, 'made.data')).readFloatLE(4)).toBe(1);
});
