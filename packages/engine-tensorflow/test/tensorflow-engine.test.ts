import type { NamedTensors, Tensor } from '@servable/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTensorFlowEngine, type TensorFlowEngine, type TensorFlowEngineOptions, type TensorFlowModelOptions, type TensorFlowSession } from '../src/index.ts';
import { describeWithLibrary, fixture } from './installed-library.ts';

const bytesOf = (tensor: Tensor | undefined): Uint8Array => (tensor?.dtype === 'BYTES' ? Buffer.concat(tensor.data) : Buffer.of());
const never = new AbortController().signal;
const limits = { signal: never };

const floats = (shape: readonly number[], ...data: readonly number[]): Tensor => ({ dtype: 'FP32', shape, data: Float32Array.from(data) });
const COUNTER = { reset: 'StatefulPartitionedCall_1:0', count: 'StatefulPartitionedCall_2:0', add: 'StatefulPartitionedCall:0', delta: 'add_delta:0' };
const LOOP = { x: 'rnn_x:0', last: 'PartitionedCall_2:0' };

describe('options', () => {
  it.each([
    [{ threads: 0 }, /'threads' of the TensorFlow engine is 0: give a whole number of at least 1/],
    [{ niceness: 20 }, /'niceness'/],
    [{ synchronousMicros: -1 }, /'synchronousMicros'/],
    [{ gpus: [-1] }, /'gpus' .* is -1/],
    [{ gpuMemoryFraction: 0 }, /'gpuMemoryFraction'/],
  ])('%j are refused', (options, message) => {
    expect(() => createTensorFlowEngine(options)).toThrow(message);
  });

  it('name a library that is there', () => {
    expect(() => createTensorFlowEngine({ libraryPath: '/nowhere' })).toThrow(expect.objectContaining({ code: 'SRV_TENSORFLOW_LIBRARY_MISSING' }));
  });
});

