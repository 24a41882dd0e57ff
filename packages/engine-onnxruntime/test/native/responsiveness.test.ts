import { availableCpus } from '@servable/engine-threads';
import { stat } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, it, onTestFinished } from 'vitest';
import { createNativeEngine } from '../../src/native/native-engine.ts';
import { floats, named } from '../fixtures.ts';
import { modelPath, slowModel } from '../onnx-builder.ts';

const SIZE = 512;
const ROUNDS = 5;
const ROUND_MS = 600;

function quantile(values: readonly number[], at: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * at)] ?? Number.NaN;
}

async function measureRound(): Promise<{ readonly statMs: number; readonly lagMs: number }> {
  const lag = monitorEventLoopDelay({ resolution: 1 });
  const statMs: number[] = [];
  lag.enable();
  for (const end = performance.now() + ROUND_MS; performance.now() < end; ) {
    const start = performance.now();
    await stat(import.meta.filename);
    statMs.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  lag.disable();
  return { statMs: quantile(statMs, 0.99), lagMs: lag.percentile(99) / 1e6 };
}

// On the thread pool of libuv or on the event loop these would wait for whole runs, of which each takes a tenth of a second or more. The
// bounds are wide, and on medians, because other processes want the CPUs of a test machine too; the bench has the numbers.
it('leaves files and the event loop quick while every engine thread computes', async () => {
  const threads = availableCpus();
  const engine = createNativeEngine({ threads, synchronousMicros: 0 });
  onTestFinished(() => engine.close());
  const stop = new AbortController();
  const session = await engine.createSession(modelPath(slowModel(20, SIZE)), {}, stop.signal);
  const x = named({ x: floats([SIZE, SIZE], Array(SIZE * SIZE).fill(0)) });
  let runs = 0;
  const callers = Array.from({ length: threads * 4 }, async () => {
    while (!stop.signal.aborted) await Promise.resolve(session.run(x, [], stop.signal)).then(() => runs++, () => {});
  });
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound());
  stop.abort();
  await Promise.all(callers);
  expect(runs).toBeGreaterThan(0);
  expect(quantile(rounds.map(({ statMs }) => statMs), 0.5)).toBeLessThan(25);
  expect(quantile(rounds.map(({ lagMs }) => lagMs), 0.5)).toBeLessThan(50);
});
