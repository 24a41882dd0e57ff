import type { DType, NamedTensors } from '@servable/core';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWorkerEngine, type OnnxEngine, type OnnxSession, type OnnxValueKind, type SessionOptions } from '../../src/index.ts';
import { WorkerEngine } from '../../src/worker/worker-engine.ts';
import { testEngine } from '../engine-conformance.ts';
import { floats, loopInputs, MLP_INPUTS, modelFile, named } from '../fixtures.ts';

const never = new AbortController().signal;

testEngine('the worker engine', createWorkerEngine, { passesEverything: false, stopsRuns: false });

function temporaryEngine(engine: OnnxEngine = createWorkerEngine()): OnnxEngine {
  onTestFinished(() => engine.close());
  return engine;
}

function sessionOf(model: string, options: SessionOptions = {}, engine = temporaryEngine()): Promise<OnnxSession> {
  return engine.createSession(modelFile(model), options, never);
}

async function answerOf(session: OnnxSession, inputs: NamedTensors, outputs: readonly string[]): Promise<NamedTensors> {
  return session.run(inputs, outputs, never);
}

describe('what the binding cannot pass', () => {
  it('says which kinds and dtypes it cannot pass', () => {
    const engine = temporaryEngine();
    const why = (kind: OnnxValueKind, dtype?: DType) => engine.describeOutputs([{ name: 'y', kind, dtype, shape: undefined }])[0]?.unservable;
    expect(why('tensor', 'FP16')).toBeUndefined();
    expect(why('tensor', 'BF16')).toMatch(/BF16/);
    expect(why('tensor')).toMatch(/without a dtype/);
    expect(why('map')).toMatch(/a map/);
  });
});

describe('queueing', () => {
  it('refuses runs beyond maxQueuedRuns', async () => {
    const session = await sessionOf('control_flow/1', { maxQueuedRuns: 1, runsPerReplica: 1 });
    const accepted = [1, 2].map(() => answerOf(session, loopInputs(20_000), ['final']));
    await expect(answerOf(session, loopInputs(1), ['final'])).rejects.toMatchObject({ code: 'SRV_ONNX_QUEUE_FULL', status: 'RESOURCE_EXHAUSTED' });
    await Promise.all(accepted);
  });

  it('says how many runs go on at once, by an executor of its own', async () => {
    const engine = temporaryEngine();
    const [one, two] = await Promise.all([sessionOf('mlp/1', {}, engine), sessionOf('mlp/2', { replicas: 2, runsPerReplica: 3 }, engine)]);
    expect([one.executor.maxConcurrentRuns, two.executor.maxConcurrentRuns]).toEqual([2, 6]);
    expect(one.executor.id).not.toBe(two.executor.id);
  });

  it('gives sessions turns when fewer threads may compute than want to', async () => {
    const engine = temporaryEngine(createWorkerEngine({ maxBusyThreads: 1 }));
    const sessions = await Promise.all([1, 2, 3].map(() => sessionOf('control_flow/1', {}, engine)));
    const ended: number[] = [];
    const runs = sessions.flatMap((session, at) =>
      [1, 2, 3, 4].map(() => answerOf(session, loopInputs(5000), ['final']).then(() => ended.push(at))),
    );
    await Promise.all(runs);
    // Each session has had a run before any has had all of its own.
    expect(new Set(ended.slice(0, 8))).toEqual(new Set([0, 1, 2]));
    expect(ended).toHaveLength(12);
  });

  it('refuses what waits when it closes', async () => {
    const session = await sessionOf('control_flow/1', { runsPerReplica: 1 });
    const running = answerOf(session, loopInputs(20_000), ['final']);
    const waiting = answerOf(session, loopInputs(1), ['final']).catch((error: unknown) => error);
    await session.close();
    expect(await waiting).toMatchObject({ code: 'SRV_ONNX_CLOSED' });
    expect((await running).has('final')).toBe(true);
  });
});

// Its thread is TypeScript, which Node 20 cannot run.
describe.skipIf(!process.features.typescript)('a thread that is lost', () => {
  /** A thread that leaves when an input has this value: `test/worker/leaving-thread.ts`. */
  const LEAVE = named({ features: floats([1, 4], [-12345, 0, 0, 0]) });
  const leaving = (): OnnxEngine => temporaryEngine(new WorkerEngine({}, new URL('leaving-thread.ts', import.meta.url)));

  it('rejects its runs as unavailable, and the next run finds a new thread', async () => {
    const session = await sessionOf('mlp/1', {}, leaving());
    const runs = [LEAVE, MLP_INPUTS].map((inputs) => answerOf(session, inputs, []));
    for (const run of runs) await expect(run).rejects.toMatchObject({ code: 'SRV_ONNX_THREAD_LOST', status: 'UNAVAILABLE' });
    const again = await Promise.all([1, 2, 3].map(() => answerOf(session, MLP_INPUTS, [])));
    expect(again.map((outputs) => outputs.size)).toEqual([1, 1, 1]);
  });

  it('disturbs no other session', async () => {
    const engine = leaving();
    const [one, two] = await Promise.all([sessionOf('mlp/1', {}, engine), sessionOf('control_flow/1', {}, engine)]);
    const slow = answerOf(two, loopInputs(50_000), ['final']);
    await expect(answerOf(one, LEAVE, [])).rejects.toMatchObject({ code: 'SRV_ONNX_THREAD_LOST' });
    expect((await slow).has('final')).toBe(true);
  });

  it('can be closed', async () => {
    const session = await sessionOf('mlp/1', {}, leaving());
    await expect(answerOf(session, LEAVE, [])).rejects.toMatchObject({ code: 'SRV_ONNX_THREAD_LOST' });
    await session.close();
  });
});

describe('the process', () => {
  const run = promisify(execFile);
  const engineUrl = new URL('../../src/index.ts', import.meta.url).href;
  const script = (body: string): string => `
    import { createWorkerEngine } from '${engineUrl}';
    const engine = createWorkerEngine();
    const never = new AbortController().signal;
    const session = await engine.createSession(${JSON.stringify(modelFile('mlp/1'))}, {}, never);
    const inputs = new Map([['features', { dtype: 'FP32', shape: [1, 4], data: new Float32Array(4) }]]);
    ${body}`;
  const node = (body: string) =>
    run(process.execPath, ['--conditions=@servable/source', '--input-type=module', '--eval', script(body)], { cwd: join(import.meta.dirname, '..') });

  it.skipIf(!process.features.typescript)('ends by itself with a session open', async () => {
    await expect(node(`console.log((await session.run(inputs, [], never)).size)`)).resolves.toMatchObject({ stdout: '1\n', stderr: '' });
  });

  it.skipIf(!process.features.typescript)('stays for a run that is awaited', async () => {
    await expect(node(`setImmediate(() => session.run(inputs, [], never).then(() => console.log('answered')))`)).resolves.toMatchObject({ stdout: 'answered\n' });
  });
});
