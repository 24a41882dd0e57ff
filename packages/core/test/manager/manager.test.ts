import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createHooks,
  createManager,
  type LifecycleState,
  type Manager,
  type ManagerOptions,
  parseModelName,
  parseVersion,
  preserveResources,
  type ServableHandle,
  type ServableState,
  servableError,
  type ServingError,
  silentLogger,
  type TransitionPolicy,
  type Version,
} from '../../src/index.ts';
import { FakeLoader, fakeServable, settled } from '../fake-loader.ts';

const name = parseModelName('m');
const v = (number: number): Version => parseVersion(number);
const retryable = (): ServingError => servableError('SRV_LOAD_FAILED', ['m', '1', 'disk']);
const permanent = (): ServingError => servableError('SRV_TENSOR_INVALID', ['bad file']);

/** A manager whose loaders are kept, by version and attempt. */
class Bench {
  readonly loaders = new Map<string, FakeLoader[]>();
  readonly states: string[] = [];
  readonly manager: Manager;

  constructor(options: ManagerOptions = {}) {
    const hooks = options.hooks ?? createHooks();
    hooks.stateChanged.tap('test', (state) => void this.states.push(textOf(state)));
    this.manager = createManager({ loadRetryIntervalMs: 0, ...options, hooks });
  }

  aspire(versions: readonly (number | readonly [number, ServingError])[], model = 'm'): void {
    this.manager.aspire({
      name: parseModelName(model),
      versions: versions.map((each) =>
        typeof each === 'number'
          ? { version: v(each), value: { createLoader: () => this.#create(`${model}/${each}`) } }
          : { version: v(each[0]), error: each[1] },
      ),
    });
  }

  /** The newest loader of a version. */
  loader(version: number, model = 'm'): FakeLoader {
    const loader = this.loaders.get(`${model}/${version}`)?.at(-1);
    if (loader === undefined) throw new Error(`no loader was made for ${model}/${version}`);
    return loader;
  }

  async load(version: number, model = 'm'): Promise<void> {
    await this.loader(version, model).estimated();
    await this.loader(version, model).loaded();
  }

  state(version: number, model = 'm'): LifecycleState | undefined {
    return this.manager.states.version(parseModelName(model), v(version))?.state;
  }

  errorCode(version: number, model = 'm'): string | undefined {
    return this.manager.states.version(parseModelName(model), v(version))?.error?.code;
  }

  #create(key: string): FakeLoader {
    const loader = new FakeLoader();
    this.loaders.set(key, [...(this.loaders.get(key) ?? []), loader]);
    return loader;
  }
}

function textOf({ id, state, error }: ServableState): string {
  return `${id.version} ${state}${error === undefined ? '' : ` ${error.code}`}`;
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as ServingError).code;
  }
}

