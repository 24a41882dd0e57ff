import { createHooks, type BatchDone, type NamedTensors, type RunContext, type RunTiming, type Servable, type Tensor } from '@servable/core';
import { fakeServable, fakeSignature, testRunContext, testServableId } from '@servable/plugin-testing';
import { afterEach, expect, it, vi } from 'vitest';
import { batchingError, BatchingServable, BatchScheduler, resolveBatchingOptions, type BatchingOptions } from '../src/index.ts';

interface HeldRun {
  readonly inputs: NamedTensors;
  readonly context: RunContext;
  finish(outputs?: NamedTensors): void;
  fail(error: unknown): void;
}

/** A servable whose runs the test ends; by default each answers `y = x + 100`. */
function heldServable(executorRuns = 1, signature = fakeSignature()): { servable: Servable; runs: HeldRun[] } {
  const runs: HeldRun[] = [];
  const servable = fakeServable({
    executor: { id: 'held', maxConcurrentRuns: executorRuns },
    signatures: new Map([
      ['serving_default', signature],
      ['plain', fakeSignature({ batching: 'none' })],
    ]),
    run: (_signature, inputs, context) =>
      new Promise((resolve, reject) => {
        runs.push({ inputs, context, finish: (outputs) => resolve(outputs ?? plusHundred(inputs)), fail: reject });
      }),
  });
  return { servable, runs };
}

const floats = (...values: number[]): Tensor => ({ dtype: 'FP32', shape: [values.length], data: Float32Array.from(values) });
const x = (...values: number[]): NamedTensors => new Map([['x', floats(...values)]]);

function plusHundred(inputs: NamedTensors): NamedTensors {
  const input = inputs.get('x');
  if (input?.dtype !== 'FP32') throw new Error('x is missing');
  return new Map([['y', { ...input, data: input.data.map((value) => value + 100) }]]);
}

function valuesOf(tensors: NamedTensors | undefined, name: string): number[] {
  const data = tensors?.get(name)?.data;
  return data instanceof Float32Array ? [...data] : [];
}

const schedulers: BatchScheduler[] = [];
const hooks = createHooks();

function batched(servable: Servable, options: BatchingOptions = {}): BatchingServable {
  const scheduler = new BatchScheduler();
  schedulers.push(scheduler);
  return new BatchingServable(servable, { id: testServableId(), scheduler, hooks, options: resolveBatchingOptions(options) });
}

afterEach(() => {
  vi.useRealTimers();
  for (const scheduler of schedulers.splice(0)) scheduler.close();
});

