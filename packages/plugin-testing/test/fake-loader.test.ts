import { expect, it } from 'vitest';
import { fakeLoader, FakeLoader, fakeServable, testLoaderContext, testRunContext } from '../src/index.ts';

const live = (): AbortSignal => new AbortController().signal;
const input = new Map([['x', { dtype: 'FP32' as const, shape: [2], data: new Float32Array([2, 4]) }]]);

it('ends every step at once unless it is deferred', async () => {
  const loader = new FakeLoader({ estimate: { ramBytes: 7 } });
  expect(await loader.estimate(live())).toEqual({ ramBytes: 7 });
  const servable = await loader.load(live());
  const answer = await servable.run('serving_default', input, testRunContext());
  expect(answer.get('y')?.data).toEqual(new Float32Array([3, 4]));
  await loader.unload();
  expect(['estimate', 'load', 'unload'].map((step) => loader.calls(step as 'load'))).toEqual([1, 1, 1]);
});

it('holds a deferred load back until the test resolves it', async () => {
  const loader = new FakeLoader({ deferred: ['load'] });
  let isLoaded = false;
  const loading = loader.load(live()).then(() => (isLoaded = true));
  await loader.started('load');
  expect(isLoaded).toBe(false);
  loader.resolve('load');
  await loading;
  expect(isLoaded).toBe(true);
});

it('rejects a deferred load with what the test says', async () => {
  const loader = new FakeLoader({ deferred: ['load'] });
  const loading = loader.load(live());
  loader.reject('load', new Error('no such file'));
  await expect(loading).rejects.toThrow('no such file');
});

it('rejects an aborted load with the reason of its signal, unless it ignores aborts', async () => {
  const reason = new Error('not wanted');
  const abort = new AbortController();
  const polite = new FakeLoader({ deferred: ['load'] });
  const deaf = new FakeLoader({ deferred: ['load'], ignoresAbort: true });
  const refused = polite.load(abort.signal);
  const loaded = deaf.load(abort.signal);
  abort.abort(reason);
  await expect(refused).rejects.toBe(reason);
  deaf.resolve('load');
  await expect(loaded).resolves.toHaveProperty('signatures');
});

it('holds its caller to one load, one unload and no run after it', async () => {
  const loader = new FakeLoader();
  const servable = await loader.load(live());
  await expect(loader.load(live())).rejects.toThrow('twice');
  await loader.unload();
  await expect(loader.unload()).rejects.toThrow('twice');
  await expect(async () => servable.run('serving_default', input, testRunContext())).rejects.toMatchObject({ code: 'SRV_FAKE_UNLOADED' });
});

it('keeps every loader its plugin made, and lets a test wait for the next', async () => {
  const plugin = fakeLoader({ forArtifact: (artifact) => ({ estimate: { ramBytes: artifact.path.length } }) });
  const second = plugin.loaderAt(1);
  plugin.create({ path: '/a' }, {}, testLoaderContext());
  plugin.create({ path: '/bcd' }, {}, testLoaderContext());
  expect((await second).artifact).toEqual({ path: '/bcd' });
  expect(await (await second).estimate(live())).toEqual({ ramBytes: 4 });
  expect(plugin.loaders).toHaveLength(2);
});

it('keeps what a fake servable was asked', async () => {
  const servable = fakeServable();
  const context = testRunContext({ requestId: 'r1' });
  await servable.run('serving_default', input, context);
  expect(servable.runs).toEqual([{ signature: 'serving_default', inputs: input, context }]);
});

it.each([
  ['another dtype', { dtype: 'FP64' as const, shape: [1], data: new Float64Array(1) }, "'x' must be FP32, got FP64"],
  ['another rank', { dtype: 'FP32' as const, shape: [1, 1], data: new Float32Array(1) }, "'x' must be [batch], got [1, 1]"],
])('refuses %s', async (_what, tensor, message) => {
  const run = async () => fakeServable().run('serving_default', new Map([['x', tensor]]), testRunContext());
  await expect(run()).rejects.toThrow(message);
});
