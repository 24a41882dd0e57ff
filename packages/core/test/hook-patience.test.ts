import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AdmitRequest, createHooks, createManager, type Hooks, type Logger, type Manager, parseModelName, parseVersion } from '../src/index.ts';
import { FakeLoader, fakeServable, settled } from './fake-loader.ts';

const PATIENCE_MS = 30_000;
const never = (): Promise<never> => new Promise(() => {});
const version = parseVersion(1);

let warnings: string[];
let logger: Logger;
beforeEach(() => {
  vi.useFakeTimers();
  warnings = [];
  logger = { debug() {}, info() {}, error() {}, warn: (_fields, message) => void warnings.push(message) };
});
afterEach(() => vi.useRealTimers());

function aspire(manager: Manager, model: string, loader = new FakeLoader()): FakeLoader {
  manager.aspire({ name: parseModelName(model), versions: [{ version, value: { createLoader: () => loader } }] });
  return loader;
}

async function load(loader: FakeLoader): Promise<void> {
  await loader.estimated();
  await loader.loaded();
}

/** Taps a hook with something that hangs for the model `stuck`. */
const HANGING: Record<'beforeLoad' | 'wrapServable' | 'warmup', (hooks: Hooks) => void> = {
  beforeLoad: (hooks) => hooks.beforeLoad.tapPromise('acme-plugin', async (_loader, { id }) => (id.name === 'stuck' ? never() : undefined)),
  wrapServable: (hooks) => hooks.wrapServable.tapPromise('acme-plugin', async (servable, { id }) => (id.name === 'stuck' ? never() : servable)),
  warmup: (hooks) => hooks.warmup.tapPromise('acme-plugin', async (_servable, { id }) => (id.name === 'stuck' ? never() : undefined)),
};
const NAMES = ['beforeLoad', 'wrapServable', 'warmup'] as const;

describe.each(NAMES)('a tap that hangs in %s', (hook) => {
  async function hangingManager(): Promise<{ manager: Manager; stuck: FakeLoader }> {
    const hooks = createHooks(logger);
    HANGING[hook](hooks);
    const manager = createManager({ hooks, logger, maxConcurrentLoads: 1 });
    const stuck = aspire(manager, 'stuck');
    await stuck.estimated();
    if (hook !== 'beforeLoad') await stuck.loaded();
    return { manager, stuck };
  }

  it('is warned of by plugin, hook and model, and other models load', async () => {
    const { manager } = await hangingManager();
    const other = aspire(manager, 'other');
    await other.estimated();
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    expect(other.calls).not.toContain('load');
    expect(warnings).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(warnings).toEqual([`Plugin 'acme-plugin' is not done in hook '${hook}' of stuck/1 after 30 s`]);
    await other.loaded();
    await manager.states.waitUntilReady([parseModelName('other')]);
    expect(manager.readyVersions(parseModelName('stuck'))).toEqual([]);
  });

  it('does not keep the manager from closing', async () => {
    const { manager, stuck } = await hangingManager();
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    const closing = manager.close();
    await settled();
    if (hook !== 'beforeLoad') await stuck.unloaded();
    await closing;
    expect(stuck.calls).toEqual(hook === 'beforeLoad' ? ['estimate'] : ['estimate', 'load', 'unload']);
  });
});

it('a tap that ends late is waited for', async () => {
  const hooks = createHooks(logger);
  let finish: () => void = () => {};
  hooks.warmup.tapPromise('slow', () => new Promise<void>((resolve) => (finish = resolve)));
  const manager = createManager({ hooks, logger });
  await load(aspire(manager, 'm'));
  await vi.advanceTimersByTimeAsync(2 * PATIENCE_MS);
  expect(warnings).toHaveLength(1);
  finish();
  await manager.states.waitUntilReady([parseModelName('m')]);
});

it('a request that a plugin holds up is warned of by its model', async () => {
  const hooks = createHooks(logger);
  hooks.admit.tapPromise('auth', never);
  void hooks.admit.promise({ name: parseModelName('m') } as AdmitRequest);
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  expect(warnings).toEqual(["Plugin 'auth' is not done in hook 'admit' of model 'm' after 30 s"]);
});

it('close goes on without a tap that hangs', async () => {
  const hooks = createHooks(logger);
  const order: string[] = [];
  hooks.close.tapPromise('first', async () => void order.push('first'));
  hooks.close.tapPromise('hangs', never);
  const closed = hooks.close.promise();
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  await closed;
  expect(order).toEqual(['first']);
  expect(warnings).toEqual(["Plugin 'hangs' is not done in hook 'close' after 30 s"]);
});

it('a callback that does not come is warned of', async () => {
  const hooks = createHooks(logger);
  hooks.warmup.tapAsync('old-style', () => {});
  void hooks.warmup.promise(fakeServable(), { id: { name: parseModelName('m'), version }, artifact: undefined, signal: new AbortController().signal });
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  expect(warnings).toEqual(["Plugin 'old-style' is not done in hook 'warmup' of m/1 after 30 s"]);
});