describe('one version', () => {
  it('goes from new to ended, calling each step of its loader once', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([]);
    await bench.loader(1).unloaded();
    expect(bench.states).toEqual(['1 new', '1 loading', '1 ready', '1 draining', '1 unloading', '1 ended']);
    expect(bench.loader(1).calls).toEqual(['estimate', 'load', 'unload']);
    expect(bench.manager.reservedBytes).toEqual(new Map([['RAM', 0]]));
  });

  it('can be acquired when ready is published, and still when draining is', async () => {
    const hooks = createHooks();
    const seen: string[] = [];
    const bench = new Bench({ hooks });
    hooks.stateChanged.tap('acquires', ({ state }) => {
      const code = codeOf(() => bench.manager.acquire({ kind: 'latest', name }).release());
      seen.push(`${state}: ${code ?? 'acquired'} (monitor: ${String(bench.state(1))})`);
    });
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([]);
    expect(seen).toEqual([
      'new: SRV_MODEL_NOT_AVAILABLE (monitor: new)',
      'loading: SRV_MODEL_NOT_AVAILABLE (monitor: loading)',
      'ready: acquired (monitor: ready)',
      'draining: acquired (monitor: draining)',
      'unloading: SRV_MODEL_NOT_AVAILABLE (monitor: unloading)',
    ]);
  });

  it('is unloaded when the last handle is released, and not before', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.load(1);
    const [first, second] = [1, 2].map(() => bench.manager.acquire({ kind: 'latest', name })) as [ServableHandle, ServableHandle];
    bench.aspire([]);
    expect(bench.state(1)).toBe('draining');
    first.release();
    first.release();
    expect(second.servable).toBe(bench.loader(1).servable);
    expect(bench.loader(1).calls).not.toContain('unload');
    second[Symbol.dispose]();
    expect(bench.state(1)).toBe('unloading');
    expect(bench.loader(1).calls).toContain('unload');
  });

  it('ends, with the fault logged, when its loader cannot unload', async () => {
    const error = vi.fn<(fields: object, message: string) => void>();
    const bench = new Bench({ logger: { ...silentLogger, error } });
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([]);
    const fault = new Error('stuck');
    await bench.loader(1).fail('unload', fault);
    expect(bench.states.at(-1)).toBe('1 ended');
    expect(error).toHaveBeenCalledWith({ model: 'm', version: '1', err: fault }, expect.stringContaining('Unloading failed'));
  });

  it('stays loaded when the same set is stated again, also with another loader', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([1]);
    bench.aspire([1]);
    expect(bench.loaders.get('m/1')).toHaveLength(1);
    expect(bench.state(1)).toBe('ready');
  });

  it('is served again without a load when it was unaspired but still ready', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([2]);
    await bench.loader(2).fail('estimate', permanent());
    bench.aspire([1]);
    expect(bench.state(1)).toBe('ready');
    expect(bench.manager.readyVersions(name)).toEqual([1n]);
    expect(bench.loaders.get('m/1')).toHaveLength(1);
  });

  it('waits until it is gone when aspired again while it is torn down, then loads anew', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.load(1);
    const handle = bench.manager.acquire({ kind: 'latest', name });
    bench.aspire([]);
    bench.aspire([1]);
    await settled();
    expect(bench.state(1)).toBe('draining');
    handle.release();
    await bench.loader(1).unloaded();
    expect(bench.loaders.get('m/1')).toHaveLength(2);
    await bench.load(1);
    expect(bench.state(1)).toBe('ready');
    expect(bench.loaders.get('m/1')?.map((each) => each.calls)).toEqual([
      ['estimate', 'load', 'unload'],
      ['estimate', 'load'],
    ]);
  });

  it('takes the first of two entries for one version', async () => {
    const bench = new Bench();
    bench.aspire([1, [1, permanent()]]);
    await bench.load(1);
    expect(bench.state(1)).toBe('ready');
  });
});

