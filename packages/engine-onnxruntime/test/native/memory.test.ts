import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FLOAT, modelPath, value, weights } from '../onnx-builder.ts';

/** Resident megabytes of a process of its own, after so many rounds of something. */
async function residentAfter(what: 'runs' | 'loads' | 'large-runs' | 'engines', rounds: readonly number[], path = ''): Promise<readonly number[]> {
  const options = ['--conditions=@servable/source', '--expose-gc', '--max-semi-space-size=1', join(import.meta.dirname, '../resident-memory.ts')];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, what, rounds.join(), path]);
  return JSON.parse(stdout);
}

/** 20 MB of weights, no two alike: ONNX Runtime keeps equal ones once. */
function largeModel(): string {
  const names = Array.from({ length: 5 }, (_, at) => `w${at}`);
  return modelPath({
    nodes: names.map((name, at) => ({ op: 'MatMul', inputs: [at === 0 ? 'x' : `y${at - 1}`, name], outputs: [`y${at}`] })),
    inputs: [value('x', FLOAT, [1, 1024])],
    outputs: [value('y4', FLOAT, [1, 1024])],
    initializers: names.map((name, at) => weights(name, [1024, 1024], at / 1000)),
  });
}

// The sources are TypeScript, which Node 20 cannot run, and the numbers are Linux's. Long forms: bench/engine-onnxruntime-memory.bench.ts.
describe.runIf(process.platform === 'linux' && process.features.typescript)('memory', { timeout: 120_000 }, () => {
  it('does not grow with runs, answered, refused or aborted', async () => {
    const [early = 0, late = Infinity] = await residentAfter('runs', [2000, 6000]);
    // The bench measures 1.04 from 1,000 to 10,000; memory comes in steps of some megabytes.
    expect(late / early).toBeLessThan(1.15);
  });

  it('does not grow with loads, and goes back when a model is freed', async () => {
    const [early = 0, late = Infinity] = await residentAfter('loads', [4, 16], largeModel());
    expect(late).toBeLessThan(early * 1.1);
  });

  it('does not grow with runs that are larger than what slots keep', async () => {
    const [early = 0, late = Infinity] = await residentAfter('large-runs', [5, 30]);
    // Each takes 24 MB, and how many of them V8 has not collected yet is up to it.
    expect(late - early).toBeLessThan(200);
  });

  it('grows by less than 2 MB for an engine that is made and closed', async () => {
    const [early = 0, late = Infinity] = await residentAfter('engines', [5, 20]);
    expect((late - early) / 15).toBeLessThan(2);
  });
});
