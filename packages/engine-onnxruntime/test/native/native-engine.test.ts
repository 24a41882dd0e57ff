import type { NamedTensors } from '@servable/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OnnxEngine, OnnxSession, SessionOptions } from '../../src/index.ts';
import { createNativeEngine, NativeEngine, type NativeEngineOptions } from '../../src/native/native-engine.ts';
import { testEngine } from '../engine-conformance.ts';
import { floats, loopInputs, MLP_ANSWER, MLP_INPUTS, modelFile, named } from '../fixtures.ts';
import { FLOAT, modelPath, value } from '../onnx-builder.ts';

const never = new AbortController().signal;
const ALL = { passesEverything: true, stopsRuns: true };

testEngine('the native engine in threads', () => createNativeEngine({ synchronousMicros: 0 }), ALL);
testEngine('the native engine with short runs on the event loop', () => createNativeEngine(), ALL);

function temporaryEngine(options: NativeEngineOptions = { synchronousMicros: 0 }): OnnxEngine {
  const engine = createNativeEngine(options);
  onTestFinished(() => engine.close());
  return engine;
}

function sessionOf(model: string, options: SessionOptions = {}, engine = temporaryEngine()): Promise<OnnxSession> {
  return engine.createSession(modelFile(model), options, never);
}

async function answerOf(session: OnnxSession, inputs: NamedTensors, outputs: readonly string[] = []): Promise<NamedTensors> {
  return session.run(inputs, outputs, never);
}

async function expectMlpAnswer(session: OnnxSession): Promise<void> {
  const outputs = await answerOf(session, MLP_INPUTS);
  expect(outputs.get('probabilities')?.data[0]).toBeCloseTo(MLP_ANSWER[0] ?? 0, 6);
}

describe('queueing', () => {
  const oneThread = { threads: 1, synchronousMicros: 0 };

  it('refuses runs beyond maxQueuedRuns of their session, and takes those of another', async () => {
    const engine = temporaryEngine(oneThread);
    const [busy, other] = await Promise.all([sessionOf('control_flow/1', { maxQueuedRuns: 1 }, engine), sessionOf('mlp/1', {}, engine)]);
    const accepted = [1, 2, 3].map(() => answerOf(busy, loopInputs(20_000), ['final']));
    await expect(answerOf(busy, loopInputs(1), ['final'])).rejects.toMatchObject({ code: 'SRV_ONNX_QUEUE_FULL', status: 'RESOURCE_EXHAUSTED' });
    await expectMlpAnswer(other);
    await Promise.all(accepted);
  });

  it('refuses what waits when it closes, and waits for what is begun', async () => {
    const session = await sessionOf('control_flow/1', {}, temporaryEngine(oneThread));
    const begun = [1, 2].map(() => answerOf(session, loopInputs(20_000), ['final']));
    const waiting = Array.from({ length: 5 }, () => answerOf(session, loopInputs(1), ['final']).catch((error: unknown) => error));
    const closing = session.close();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'SRV_ONNX_CLOSED', status: 'UNAVAILABLE' });
    await closing;
    for (const outputs of await Promise.all(begun)) expect(outputs.has('final')).toBe(true);
  });

  it('gives sessions turns', async () => {
    const engine = temporaryEngine(oneThread);
    const [flood, single] = await Promise.all([sessionOf('control_flow/1', {}, engine), sessionOf('control_flow/1', {}, engine)]);
    const ended: string[] = [];
    const floods = Array.from({ length: 20 }, () => answerOf(flood, loopInputs(2000), ['final']).then(() => ended.push('flood')));
    await answerOf(single, loopInputs(2000), ['final']).then(() => ended.push('single'));
    expect(ended.length).toBeLessThan(6);
    await Promise.all(floods);
  });

  it('says that all sessions share an executor', async () => {
    const engine = temporaryEngine({ threads: 3 });
    const [one, two] = await Promise.all([sessionOf('mlp/1', {}, engine), sessionOf('mlp/2', {}, engine)]);
    expect([one.executor, one.executor.maxConcurrentRuns]).toEqual([two.executor, 6]);
    expect(temporaryEngine()).not.toBe(engine);
    expect((await sessionOf('mlp/1')).executor.id).not.toBe(one.executor.id);
  });
});