describe('a load that fails', () => {
  it('is tried again with a new loader while the state stays loading; the last fault is the status', async () => {
    const bench = new Bench({ maxLoadRetries: 2 });
    bench.aspire([1]);
    for (const reason of ['first', 'second', 'third']) {
      await bench.loader(1).estimated();
      await bench.loader(1).fail('load', new Error(reason));
      await bench.loader(1).unloaded();
    }
    expect(bench.states).toEqual(['1 new', '1 loading', '1 ended SRV_LOAD_FAILED']);
    const error = bench.manager.states.version(name, v(1))?.error;
    expect(error).toMatchObject({ status: 'UNKNOWN', args: ['m', '1', 'third'], cause: new Error('third') });
    expect(bench.loaders.get('m/1')?.map((each) => each.calls)).toEqual(Array.from({ length: 3 }, () => ['estimate', 'load', 'unload']));
  });

  it('is not tried again when the fault stays, and a ServingError keeps its code', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.loader(1).estimated();
    await bench.loader(1).fail('load', permanent());
    await bench.loader(1).unloaded();
    expect(bench.states.at(-1)).toBe('1 ended SRV_TENSOR_INVALID');
    expect(bench.loaders.get('m/1')).toHaveLength(1);
  });

  it('stays in error while aspired, and loads when it was left out and is aspired again', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.loader(1).fail('estimate', permanent());
    bench.aspire([1]);
    await settled();
    expect(bench.loaders.get('m/1')).toHaveLength(1);
    bench.aspire([]);
    bench.aspire([1]);
    await bench.load(1);
    expect(bench.state(1)).toBe('ready');
  });

  it.each(['estimate', 'load'] as const)('asks isRetryable, here of a failed %s, and takes its throw for a no', async (step) => {
    const asked: string[] = [];
    const bench = new Bench({
      isRetryable: (error) => {
        asked.push(error.code);
        throw new Error('oops');
      },
    });
    bench.aspire([1]);
    if (step === 'load') await bench.loader(1).estimated();
    await bench.loader(1).fail(step, 'a text');
    if (step === 'load') await bench.loader(1).unloaded();
    const code = step === 'load' ? 'SRV_LOAD_FAILED' : 'SRV_ESTIMATE_FAILED';
    expect(asked).toEqual([code]);
    expect(bench.states.at(-1)).toBe(`1 ended ${code}`);
  });

  it.each([
    ['UNKNOWN', true],
    ['UNAVAILABLE', true],
    ['RESOURCE_EXHAUSTED', true],
    ['ABORTED', true],
    ['INTERNAL', true],
    ['DEADLINE_EXCEEDED', true],
    ['INVALID_ARGUMENT', false],
    ['NOT_FOUND', false],
    ['FAILED_PRECONDITION', false],
    ['UNIMPLEMENTED', false],
    ['PERMISSION_DENIED', false],
    ['DATA_LOSS', false],
  ] as const)('with status %s: tried again is %s', async (status, isTriedAgain) => {
    const bench = new Bench();
    bench.aspire([1]);
    const error = Object.assign(retryable(), { status });
    await bench.loader(1).fail('estimate', error);
    expect(bench.loaders.get('m/1')).toHaveLength(isTriedAgain ? 2 : 1);
  });

  it.each([undefined, null, 0, Object.create(null) as unknown])('ends with a text when the loader rejects with %o', async (thrown) => {
    const bench = new Bench({ maxLoadRetries: 0 });
    bench.aspire([1]);
    await bench.loader(1).fail('estimate', thrown);
    expect(bench.states.at(-1)).toBe('1 ended SRV_ESTIMATE_FAILED');
  });

  it('ends when the factory throws', async () => {
    const manager = createManager({ maxLoadRetries: 0 });
    const createLoader = (): never => {
      throw new TypeError('no such engine');
    };
    manager.aspire({ name, versions: [{ version: v(1), value: { createLoader } }] });
    const state = await manager.states.waitFor(name, v(1), (each) => each.state === 'ended');
    expect(state.error).toMatchObject({ code: 'SRV_ESTIMATE_FAILED', args: ['m', '1', 'no such engine'] });
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 60])('refuses %s as an estimate', async (ramBytes) => {
    const bench = new Bench({ maxLoadRetries: 0 });
    bench.aspire([1]);
    await bench.loader(1).estimated(ramBytes);
    expect(bench.errorCode(1)).toBe('SRV_ESTIMATE_FAILED');
    expect(bench.manager.reservedBytes.size).toBe(0);
  });
});