/** Lets requests of this turn of the event loop leave. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const run = (servable: Servable, inputs: NamedTensors, overrides: Partial<RunContext> = {}): Promise<NamedTensors> =>
  Promise.resolve(servable.run('serving_default', inputs, testRunContext(overrides)));

it('sends a lone request at once, without a copy', async () => {
  const { servable, runs } = heldServable();
  const inputs = x(1);
  const answer = run(batched(servable, { batchTimeoutMicros: 60_000_000 }), inputs);
  await turn();
  expect(runs).toHaveLength(1);
  expect(runs[0]?.inputs).toBe(inputs);
  runs[0]?.finish();
  expect(valuesOf(await answer, 'y')).toEqual([101]);
});

it('hands on runs of several signatures', async () => {
  const { servable } = heldServable();
  expect(batched(servable).runTogether).toBeUndefined();
  const runTogether: NonNullable<Servable['runTogether']> = (calls, inputs) => Promise.resolve(calls.map(() => inputs));
  const joined = batched({ ...servable, runTogether });
  const inputs = x(1);
  expect(await joined.runTogether?.([{ signature: 'serving_default', outputs: ['y'] }], inputs, testRunContext())).toEqual([inputs]);
});

it('joins what arrives in one turn of the event loop, and gives each its own rows', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const answers = [run(model, x(1)), run(model, x(2, 3)), run(model, x(4))];
  await turn();
  expect(runs.map((each) => valuesOf(each.inputs, 'x'))).toEqual([[1, 2, 3, 4]]);
  runs[0]?.finish();
  expect((await Promise.all(answers)).map((each) => valuesOf(each, 'y'))).toEqual([[101], [102, 103], [104]]);
});

it('forms the next batch while the engine is busy', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const first = run(model, x(1));
  await turn();
  const others = [run(model, x(2)), run(model, x(3))];
  await turn();
  expect(runs).toHaveLength(1);
  runs[0]?.finish();
  await first;
  await turn();
  expect(valuesOf(runs[1]?.inputs, 'x')).toEqual([2, 3]);
  runs[1]?.finish();
  await Promise.all(others);
});

it('closes a batch at maxBatchSize rows', async () => {
  const { servable, runs } = heldServable(8);
  const model = batched(servable, { maxBatchSize: 3 });
  const answers = [1, 2, 3, 4].map((value) => run(model, x(value)));
  await turn();
  expect(runs.map((each) => valuesOf(each.inputs, 'x'))).toEqual([[1, 2, 3], [4]]);
  for (const each of runs) each.finish();
  await Promise.all(answers);
});

it('waits for batchTimeoutMicros when it may not leave early', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'setImmediate'] });
  const { servable, runs } = heldServable();
  const model = batched(servable, { leaveWhenIdle: false, batchTimeoutMicros: 50_000 });
  const answers = [run(model, x(1))];
  await vi.advanceTimersByTimeAsync(30);
  answers.push(run(model, x(2)));
  await vi.advanceTimersByTimeAsync(15);
  expect(runs).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(10);
  expect(runs.map((each) => valuesOf(each.inputs, 'x'))).toEqual([[1, 2]]);
  runs[0]?.finish();
  await Promise.all(answers);
});

it('leaves before the timeout when it is full', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable, { leaveWhenIdle: false, batchTimeoutMicros: 60_000_000, maxBatchSize: 2 });
  const answers = [run(model, x(1)), run(model, x(2))];
  await turn();
  expect(runs).toHaveLength(1);
  runs[0]?.finish();
  await Promise.all(answers);
});

it('pads up to the next allowed size with the first row of the last request, and drops the padding', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable, { maxBatchSize: 8, allowedBatchSizes: [4, 8] });
  const answers = [run(model, x(1)), run(model, x(2, 3))];
  await turn();
  expect(valuesOf(runs[0]?.inputs, 'x')).toEqual([1, 2, 3, 2]);
  runs[0]?.finish();
  expect((await Promise.all(answers)).map((each) => valuesOf(each, 'y'))).toEqual([[101], [102, 103]]);
});

it('splits a request larger than a batch and joins its answer in order', async () => {
  const { servable, runs } = heldServable(8);
  const model = batched(servable, { maxBatchSize: 2 });
  const answer = run(model, x(1, 2, 3, 4, 5));
  await turn();
  expect(runs.map((each) => valuesOf(each.inputs, 'x'))).toEqual([[1, 2], [3, 4], [5]]);
  for (const each of runs.toReversed()) each.finish();
  expect(valuesOf(await answer, 'y')).toEqual([101, 102, 103, 104, 105]);
});

it('runs a request larger than a batch as it came where the executor takes any', async () => {
  const { servable, runs } = heldServable();
  const any = batched({ ...servable, executor: { ...servable.executor, takesAnyRows: true } }, { maxBatchSize: 2, maxEnqueuedBatches: 1 });
  const large = x(1, 2, 3, 4, 5, 6, 7);
  const answer = run(any, large);
  expect(runs.map(({ inputs }) => inputs)).toEqual([large]);
  runs[0]?.finish();
  expect(valuesOf(await answer, 'y')).toEqual([101, 102, 103, 104, 105, 106, 107]);
  const small = [run(any, x(1)), run(any, x(2))];
  await turn();
  expect(valuesOf(runs[1]?.inputs, 'x')).toEqual([1, 2]);
  runs[1]?.finish();
  await Promise.all(small);
  expect(() => batched({ ...servable, executor: { ...servable.executor, takesAnyRows: true } }, { maxBatchSize: 2, enableLargeBatchSplitting: false }).run('serving_default', large, testRunContext())).toThrow(/batch/);
});

it('refuses a request larger than a batch when splitting is off', async () => {
  const { servable } = heldServable();
  const model = batched(servable, { maxBatchSize: 2, enableLargeBatchSplitting: false });
  expect(() => run(model, x(1, 2, 3))).toThrow('Task size 3 is larger than maximum input batch size 2');
});

it('pads other axes to the longest with the own first element', async () => {
  const { servable, runs } = heldServable(1, fakeSignature({ inputs: new Map([['x', { dtype: 'FP32', shape: ['batch', 'length'] }]]) }));
  const model = batched(servable, { padVariableLengthInputs: true });
  const matrix = (shape: number[], ...values: number[]): NamedTensors =>
    new Map([['x', { dtype: 'FP32', shape, data: Float32Array.from(values) }]]);
  const answers = [run(model, matrix([1, 3], 1, 2, 3)), run(model, matrix([2, 1], 7, 8))];
  await turn();
  expect(runs[0]?.inputs.get('x')?.shape).toEqual([3, 3]);
  expect(valuesOf(runs[0]?.inputs, 'x')).toEqual([1, 2, 3, 7, 7, 7, 8, 7, 7]);
  runs[0]?.finish();
  expect((await Promise.all(answers)).map((each) => each.get('y')?.shape)).toEqual([[1, 3], [2, 3]]);
});

it('keeps apart what differs in inner shape, dtype or requested outputs', async () => {
  const { servable, runs } = heldServable(8);
  const model = batched(servable);
  const one: Tensor = { dtype: 'FP32', shape: [1, 2], data: Float32Array.of(1, 2) };
  const other: Tensor = { dtype: 'FP64', shape: [1], data: Float64Array.of(1) };
  const calls = [run(model, x(1)), run(model, new Map([['x', one]])), run(model, new Map([['x', other]])), run(model, x(2), { outputs: ['y'] })];
  await turn();
  expect(runs).toHaveLength(4);
  for (const each of runs) each.finish(new Map([['y', each.inputs.get('x') ?? floats()]]));
  await Promise.all(calls);
});

it('runs signatures that are not rows, and empty requests, by themselves', async () => {
  const { servable, runs } = heldServable(8);
  const model = batched(servable);
  const plain = (value: number): Promise<NamedTensors> => Promise.resolve(model.run('plain', x(value), testRunContext()));
  const calls = [plain(1), plain(2), run(model, x())];
  expect(runs.map((each) => valuesOf(each.inputs, 'x'))).toEqual([[1], [2], []]);
  for (const each of runs) each.finish();
  await Promise.all(calls);
});

it('runs requests of other shapes than the signature has by themselves: nobody has said that their rows stay apart', async () => {
  const runs: (readonly number[])[] = [];
  const wide = { dtype: 'FP32', shape: [-1, 2] } as const;
  const signatures = new Map([['serving_default', fakeSignature({ inputs: new Map([['x', wide]]), outputs: new Map([['y', wide]]) })]]);
  const model = batched(
    fakeServable({
      signatures,
      run: async (_signature, inputs) => {
        runs.push(inputs.get('x')?.shape ?? []);
        return plusHundred(inputs);
      },
    }),
  );
  const tensor = (...shape: number[]): NamedTensors => new Map([['x', { dtype: 'FP32', shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) }]]);
  await Promise.all([[1, 2], [2], [1, 3], [1, 2], [2], [1, 3]].map((shape) => run(model, tensor(...shape))));
  expect(runs).toEqual([[2], [1, 3], [2], [1, 3], [2, 2]]);
});

it('refuses requests without rows or with unequal ones, and disturbs nobody', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const good = run(model, x(1));
  const scalar: Tensor = { dtype: 'FP32', shape: [], data: Float32Array.of(1) };
  expect(() => run(model, new Map([['x', scalar]]))).toThrow("must have at least one dimension; 'x' is a scalar");
  expect(() => run(model, new Map([['a', floats(1)], ['b', floats(1, 2)]]))).toThrow("'a' has 1, 'b' has 2");
  expect(() => run(model, new Map())).toThrow('must have at least one input tensor');
  await turn();
  runs[0]?.finish();
  expect(valuesOf(await good, 'y')).toEqual([101]);
});

it('refuses a request when maxEnqueuedBatches wait', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable, { maxBatchSize: 1, maxEnqueuedBatches: 2 });
  const running = run(model, x(0));
  await turn();
  const waiting = [run(model, x(1)), run(model, x(2))];
  await expect(run(model, x(3))).rejects.toThrow('is full; currently 2 batches enqueued and max_enqueued_batches is 2');
  await expect(run(model, x(3, 4, 5))).rejects.toThrow('task size is 3 but scheduling capacity is only 0');
  while (runs.length > 0) {
    runs.shift()?.finish();
    await turn();
  }
  expect((await Promise.all([running, ...waiting])).map((each) => valuesOf(each, 'y'))).toEqual([[100], [101], [102]]);
});

it('makes room by dropping requests nobody waits for before it refuses one', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable, { maxBatchSize: 1, maxEnqueuedBatches: 1 });
  const running = run(model, x(0));
  await turn();
  const gone = new AbortController();
  const dropped = run(model, x(1), { signal: gone.signal });
  gone.abort(new Error('went away'));
  const late = run(model, x(2));
  await expect(dropped).rejects.toThrow('went away');
  runs[0]?.finish();
  await running;
  await turn();
  expect(valuesOf(runs[1]?.inputs, 'x')).toEqual([2]);
  runs[1]?.finish();
  await late;
});

it('drops requests whose deadline passed or whose client went away before the run', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const gone = AbortSignal.abort(new Error('went away'));
  const calls = [run(model, x(1), { signal: gone }), run(model, x(2), { deadlineMs: performance.now() - 1 }), run(model, x(3))];
  const refused = Promise.allSettled(calls.slice(0, 2));
  await turn();
  expect((await refused).map((each) => each.status === 'rejected' && String(each.reason))).toEqual([
    'Error: went away',
    'ServingError: Run() timeout exceeded while waiting in batching queue',
  ]);
  expect(runs.map((each) => valuesOf(each.inputs, 'x'))).toEqual([[3]]);
  runs[0]?.finish();
  await calls[2];
});

it('stops a run once nobody waits for any of its answers', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const clients = [new AbortController(), new AbortController()];
  const calls = clients.map((client, index) => run(model, x(index), { signal: client.signal }));
  await turn();
  const stopped = new Promise((resolve) => runs[0]?.context.signal.addEventListener('abort', resolve));
  clients[0]?.abort(new Error('first left'));
  expect(runs[0]?.context.signal.aborted).toBe(false);
  clients[1]?.abort(new Error('second left'));
  await stopped;
  runs[0]?.fail(runs[0].context.signal.reason);
  await expect(calls[0]).rejects.toThrow('first left');
  await expect(calls[1]).rejects.toThrow('second left');
});

it('fails every request of a batch that failed, with its error', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const calls = [run(model, x(1)), run(model, x(2))];
  await turn();
  runs[0]?.fail(new Error('engine broke'));
  await expect(calls[0]).rejects.toThrow('engine broke');
  await expect(calls[1]).rejects.toThrow('engine broke');
});

it('asks again for each request alone when one of them is refused, one after the other', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const client = new AbortController();
  const calls = [run(model, x(1)), run(model, x(2)), run(model, x(3), { signal: client.signal })];
  const settled = Promise.allSettled(calls);
  await turn();
  expect(runs.map(({ inputs }) => valuesOf(inputs, 'x'))).toEqual([[1, 2, 3]]);
  runs[0]?.fail(batchingError('SRV_BATCH_NO_INPUTS', []));
  await turn();
  expect(runs).toHaveLength(2);
  runs[1]?.finish();
  await turn();
  client.abort(new Error('left'));
  runs[2]?.fail(batchingError('SRV_BATCH_NO_INPUTS', []));
  const [first, second, third] = await settled;
  expect(runs.map(({ inputs }) => valuesOf(inputs, 'x'))).toEqual([[1, 2, 3], [1], [2]]);
  expect(first?.status === 'fulfilled' ? valuesOf(first.value, 'y') : first).toEqual([101]);
  expect(second).toMatchObject({ status: 'rejected', reason: { status: 'INVALID_ARGUMENT' } });
  expect(third).toEqual({ status: 'rejected', reason: new Error('left') });
});

it('refuses outputs that have no rows to give back', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const calls = [run(model, x(1)), run(model, x(2))];
  await turn();
  runs[0]?.finish(new Map([['y', floats(7)]]));
  await expect(calls[0]).rejects.toThrow("'y' has 1, not 2; set batching to 'none'");
  await expect(calls[1]).rejects.toThrow("'y' has 1, not 2; set batching to 'none'");
});

it('takes turns between models that share an engine', async () => {
  const { servable, runs } = heldServable();
  const scheduler = new BatchScheduler();
  schedulers.push(scheduler);
  const options = resolveBatchingOptions({ maxBatchSize: 1 });
  const models = ['a', 'b'].map((name) => new BatchingServable(servable, { id: testServableId(name), scheduler, hooks, options }));
  const [first, second] = models;
  if (first === undefined || second === undefined) throw new Error('two models are needed');
  const calls = [...[10, 11, 12].map((value) => run(first, x(value))), run(second, x(20))];
  for (let index = 0; index < 4; index++) {
    await turn();
    runs[index]?.finish();
  }
  await Promise.all(calls);
  expect(runs.flatMap((each) => valuesOf(each.inputs, 'x'))).toEqual([10, 20, 11, 12]);
});

it('takes new options for requests to come', async () => {
  const { servable, runs } = heldServable(8);
  const model = batched(servable, { maxBatchSize: 4 });
  model.options = resolveBatchingOptions({ maxBatchSize: 2 });
  const calls = [1, 2, 3].map((value) => run(model, x(value)));
  await turn();
  expect(runs.map((each) => valuesOf(each.inputs, 'x'))).toEqual([[1, 2], [3]]);
  for (const each of runs) each.finish();
  await Promise.all(calls);
});

it('tells the hooks rows, padding and requests of each batch', async () => {
  const seen: BatchDone[] = [];
  const own = createHooks();
  own.batchDone.tap('test', (done) => void seen.push(done));
  const scheduler = new BatchScheduler();
  schedulers.push(scheduler);
  const options = resolveBatchingOptions({ maxBatchSize: 4, allowedBatchSizes: [4] });
  const model = new BatchingServable(fakeServable(), { id: testServableId(), scheduler, hooks: own, options });
  await Promise.all([run(model, x(1)), run(model, x(2, 3))]);
  expect(seen).toMatchObject([{ signature: 'serving_default', requests: 2, rows: 3, paddingRows: 1, error: undefined }]);
});

it('tells each request how long it waited and its batch ran', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable, { maxBatchSize: 4 });
  const timings: RunTiming[] = [1, 2, 3].map(() => ({ queueMs: 0, computeMs: undefined }));
  const calls = timings.map(async (timing, index) => model.run('serving_default', x(index), { ...testRunContext(), timing }));
  await turn();
  expect(timings.map(({ computeMs }) => computeMs)).toEqual([undefined, undefined, undefined]);
  for (let index = 0; index < runs.length; index++) {
    runs[index]?.finish();
    await turn();
  }
  await Promise.all(calls);
  for (const { queueMs, computeMs } of timings) {
    expect(queueMs).toBeGreaterThan(0);
    expect(computeMs).toBeGreaterThan(0);
  }
});

it('shows hooks each request of a batch', async () => {
  const own = createHooks();
  const seen: { readonly rows: number; readonly protocol: string; readonly waitedMs: number }[] = [];
  own.batchClosed.tap('test', ({ tasks, closedMs }) => {
    for (const { rows, context, enqueuedMs } of tasks) seen.push({ rows, protocol: context.protocol, waitedMs: closedMs - enqueuedMs });
  });
  const scheduler = new BatchScheduler();
  schedulers.push(scheduler);
  const model = new BatchingServable(fakeServable(), { id: testServableId(), scheduler, hooks: own, options: resolveBatchingOptions({ maxBatchSize: 4 }) });
  await Promise.all([run(model, x(1)), run(model, x(2, 3))]);
  expect(seen).toMatchObject([{ rows: 1, protocol: expect.any(String) }, { rows: 2 }]);
  expect(Math.min(...seen.map(({ waitedMs }) => waitedMs))).toBeGreaterThanOrEqual(0);
});

it('refuses what still waits when it is closed', async () => {
  const { servable, runs } = heldServable();
  const model = batched(servable);
  const running = run(model, x(1));
  await turn();
  const waiting = run(model, x(2));
  model.close();
  await expect(waiting).rejects.toThrow('The batch scheduler is closed');
  runs[0]?.finish();
  expect(valuesOf(await running, 'y')).toEqual([101]);
});
