import type { NamedTensors, Servable } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import onnx from '../src/index.ts';
import { directoryWith, FLOAT, modelBytes, value } from './onnx-builder.ts';

const SIZE = 512;
const ROUNDS = 5;

/** A chain of matrix products: each some milliseconds, all together more than half a second. */
function chainModel(products: number): Uint8Array {
  const node = Array.from({ length: products }, (_, at) => ({
    opType: 'MatMul',
    input: [at === 0 ? 'x' : `y${at - 1}`, 'w'],
    output: [at === products - 1 ? 'y' : `y${at}`],
  }));
  const rawData = new Uint8Array(new Float32Array(SIZE * SIZE).fill(0.001).buffer);
  const initializer = [{ name: 'w', dataType: FLOAT, dims: [BigInt(SIZE), BigInt(SIZE)], rawData }];
  return modelBytes({ node, initializer, input: [value('x', FLOAT, ['rows', SIZE])], output: [value('y', FLOAT, ['rows', SIZE])] });
}

const model = chainModel(400);

function rowsOf(count: number): NamedTensors {
  return new Map([['x', { dtype: 'FP32', shape: [count, SIZE], data: new Float32Array(count * SIZE) }]]);
}

async function servableOnOneThread(): Promise<Servable> {
  const plugin = onnx({ engine: 'native', threads: 1 });
  onTestFinished(() => plugin.close?.());
  return plugin.create({ path: directoryWith({ 'model.onnx': model }) }, {}, testLoaderContext()).load(new AbortController().signal);
}

async function run(servable: Servable, inputs: NamedTensors, signal?: AbortSignal): Promise<NamedTensors> {
  return servable.run('serving_default', inputs, testRunContext(signal === undefined ? {} : { signal }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** When the abort is noticed, and when the one engine thread has answered another run: both after the abort, in ms. */
async function abortOnce(servable: Servable, signal: AbortSignal): Promise<readonly [rejected: number, free: number]> {
  const long = run(servable, rowsOf(SIZE), signal);
  const aborted = new Promise<number>((resolve) => signal.addEventListener('abort', () => resolve(performance.now())));
  await expect(long).rejects.toBe(await aborted.then(() => signal.reason));
  const rejectedMs = performance.now() - (await aborted);
  await run(servable, rowsOf(1));
  return [rejectedMs, performance.now() - (await aborted)];
}

describe('a run of about a second', () => {
  it.each([
    ['ends when its deadline of 50 ms has passed', () => AbortSignal.timeout(50)],
    [
      'ends when its client goes away',
      () => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(new Error('the client left')), 50);
        return controller.signal;
      },
    ],
  ])('%s, and frees its engine thread', async (_, createSignal) => {
    const servable = await servableOnOneThread();
    const longStart = performance.now();
    await run(servable, rowsOf(SIZE));
    const longMs = performance.now() - longStart;
    const shortMs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      await run(servable, rowsOf(1));
      shortMs.push(performance.now() - start);
    }
    const times: (readonly [rejected: number, free: number])[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await abortOnce(servable, createSignal()));
    expect(longMs).toBeGreaterThan(400);
    expect(median(times.map(([rejected]) => rejected))).toBeLessThan(20);
    // The other run's own time is not the aborted one's.
    expect(median(times.map(([, free]) => free)) - median(shortMs)).toBeLessThan(100);
  });
});