describe('the pause between tries', () => {
  afterEach(() => void vi.useRealTimers());

  it('lasts loadRetryIntervalMs, holds no resources, and lets others use the slot', async () => {
    vi.useFakeTimers();
    const bench = new Bench({ loadRetryIntervalMs: 500, maxConcurrentLoads: 1 });
    bench.aspire([1]);
    bench.aspire([1], 'other');
    await bench.loader(1).estimated(7);
    await bench.loader(1).fail('load', retryable());
    await bench.loader(1).unloaded();
    await bench.load(1, 'other');
    expect(bench.state(1, 'other')).toBe('ready');
    await vi.advanceTimersByTimeAsync(499);
    expect(bench.loaders.get('m/1')).toHaveLength(1);
    expect(bench.manager.reservedBytes.get('RAM')).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await bench.load(1);
    expect(bench.state(1)).toBe('ready');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['aspire', 'close'] as const)('is cut short by %s', async (how) => {
    vi.useFakeTimers();
    const bench = new Bench({ loadRetryIntervalMs: 60_000 });
    bench.aspire([1]);
    await bench.loader(1).fail('estimate', retryable());
    expect(vi.getTimerCount()).toBe(1);
    if (how === 'aspire') bench.aspire([]);
    else await bench.manager.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(bench.states.at(-1)).toBe('1 ended SRV_LOAD_CANCELLED');
  });
});

describe('a version left out before it is ready', () => {
  it('ends at once while its estimate runs, which is aborted and given up', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    const loader = bench.loader(1);
    bench.aspire([]);
    expect(loader.signal?.reason).toMatchObject({ code: 'SRV_LOAD_CANCELLED' });
    expect(bench.states).toEqual(['1 new', '1 ended SRV_LOAD_CANCELLED']);
    await loader.estimated();
    expect(loader.calls).toEqual(['estimate']);
  });

  it.each(['succeeds', 'fails'])('has its load aborted, and is unloaded once after a load that %s all the same', async (how) => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.loader(1).estimated();
    bench.aspire([]);
    expect(bench.loader(1).signal?.aborted).toBe(true);
    expect(bench.state(1)).toBe('unloading');
    expect(bench.loader(1).calls).not.toContain('unload');
    if (how === 'succeeds') await bench.loader(1).loaded();
    else await bench.loader(1).fail('load', bench.loader(1).signal?.reason);
    expect(bench.state(1)).toBe('unloading');
    await bench.loader(1).unloaded();
    expect(bench.states).toEqual(['1 new', '1 loading', '1 unloading', '1 ended SRV_LOAD_CANCELLED']);
    expect(bench.loader(1).calls).toEqual(['estimate', 'load', 'unload']);
    expect(bench.manager.reservedBytes.get('RAM')).toBe(0);
  });

  it('blocks no other load when it ignores the signal, but keeps its resources', async () => {
    const bench = new Bench({ maxConcurrentLoads: 1, limits: { ramBytes: 2 } });
    bench.aspire([1]);
    await bench.loader(1).estimated();
    bench.aspire([2]);
    await bench.load(2);
    expect(bench.state(2)).toBe('ready');
    expect(bench.manager.reservedBytes.get('RAM')).toBe(2);
    bench.aspire([2, 3]);
    await bench.loader(3).estimated();
    expect(bench.state(3)).toBe('new');
    await bench.loader(1).loaded();
    await bench.loader(1).unloaded();
    expect(bench.state(3)).toBe('loading');
  });

  it('is not unloaded under a warm-up that still runs', async () => {
    const hooks = createHooks();
    let warm = (): void => {};
    hooks.warmup.tapPromise('slow', () => new Promise((resolve) => (warm = resolve)));
    const bench = new Bench({ hooks });
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([]);
    await settled();
    expect(bench.loader(1).calls).toEqual(['estimate', 'load']);
    warm();
    await settled();
    expect(bench.loader(1).calls).toEqual(['estimate', 'load', 'unload']);
    expect(bench.manager.readyVersions(name)).toEqual([]);
  });
});

