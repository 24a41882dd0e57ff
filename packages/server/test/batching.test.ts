import { fakeServable } from '@servable/plugin-testing';
import type { BatchingOptions } from '@servable/batching';
import { definePlugin, parseModelName, parseVersion, type Tensor } from '@servable/core';
import { EventEmitter, once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { modelsFolder, versionFolders } from './support/model-folders.ts';
import { type ServerFixture, startReadyServer, startServer } from './support/server-fixture.ts';

const fixtures: ServerFixture[] = [];

afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
});

/** A server whose model keeps what it was asked, with one batching for all and one for model `m`. */
async function startWith(config: { batching: BatchingOptions | false; own?: BatchingOptions | false }) {
  const servable = fakeServable();
  const closed: number[] = [];
  const plugin = definePlugin({ name: 'test', apply: (hooks) => hooks.batchClosed.tap('test', ({ rows }) => void closed.push(rows)) });
  const fixture = await startReadyServer({
    models: [{ name: parseModelName('m'), batching: config.own ?? {} }],
    loader: { servable: () => servable },
    plugins: [plugin],
    config: { batching: config.batching },
  });
  fixtures.push(fixture);
  const answers = (values: readonly number[]) =>
    Promise.all(values.map((value) => fixture.post('/v1/models/m:predict', `{"instances": [${value}.0]}`).then(({ body }) => JSON.parse(body) as unknown)));
  return { servable, closed, answers };
}

const WINDOW: BatchingOptions = { leaveWhenIdle: false, batchTimeoutMicros: 60_000_000, maxBatchSize: 4 };
const half = (values: readonly number[]): unknown[] => values.map((value) => ({ predictions: [value / 2 + 2] }));

it('runs requests of several clients as one batch, and answers each with its own rows', async () => {
  const { servable, closed, answers } = await startWith({ batching: WINDOW });
  expect(await answers([1, 2, 3, 4])).toEqual(half([1, 2, 3, 4]));
  expect(servable.runs.map(({ inputs }) => Array.from(inputs.get('x')?.data ?? [], Number).toSorted((a, b) => a - b))).toEqual([[1, 2, 3, 4]]);
  expect(closed).toEqual([4]);
});

it("lets a model's own options win over the server's", async () => {
  const { servable, answers } = await startWith({ batching: WINDOW, own: { maxBatchSize: 2 } });
  expect(await answers([1, 2, 3, 4])).toEqual(half([1, 2, 3, 4]));
  expect(servable.runs.map(({ inputs }) => inputs.get('x')?.shape)).toEqual([[2], [2]]);
});

it.each([
  { batching: false, own: {} },
  { batching: WINDOW, own: false },
] as const)('joins nothing with %j', async (config) => {
  const { servable, answers } = await startWith(config);
  expect(await answers([1, 2])).toEqual(half([1, 2]));
  expect(servable.runs).toHaveLength(2);
});

it("refuses in TensorFlow Serving's words when the queue is full, and answers those that wait", async () => {
  const { servable, answers } = await startWith({ batching: { ...WINDOW, maxBatchSize: 1, maxEnqueuedBatches: 1, leaveWhenIdle: true } });
  const results = await answers(Array.from({ length: 8 }, (_, index) => index));
  expect(servable.runs.length).toBeGreaterThan(0);
  for (const [index, result] of results.entries()) {
    if (typeof result === 'object' && result !== null && 'predictions' in result) expect(result).toEqual(half([index])[0]);
    else expect(result).toEqual({ error: expect.stringContaining('The batch scheduling queue to which this task was submitted is full') as string });
  }
});

it.each([
  { compat: 'default', retryAfter: '1' },
  { compat: 'strict', retryAfter: undefined },
] as const)('tells a client of a full queue when to come back, with compat $compat', async ({ compat, retryAfter }) => {
  const [running, hold] = [new EventEmitter(), new EventEmitter()];
  const servable = fakeServable({
    run: async (_signature, inputs) => {
      const held = once(hold, 'go');
      running.emit('run');
      await held;
      return new Map([['y', inputs.get('x') as Tensor]]);
    },
  });
  const fixture = await startReadyServer({ loader: { servable: () => servable }, config: { batching: { maxBatchSize: 1, maxEnqueuedBatches: 1 }, compat } });
  fixtures.push(fixture);
  const ask = () => fixture.post('/v1/models/m:predict', '{"instances": [1.0]}');
  const begun = once(running, 'run');
  const first = ask();
  await begun;
  // One waits, and the other is refused.
  const others = [ask(), ask()];
  const refused = await Promise.race(others);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe(retryAfter);
  running.on('run', () => setImmediate(() => hold.emit('go')));
  hold.emit('go');
  expect((await Promise.all([first, ...others])).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 503]);
});

it('takes the options of a version from the file in it, and does not batch a version without one', async () => {
  const folder = await modelsFolder();
  const path = await versionFolders(folder, 'm', [1, 2, 3]);
  await writeFile(join(path, '1', 'batching_params.pbtxt'), 'max_batch_size { value: 2 }');
  await writeFile(join(path, '3', 'batching_params.pbtxt'), 'max_batch_size { value: 0 }');
  const fixture = await startServer({ config: { batching: { maxBatchSize: 1, enableLargeBatchSplitting: false }, batchingFromVersionFiles: true } });
  fixtures.push(fixture);
  fixture.source.aspire('m', [1, 2, 3], path);
  const { states } = fixture.server.manager;
  for (const version of [1, 2, 3]) await states.waitFor(parseModelName('m'), parseVersion(version), ({ state }) => state === 'ready' || state === 'ended');
  const threeRows = async (version: number): Promise<string> => (await fixture.post(`/v1/models/m/versions/${version}:predict`, '{"instances": [1.0, 2.0, 3.0]}')).body;
  expect(await threeRows(1)).toContain('Task size 3 is larger than maximum input batch size 2');
  expect(await threeRows(2)).toContain('predictions');
  const status = await fixture.get('/v1/models/m/versions/3');
  expect(status.body).toContain('batching_params.pbtxt:1:25: max_batch_size.value is 0: input_batch_size_limit must be positive; was 0');
});