describeWithLibrary('the TensorFlow engine', ({ main }) => {
  function temporaryEngine(options: TensorFlowEngineOptions = {}): TensorFlowEngine {
    const engine = createTensorFlowEngine({ libraryPath: main, synchronousMicros: 0, ...options });
    onTestFinished(() => engine.close());
    return engine;
  }
  const load = (engine: TensorFlowEngine, model: string, tensors: readonly string[], options: Partial<TensorFlowModelOptions> = {}): Promise<TensorFlowSession> =>
    engine.loadSavedModel(fixture(model), { tensors, ...options }, never);
  const loadCounter = (engine = temporaryEngine(), options = {}): Promise<TensorFlowSession> => load(engine, 'stateful_counter/1', Object.values(COUNTER), options);
  const loadLoop = (engine = temporaryEngine(), options = {}): Promise<TensorFlowSession> => load(engine, 'control_flow/1', Object.values(LOOP), { mayTakeLong: true, ...options });
  const numberOf = (outputs: NamedTensors, name: string): number => Number(outputs.get(name)?.data[0]);
  const loop = (steps: number): NamedTensors => new Map([[LOOP.x, { dtype: 'FP32', shape: [steps], data: new Float32Array(steps) }]]);

  it('keeps the state of a model, and that of another apart', async () => {
    const engine = temporaryEngine({ threads: 2 });
    const [one, other] = await Promise.all([loadCounter(engine), loadCounter(engine)]);
    expect(numberOf(await one.run(new Map([[COUNTER.delta, floats([], 1.5)]]), [COUNTER.add], limits), COUNTER.add)).toBe(101.5);
    expect(numberOf(await one.run(new Map(), [COUNTER.count], limits), COUNTER.count)).toBe(101.5);
    expect(numberOf(await other.run(new Map(), [COUNTER.count], limits), COUNTER.count)).toBe(100);
  });

  it('makes short runs on the event loop, with the same answers', async () => {
    const session = await loadCounter(temporaryEngine({ synchronousMicros: 1_000_000 }));
    const answers = [];
    let here = 0;
    for (let run = 0; run < 40; run++) {
      const answer = session.run(new Map([[COUNTER.delta, floats([], 1)]]), [COUNTER.add], limits);
      if (!(answer instanceof Promise)) here++;
      answers.push(numberOf(await answer, COUNTER.add));
    }
    expect(answers).toEqual(Array.from({ length: 40 }, (_, run) => 101 + run));
    expect(here).toBeGreaterThan(0);
  });

  it.each([
    ['a tensor of another type', { dtype: 'INT32', shape: [], data: Int32Array.of(1) } as const, 'INVALID_ARGUMENT', /float.*int32|int32.*float/],
    ['data that does not fill its shape', floats([3], 1), 'INVALID_ARGUMENT', /Input 'add_delta:0' is not valid: shape \[3\] needs 3 values, got 1/],
  ])('refuses %s', async (_, delta, status, message) => {
    const session = await loadCounter();
    await expect(session.run(new Map([[COUNTER.delta, delta]]), [COUNTER.add], limits)).rejects.toMatchObject({ status, message: expect.stringMatching(message) });
    expect(numberOf(await session.run(new Map(), [COUNTER.count], limits), COUNTER.count)).toBe(100);
  });

  it('refuses a node and an output that the graph does not have, in the words of TensorFlow', async () => {
    const session = await load(temporaryEngine(), 'stateful_counter/1', [...Object.values(COUNTER), 'nowhere:0', 'add_delta:7']);
    expect(session.missing).toEqual(new Set(['nowhere:0']));
    await expect(session.run(new Map(), ['nowhere:0'], limits)).rejects.toMatchObject({ status: 'NOT_FOUND', message: 'FetchOutputs node nowhere:0: not found' });
    await expect(session.run(new Map(), ['add_delta:7'], limits)).rejects.toMatchObject({ code: 'SRV_TENSORFLOW_OUT_OF_RANGE', message: expect.stringMatching(/add_delta/) });
  });

  it.each([
    ['broken/unknown_op/1', 'NOT_FOUND', /Op type not registered 'NoSuchOperation'/],
    ['broken/truncated_data/1', 'OUT_OF_RANGE', /Read less bytes than requested/],
    ['nowhere/1', 'NOT_FOUND', /Could not find SavedModel/],
  ])('gives TensorFlow’s code for %s, and goes on', async (model, status, message) => {
    const engine = temporaryEngine();
    await expect(load(engine, model, [])).rejects.toMatchObject({ status, message: expect.stringMatching(message) });
    await (await loadCounter(engine)).close();
  });

  it('refuses tags that are not there, and folders with a NUL in their name', async () => {
    const engine = temporaryEngine();
    await expect(loadCounter(engine, { tags: ['train'] })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await expect(engine.loadSavedModel('/models\0/1', { tensors: [] }, never)).rejects.toMatchObject({ status: 'NOT_FOUND' });
  });

  it('never falls back to the CPU in silence', async () => {
    const engine = temporaryEngine();
    const refusal = loadCounter(engine, { device: 'cuda' });
    await expect(refusal).rejects.toMatchObject({ code: 'SRV_TENSORFLOW_DEVICE_MISSING', message: expect.stringMatching(/'cuda': TensorFlow sees no GPU \(with '.*'\): install '@tensorflow\/tfjs-node-gpu'/) });
    const session = await loadCounter(engine, { device: ['cuda', 'cpu'] });
    expect([session.device, session.deviceFaults]).toEqual(['cpu', [expect.stringMatching(/^'cuda': TensorFlow sees no GPU/)]]);
  });

  it('ends a loop soon after its deadline, and frees the thread', async () => {
    const session = await loadLoop(temporaryEngine({ threads: 1 }));
    const run = session.run(loop(2_000_000), [LOOP.last], { signal: never, deadlineMs: performance.now() + 50 });
    await expect(run).rejects.toMatchObject({ status: 'DEADLINE_EXCEEDED' });
    expect(await session.run(loop(3), [LOOP.last], limits)).toBeDefined();
  });

  it('rejects an aborted run at once, drops one that waits, and stops what goes on when it closes', async () => {
    const session = await loadLoop(temporaryEngine({ threads: 1 }));
    const controller = new AbortController();
    const runs = Array.from({ length: 4 }, () => session.run(loop(5_000_000), [LOOP.last], { signal: controller.signal }));
    controller.abort(new Error('enough'));
    for (const run of runs) await expect(run).rejects.toThrow('enough');
    await session.close();
    await expect(session.run(loop(1), [LOOP.last], limits)).rejects.toMatchObject({ code: 'SRV_TENSORFLOW_CLOSED' });
  });

  it('refuses runs beyond maxQueuedRuns', async () => {
    const session = await loadLoop(temporaryEngine({ threads: 1 }), { maxQueuedRuns: 1 });
    const accepted = [1, 2, 3].map(async () => session.run(loop(20_000), [LOOP.last], limits));
    await expect(session.run(loop(1), [LOOP.last], limits)).rejects.toMatchObject({ code: 'SRV_TENSORFLOW_QUEUE_FULL', status: 'RESOURCE_EXHAUSTED' });
    await Promise.all(accepted);
  });

  it('answers with tensors larger than what slots keep', async () => {
    const [x, y] = ['identity_string_x:0', 'PartitionedCall_14:0'] as const;
    const session = await load(temporaryEngine(), 'dtypes/1', [x, y]);
    const text: Tensor = { dtype: 'BYTES', shape: [2], data: [new Uint8Array(12 * 2 ** 20).fill(97), new Uint8Array(0)] };
    const echo = await session.run(new Map([[x, text]]), [y], limits);
    expect(Buffer.compare(bytesOf(echo.get(y)), bytesOf(text))).toBe(0);
  });

  it('rejects a load that is aborted, and frees it behind', async () => {
    const engine = temporaryEngine();
    const controller = new AbortController();
    const loading = engine.loadSavedModel(fixture('stateful_counter/1'), { tensors: [] }, controller.signal);
    controller.abort(new Error('enough'));
    await expect(loading).rejects.toThrow('enough');
    await engine.close();
    await expect(engine.loadSavedModel(fixture('stateful_counter/1'), { tensors: [] }, never)).rejects.toMatchObject({ code: 'SRV_TENSORFLOW_CLOSED' });
  });
});