describe('hooks around a load', () => {
  it('run in order, and the version is what wrapServable made', async () => {
    const hooks = createHooks();
    const wrapped = fakeServable();
    const order: string[] = [];
    const bench = new Bench({ hooks });
    hooks.aspired.tap('test', ({ versions }) => void order.push(`aspired ${versions.length}`));
    hooks.beforeLoad.tapPromise('test', async (loader, { id }) => {
      order.push(`beforeLoad ${loader === bench.loader(1)} ${id.version} ${String(bench.manager.reservedBytes.get('RAM'))}`);
    });
    hooks.wrapServable.tapPromise('test', async (servable) => {
      order.push(`wrap ${servable === bench.loader(1).servable}`);
      return wrapped;
    });
    hooks.warmup.tapPromise('test', async (servable) => {
      order.push(`warmup ${servable === wrapped} ${String(codeOf(() => bench.manager.acquire({ kind: 'latest', name })))}`);
    });
    bench.aspire([1]);
    await bench.load(1);
    expect(order).toEqual(['aspired 1', 'beforeLoad true 1 1', 'wrap true', 'warmup true SRV_MODEL_NOT_AVAILABLE']);
    expect(bench.manager.acquire({ kind: 'latest', name }).servable).toBe(wrapped);
  });

  it.each([
    ['beforeLoad', ['estimate']],
    ['wrapServable', ['estimate', 'load', 'unload']],
    ['warmup', ['estimate', 'load', 'unload']],
  ] as const)('fail it by plugin name from %s', async (hook, calls) => {
    const hooks = createHooks();
    hooks[hook as 'warmup'].tapPromise('acme', async () => {
      throw new Error('no');
    });
    const bench = new Bench({ hooks, maxLoadRetries: 0 });
    bench.aspire([1]);
    await bench.loader(1).estimated();
    if (hook !== 'beforeLoad') {
      await bench.loader(1).loaded();
      await bench.loader(1).unloaded();
    }
    expect(bench.loader(1).calls).toEqual(calls);
    const error = bench.manager.states.version(name, v(1))?.error;
    expect(error).toMatchObject({ code: 'SRV_HOOK_FAILED', args: [hook, 'acme', 'no'] });
  });

  it('may state a set from inside an observer; observers see transitions in order', async () => {
    const hooks = createHooks();
    const bench = new Bench({ hooks });
    hooks.stateChanged.tap('next', ({ id, state }) => {
      if (id.version === 1n && state === 'ready') bench.aspire([2]);
    });
    const last: string[] = [];
    hooks.stateChanged.tap('last', (state) => void last.push(textOf(state)));
    bench.aspire([1]);
    await bench.load(1);
    await bench.load(2);
    expect(last).toEqual(bench.states);
    expect(last).toEqual(['1 new', '1 loading', '1 ready', '2 new', '2 loading', '2 ready', '1 draining', '1 unloading']);
  });

  it('may state two sets of one model in one observer: the last one holds', async () => {
    const hooks = createHooks();
    const bench = new Bench({ hooks });
    hooks.stateChanged.tap('again', ({ id, state }) => {
      if (id.version !== 1n || state !== 'new') return;
      bench.aspire([2]);
      bench.aspire([3]);
    });
    bench.aspire([1]);
    await bench.load(3);
    expect(bench.manager.readyVersions(name)).toEqual([3n]);
  });
});

describe('a set with an error', () => {
  it('ends that version with it, and a later value loads it', async () => {
    const bench = new Bench();
    bench.aspire([[1, permanent()]]);
    expect(bench.states).toEqual(['1 ended SRV_TENSOR_INVALID']);
    bench.aspire([[1, retryable()]]);
    expect(bench.states.at(-1)).toBe('1 ended SRV_LOAD_FAILED');
    bench.aspire([1]);
    await bench.load(1);
    expect(bench.state(1)).toBe('ready');
  });

  it('ends a version that has not begun to load', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    bench.aspire([[1, permanent()]]);
    expect(bench.states).toEqual(['1 new', '1 ended SRV_TENSOR_INVALID']);
    expect(bench.loader(1).signal?.aborted).toBe(true);
  });

  it.each(['loading', 'ready'])('leaves a %s version alone', async (state) => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.loader(1).estimated();
    if (state === 'ready') await bench.loader(1).loaded();
    bench.aspire([[1, permanent()]]);
    bench.aspire([1]);
    expect(bench.state(1)).toBe(state);
    expect(bench.loader(1).signal?.aborted).toBe(false);
    expect(bench.loaders.get('m/1')).toHaveLength(1);
  });

  it('of a version that is torn down counts once it is gone', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([]);
    bench.aspire([[1, permanent()]]);
    expect(bench.state(1)).toBe('unloading');
    await bench.loader(1).unloaded();
    expect(bench.states.slice(-2)).toEqual(['1 ended', '1 ended SRV_TENSOR_INVALID']);
  });
});

