import { createHooks, createManager, parseModelName, parseVersion, type Manager, type NamedTensors, type RunContext } from '@servable/core';
import { FakeLoader, fakeServable } from '@servable/plugin-testing';
import { expect, it, onTestFinished } from 'vitest';
import { type BatchingOptions, type BatchingRules, createBatching, type Batching } from '../src/index.ts';

const name = parseModelName('m');
const NO_LIMIT: RunContext = { signal: new AbortController().signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: '', peer: '', attributes: new Map() };
const oneRow: NamedTensors = new Map([['x', { dtype: 'FP32', shape: [1], data: Float32Array.of(1) }]]);

/** A manager with version 1 of a model ready, and how many requests each of its batches had. */
async function served(defaults: BatchingOptions | false, rules: BatchingRules = {}): Promise<{ manager: Manager; batching: Batching; together: (requests: number) => Promise<readonly number[]> }> {
  const hooks = createHooks();
  const batching = createBatching(defaults, rules);
  batching.plugin.apply(hooks);
  const batches: number[] = [];
  hooks.batchDone.tap('test', ({ requests }) => void batches.push(requests));
  const manager = createManager({ hooks });
  onTestFinished(() => manager.close());
  const createLoader = (): FakeLoader => new FakeLoader({ servable: () => fakeServable() }, { name, version: parseVersion(1) });
  manager.aspire({ name, versions: [{ version: parseVersion(1), value: { createLoader } }] });
  await manager.states.waitUntilReady([name]);
  return {
    manager,
    batching,
    async together(requests) {
      batches.length = 0;
      const handle = manager.acquire({ kind: 'latest', name });
      await Promise.all(Array.from({ length: requests }, async () => handle.servable.run('serving_default', oneRow, NO_LIMIT)));
      handle.release();
      return [...batches];
    },
  };
}

it('changes the options of a version that serves', async () => {
  const { batching, together } = await served({ maxBatchSize: 4 });
  expect(await together(4)).toEqual([4]);
  batching.configure(name, { maxBatchSize: 2 });
  expect(await together(4)).toEqual([2, 2]);
  batching.configure(name, undefined);
  expect(await together(4)).toEqual([4]);
});

it('changes the defaults of models that have none of their own', async () => {
  const { batching, together } = await served({ maxBatchSize: 4 });
  batching.configureDefaults({ maxBatchSize: 1 });
  expect(await together(2)).toEqual([1, 1]);
  batching.configure(name, { maxBatchSize: 4 });
  batching.configureDefaults({ maxBatchSize: 2 });
  expect(await together(4)).toEqual([4]);
});

it('turns batching off and on for a version that serves', async () => {
  const { batching, together } = await served({});
  batching.configure(name, false);
  expect(await together(3)).toEqual([]);
  batching.configure(name, undefined);
  expect(await together(3)).toEqual([3]);
  batching.configureDefaults(false);
  expect(await together(3)).toEqual([]);
});

it('keeps the options that a version brings along', async () => {
  const { batching, together } = await served(false, { ofVersion: ({ id }) => Promise.resolve(id.version === 1n ? { maxBatchSize: 2 } : undefined) });
  expect(await together(4)).toEqual([2, 2]);
  batching.configure(name, { maxBatchSize: 4 });
  expect(await together(4)).toEqual([2, 2]);
});

it('does not batch a version that says so', async () => {
  const { together } = await served({}, { ofVersion: () => Promise.resolve(false) });
  expect(await together(4)).toEqual([]);
});

it('refuses options that make no sense, and keeps those before', async () => {
  const { batching, together } = await served({ maxBatchSize: 4 });
  expect(() => batching.configure(name, { maxBatchSize: 0 })).toThrow('batching.maxBatchSize is 0');
  expect(() => batching.configureDefaults({ maxBatchSize: 0 })).toThrow('batching.maxBatchSize is 0');
  expect(await together(4)).toEqual([4]);
});