describe('short runs', () => {
  const inputs = named({ features: floats([1, 4], [1, 2, 3, 4]) });

  /** Whether an answer is there at once: only then was it made on the event loop. */
  async function answersAtOnce(session: OnnxSession, runs: number, wanted = inputs): Promise<boolean[]> {
    const results: boolean[] = [];
    for (let run = 0; run < runs; run++) {
      const answer = session.run(wanted, [], never);
      results.push(!(answer instanceof Promise));
      await answer;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return results;
  }

  it('are made on the event loop once 16 of their size were quick', async () => {
    const session = await sessionOf('mlp/1', {}, temporaryEngine({ threads: 1, synchronousMicros: 1e6 }));
    const atOnce = await answersAtOnce(session, 40);
    expect(atOnce.slice(0, 16)).toEqual(Array(16).fill(false));
    // After a slow one, on a busy machine, there may be none for a while.
    expect(atOnce[16]).toBe(true);
    expect(await answersAtOnce(session, 1, named({ features: floats([100, 4], Array(400).fill(1)) }))).toEqual([false]);
  });

  it.each([
    ['when the engine may make none there', { synchronousMicros: 0 }, {}],
    ['when the graph has loops', { synchronousMicros: 1e6 }, { hasLoops: true }],
  ])('are never made there %s', async (_, engineOptions, sessionOptions) => {
    const session = await sessionOf('mlp/1', sessionOptions, temporaryEngine({ threads: 1, ...engineOptions }));
    expect(await answersAtOnce(session, 40)).toEqual(Array(40).fill(false));
  });

  it('let others have their turn, however fast a caller asks again', async () => {
    const session = await sessionOf('mlp/1', {}, temporaryEngine({ threads: 1, synchronousMicros: 1e6 }));
    await answersAtOnce(session, 20);
    let turns = 0;
    let isDone = false;
    const count = (): void => void (isDone || (turns++, setImmediate(count)));
    count();
    const end = performance.now() + 200;
    while (performance.now() < end) await session.run(inputs, [], never);
    isDone = true;
    expect(turns).toBeGreaterThan(10);
  });
});

describe('sizes', () => {
  it('passes tensors far beyond a slot, and small ones after them', async () => {
    const model = { nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }], inputs: [value('x', FLOAT, ['n'])], outputs: [value('y', FLOAT, ['n'])] };
    const session = await temporaryEngine().createSession(modelPath(model), {}, never);
    for (const count of [1, 100_000, 6_000_000, 3, 0, 2_500_000, 1]) {
      const data = Float32Array.from({ length: count }, (_, at) => at);
      const y = (await answerOf(session, named({ x: { dtype: 'FP32', shape: [count], data } }))).get('y');
      expect([y?.shape, y?.data.length]).toEqual([[count], count]);
      for (const at of [0, count >> 1, count - 1]) if (at >= 0 && at < count) expect(y?.data[at]).toBe(-at);
    }
  });

  it('passes hundreds of inputs and outputs', async () => {
    const names = Array.from({ length: 400 }, (_, at) => `x${at}`);
    const model = {
      nodes: names.map((name) => ({ op: 'Neg', inputs: [name], outputs: [`y_${name}`] })),
      inputs: names.map((name) => value(name, FLOAT, ['n'])),
      outputs: names.map((name) => value(`y_${name}`, FLOAT, ['n'])),
    };
    const session = await temporaryEngine().createSession(modelPath(model), {}, never);
    const outputs = await answerOf(session, new Map(names.map((name, at) => [name, floats([1], [at + 1])])));
    expect(names.map((name) => outputs.get(`y_${name}`)?.data[0])).toEqual(names.map((_, at) => -at - 1));
  });
});