describe('a swap', () => {
  it('keeps the old version until the new one is ready', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([2]);
    await bench.loader(2).estimated();
    expect(bench.manager.readyVersions(name)).toEqual([1n]);
    await bench.loader(2).loaded();
    expect(bench.manager.readyVersions(name)).toEqual([2n]);
    expect(bench.state(1)).toBe('unloading');
  });

  it('leaves the old version serving when the new one fails', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([2]);
    await bench.loader(2).fail('estimate', permanent());
    expect(bench.manager.acquire({ kind: 'latest', name }).id.version).toBe(1n);
    expect(bench.errorCode(2)).toBe('SRV_TENSOR_INVALID');
  });

  it('under preserveResources unloads the old version before the new one is even estimated', async () => {
    const bench = new Bench({ policy: preserveResources });
    bench.aspire([1]);
    await bench.load(1);
    bench.aspire([2]);
    expect(bench.loaders.has('m/2')).toBe(false);
    await bench.loader(1).unloaded();
    await bench.load(2);
    expect(bench.manager.readyVersions(name)).toEqual([2n]);
  });
});

describe('resources', () => {
  it('end a version at once that could never fit, with what it needs and what there is', async () => {
    const bench = new Bench({ limits: { ramBytes: 100 } });
    bench.aspire([1]);
    await bench.loader(1).estimated(101);
    expect(bench.manager.states.version(name, v(1))?.error).toMatchObject({
      code: 'SRV_RESOURCES_EXHAUSTED',
      args: ['m', '1', '101 bytes of RAM', '100 bytes of RAM'],
    });
    expect(bench.loaders.get('m/1')).toHaveLength(1);
  });

  it('make a version wait while anything is in progress, then load or end it', async () => {
    const bench = new Bench({ limits: { ramBytes: 100 } });
    bench.aspire([1], 'a');
    await bench.loader(1, 'a').estimated(60);
    bench.aspire([1], 'b');
    await bench.loader(1, 'b').estimated(60);
    expect(bench.state(1, 'b')).toBe('new');
    await bench.loader(1, 'a').fail('load', permanent());
    expect(bench.state(1, 'b')).toBe('new');
    await bench.loader(1, 'a').unloaded();
    expect(bench.state(1, 'b')).toBe('loading');
    bench.aspire([1], 'c');
    await bench.loader(1, 'c').estimated(60);
    expect(bench.state(1, 'c')).toBe('new');
    await bench.loader(1, 'b').loaded();
    expect(bench.errorCode(1, 'c')).toBe('SRV_RESOURCES_EXHAUSTED');
  });

  it('end one blocked version at a time, as that may help the next', async () => {
    const bench = new Bench({ limits: { ramBytes: 100 } });
    bench.aspire([1]);
    await bench.loader(1).estimated(60);
    await bench.loader(1).loaded();
    bench.aspire([2], 'b');
    await bench.loader(2, 'b').estimated(50);
    bench.aspire([3], 'c');
    await bench.loader(3, 'c').estimated(40);
    expect([bench.errorCode(2, 'b'), bench.state(3, 'c')]).toEqual(['SRV_RESOURCES_EXHAUSTED', 'loading']);
  });
});

describe('slots', () => {
  it('bound loads and estimates, and go to the highest version first', async () => {
    const bench = new Bench({ maxConcurrentLoads: 1 });
    bench.aspire([1, 2]);
    bench.aspire([7], 'other');
    expect([...bench.loaders.keys()]).toEqual(['m/2']);
    await bench.loader(2).estimated();
    expect([...bench.loaders.keys()]).toEqual(['m/2', 'other/7']);
    await bench.loader(7, 'other').estimated();
    await bench.loader(1).estimated();
    expect([bench.state(2), bench.state(1), bench.state(7, 'other')]).toEqual(['loading', 'new', 'new']);
    await bench.loader(2).loaded();
    expect([bench.state(2), bench.state(1), bench.state(7, 'other')]).toEqual(['ready', 'loading', 'new']);
  });
});

describe('configure', () => {
  it('changes how many loads go on at once', async () => {
    const bench = new Bench({ maxConcurrentLoads: 1 });
    bench.aspire([1], 'a');
    bench.aspire([1], 'b');
    await bench.loader(1, 'a').estimated();
    await bench.loader(1, 'b').estimated();
    expect([bench.state(1, 'a'), bench.state(1, 'b')]).toEqual(['loading', 'new']);
    bench.manager.configure({ maxConcurrentLoads: 2 });
    expect(bench.state(1, 'b')).toBe('loading');
  });

  it('changes how often a failed load is tried again', async () => {
    const bench = new Bench({ maxLoadRetries: 5, loadRetryIntervalMs: 0 });
    bench.aspire([1]);
    bench.manager.configure({ maxLoadRetries: 0 });
    await bench.loader(1).fail('estimate', retryable());
    expect(bench.state(1)).toBe('ended');
  });

  it('changes how many unloads go on at once; those that wait for handles count', async () => {
    const bench = new Bench({ maxConcurrentUnloads: 1 });
    for (const model of ['a', 'b']) {
      bench.aspire([1], model);
      await bench.load(1, model);
    }
    const handle = bench.manager.acquire({ kind: 'latest', name: parseModelName('a') });
    bench.aspire([], 'a');
    bench.aspire([], 'b');
    expect([bench.state(1, 'a'), bench.state(1, 'b')]).toEqual(['draining', 'ready']);
    bench.manager.configure({ maxConcurrentUnloads: 2 });
    expect([bench.state(1, 'a'), bench.state(1, 'b')]).toEqual(['draining', 'unloading']);
    handle.release();
  });

  it('does not keep close from unloading all at once', async () => {
    const bench = new Bench({ maxConcurrentUnloads: 1 });
    for (const model of ['a', 'b']) {
      bench.aspire([1], model);
      await bench.load(1, model);
    }
    const handle = bench.manager.acquire({ kind: 'latest', name: parseModelName('a') });
    void bench.manager.close();
    await Promise.resolve();
    expect([bench.state(1, 'a'), bench.state(1, 'b')]).toEqual(['draining', 'unloading']);
    handle.release();
  });
});

describe('acquire', () => {
  it('finds by latest, earliest, version and label', async () => {
    const bench = new Bench();
    bench.aspire([1, 2, 10]);
    for (const version of [10, 2, 1]) await bench.load(version);
    bench.manager.setLabels(name, new Map([['stable', v(2)]]));
    const find = (request: Parameters<Manager['acquire']>[0]): bigint => bench.manager.acquire(request).id.version;
    expect(find({ kind: 'latest', name })).toBe(10n);
    expect(find({ kind: 'earliest', name })).toBe(1n);
    expect(find({ kind: 'version', name, version: v(2) })).toBe(2n);
    expect(find({ kind: 'label', name, label: 'stable' })).toBe(2n);
    expect(bench.manager.readyVersions(name)).toEqual([1n, 2n, 10n]);
    expect(bench.manager.labels(name)).toEqual(new Map([['stable', 2n]]));
  });

  it('says what is missing', async () => {
    const bench = new Bench();
    const code = (request: Parameters<Manager['acquire']>[0]): string | undefined => codeOf(() => bench.manager.acquire(request));
    expect(code({ kind: 'latest', name })).toBe('SRV_MODEL_NOT_FOUND');
    expect(code({ kind: 'version', name, version: v(1) })).toBe('SRV_VERSION_NOT_FOUND');
    expect(code({ kind: 'label', name, label: 'x' })).toBe('SRV_LABEL_NOT_FOUND');
    bench.aspire([1]);
    expect(code({ kind: 'latest', name })).toBe('SRV_MODEL_NOT_AVAILABLE');
    expect(code({ kind: 'earliest', name })).toBe('SRV_MODEL_NOT_AVAILABLE');
    expect(code({ kind: 'version', name, version: v(1) })).toBe('SRV_VERSION_NOT_FOUND');
    expect(code({ kind: 'label', name, label: 'x' })).toBe('SRV_LABEL_NOT_FOUND');
    bench.manager.setLabels(name, new Map([['x', v(1)]]));
    expect(code({ kind: 'label', name, label: 'x' })).toBe('SRV_LABEL_UNAVAILABLE');
  });

  it('keeps labels of its own', () => {
    const { manager } = new Bench();
    const labels = new Map([['a', v(1)]]);
    manager.setLabels(name, labels);
    labels.set('b', v(2));
    expect(manager.labels(name)).toEqual(new Map([['a', 1n]]));
  });
});