describe('aborts', () => {
  it('leave the next run alone, however late they come', async () => {
    const session = await sessionOf('mlp/1', {}, temporaryEngine({ threads: 1, synchronousMicros: 0 }));
    for (let round = 0; round < 300; round++) {
      const controller = new AbortController();
      const reason = new Error(`round ${round}`);
      const run = Promise.resolve(session.run(MLP_INPUTS, [], controller.signal)).catch((error: unknown) => error);
      if (round % 3 === 0) setImmediate(() => controller.abort(reason));
      if (round % 3 === 1) void run.then(() => controller.abort(reason));
      if (round % 3 === 2) controller.abort(reason);
      const result = await run;
      expect(result === reason || result instanceof Map).toBe(true);
      await expectMlpAnswer(session);
    }
  });

  it('of many runs at once stop each of them, and no other', async () => {
    const session = await sessionOf('control_flow/1');
    const controllers = Array.from({ length: 12 }, () => new AbortController());
    const runs = controllers.map(({ signal }, at) => Promise.resolve(session.run(loopInputs(at % 2 === 0 ? 50_000_000 : 2000), ['final'], signal)).then(() => 'answered', () => 'stopped'));
    controllers.forEach((controller, at) => at % 2 === 0 && controller.abort());
    expect(await Promise.all(runs)).toEqual(controllers.map((_, at) => (at % 2 === 0 ? 'stopped' : 'answered')));
  });
});

describe('engines', () => {
  it('can be many in one process, each with its own sessions', async () => {
    const sessions = await Promise.all([1, 2, 3].map(() => sessionOf('mlp/1')));
    await Promise.all(sessions.map(expectMlpAnswer));
    await sessions[0]?.close();
    await Promise.all(sessions.slice(1).map(expectMlpAnswer));
  });

  it('can be made and closed again and again', async () => {
    for (let round = 0; round < 50; round++) {
      const engine = createNativeEngine({ threads: 1, synchronousMicros: 0 });
      if (round % 10 === 0) await expectMlpAnswer(await engine.createSession(modelFile('mlp/1'), {}, never));
      await engine.close();
    }
    await expectMlpAnswer(await sessionOf('mlp/1'));
  });

  it('close after a load that goes on', async () => {
    const engine = createNativeEngine();
    const loading = engine.createSession(modelFile('from_keras_cnn/1'), {}, never);
    await engine.close();
    await expect(answerOf(await loading, MLP_INPUTS)).rejects.toMatchObject({ code: 'SRV_ONNX_CLOSED' });
  });

  it('load several graphs at the same time', async () => {
    const engine = temporaryEngine();
    const sessions = await Promise.all(['mlp/1', 'mlp/2', 'transformer/1', 'from_keras_cnn/1'].map((model) => sessionOf(model, {}, engine)));
    await Promise.all(sessions.map((session) => session.close()));
  });

  it('refuse a path with a NUL, at which another file would begin', async () => {
    const load = temporaryEngine().createSession(`${modelFile('mlp/1')}\0.other`, {}, never);
    await expect(load).rejects.toMatchObject({ code: 'SRV_ONNX_FILE_NOT_FOUND' });
  });

  it.each([{ threads: 0 }, { threads: 1.5 }, { niceness: -1 }, { niceness: 20 }, { synchronousMicros: Number.NaN }])('refuse the options %j', (options) => {
    expect(() => createNativeEngine(options)).toThrow(expect.objectContaining({ code: 'SRV_ONNX_OPTION_INVALID' }));
  });
});

// Its thread is TypeScript, which Node 20 cannot run.
describe.skipIf(!process.features.typescript)('a thread that is lost', () => {
  const LEAVE = named({ features: floats([1, 4], [-12345, 0, 0, 0]) });
  const leaving = (): OnnxEngine => {
    const engine = new NativeEngine({ threads: 1, synchronousMicros: 0 }, new URL('leaving-thread.ts', import.meta.url));
    onTestFinished(() => engine.close());
    return engine;
  };

  it('rejects its runs as unavailable; those that wait and the next ones find a new thread', async () => {
    const session = await sessionOf('mlp/1', {}, leaving());
    const [left, beside, ...waiting] = [LEAVE, MLP_INPUTS, MLP_INPUTS, MLP_INPUTS].map((inputs) => answerOf(session, inputs));
    for (const run of [left, beside]) await expect(run).rejects.toMatchObject({ code: 'SRV_ONNX_THREAD_LOST', status: 'UNAVAILABLE' });
    for (const run of waiting) expect((await run).size).toBe(1);
    await expectMlpAnswer(session);
  });

  it('can be lost many times, and its session closed', async () => {
    const session = await sessionOf('mlp/1', {}, leaving());
    for (let round = 0; round < 5; round++) await expect(answerOf(session, LEAVE)).rejects.toMatchObject({ code: 'SRV_ONNX_THREAD_LOST' });
    await session.close();
  });
});