describe('close', () => {
  it('waits for handles, then unloads, then runs the hooks; twice is once', async () => {
    const hooks = createHooks();
    const bench = new Bench({ hooks });
    const ends: string[] = [];
    hooks.close.tapPromise('test', async () => void ends.push(`hooks at ${String(bench.states.at(-1))}`));
    bench.aspire([1]);
    await bench.load(1);
    const handle = bench.manager.acquire({ kind: 'latest', name });
    const closing = bench.manager.close();
    expect(bench.manager.close()).toBe(closing);
    expect(codeOf(() => bench.manager.acquire({ kind: 'latest', name }))).toBe('SRV_MANAGER_CLOSED');
    expect(codeOf(() => bench.aspire([2]))).toBe('SRV_MANAGER_CLOSED');
    await settled();
    expect(bench.state(1)).toBe('draining');
    handle.release();
    await bench.loader(1).unloaded();
    await closing;
    expect(ends).toEqual(['hooks at 1 ended']);
    expect(bench.loader(1).calls).toEqual(['estimate', 'load', 'unload']);
  });

  it('cancels loads that go on and waits for their end', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.loader(1).estimated();
    let isClosed = false;
    const closing = bench.manager[Symbol.asyncDispose]().then(() => (isClosed = true));
    await settled();
    expect([bench.loader(1).signal?.aborted, isClosed]).toEqual([true, false]);
    await bench.loader(1).fail('load', new Error('aborted'));
    await bench.loader(1).unloaded();
    await closing;
    expect(bench.states.at(-1)).toBe('1 ended SRV_LOAD_CANCELLED');
  });

  it('does not wait for an estimate that ignores the signal', async () => {
    const bench = new Bench();
    bench.aspire([1]);
    await bench.manager.close();
    expect(bench.states.at(-1)).toBe('1 ended SRV_LOAD_CANCELLED');
  });

  it('unloads under a policy that never does, and when an observer asks for it', async () => {
    const hooks = createHooks();
    const next: TransitionPolicy['next'] = (versions) => {
      const found = versions.find((each) => each.state === 'new');
      return found && { kind: 'load', version: found.version };
    };
    const bench = new Bench({ hooks, policy: { name: 'hoard', next } });
    let closing: Promise<void> | undefined;
    hooks.stateChanged.tap('close', ({ state }) => {
      if (state === 'ready' || state === 'draining') closing = bench.manager.close();
    });
    bench.aspire([1]);
    await bench.load(1);
    await bench.loader(1).unloaded();
    await closing;
    expect(bench.states.at(-1)).toBe('1 ended');
  });

  it('of an empty manager runs the hooks', async () => {
    const hooks = createHooks();
    const run = vi.fn<() => Promise<void>>(async () => {});
    hooks.close.tapPromise('test', run);
    await createManager({ hooks }).close();
    expect(run).toHaveBeenCalledOnce();
  });
});

it('logs a policy that throws, and goes on', async () => {
  const error = vi.fn<(fields: object, message: string) => void>();
  const next = (): never => {
    throw new Error('bug');
  };
  const manager = createManager({ policy: { name: 'bad', next }, logger: { ...silentLogger, error } });
  manager.aspire({ name, versions: [{ version: v(1), value: { createLoader: () => new FakeLoader() } }] });
  expect(error).toHaveBeenCalledWith({ err: new Error('bug'), policy: 'bad' }, expect.stringContaining('policy'));
  await manager.close();
});
