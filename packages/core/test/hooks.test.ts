import { describe, expect, it } from 'vitest';
import { createHooks, type AdmitRequest, type Hooks, type Logger, type RequestDone, parseModelName, parseVersion, ServingError, servableError } from '../src/index.ts';
import { fakeServable } from './fake-loader.ts';

const id = { name: parseModelName('m'), version: parseVersion(1) };
const loadContext = { id, artifact: undefined, signal: new AbortController().signal };
const loader = { estimate: async () => ({ ramBytes: 0 }), load: async () => fakeServable(), unload: async () => {} };
const request: AdmitRequest = {
  name: id.name,
  signature: 's',
  protocol: 'p',
  requestId: 'r',
  peer: '',
  headers: new Map(),
  attributes: new Map(),
};

function recordingLogger(): Logger & { readonly errors: { fields: object; message: string }[] } {
  const errors: { fields: object; message: string }[] = [];
  return { errors, debug() {}, info() {}, warn() {}, error: (fields, message) => void errors.push({ fields, message }) };
}

const observers = [
  'aspired',
  'stateChanged',
  'requestStarted',
  'requestDone',
  'requestLogged',
  'batchClosed',
  'batchDone',
  'sourceRequest',
  'downloadChanged',
] as const;
const series: Record<'beforeLoad' | 'warmup' | 'wrapServable' | 'admit', (hooks: Hooks) => Promise<unknown>> = {
  beforeLoad: (hooks) => hooks.beforeLoad.promise(loader, loadContext),
  warmup: (hooks) => hooks.warmup.promise(fakeServable(), loadContext),
  wrapServable: (hooks) => hooks.wrapServable.promise(fakeServable(), loadContext),
  admit: (hooks) => hooks.admit.promise(request),
};
const seriesNames = ['beforeLoad', 'warmup', 'wrapServable', 'admit'] as const;

it('makes a frozen record, a new one each time', () => {
  const hooks = createHooks();
  expect(Object.isFrozen(hooks)).toBe(true);
  expect(createHooks().admit).not.toBe(hooks.admit);
});

it.each([...observers, ...seriesNames, 'close'] as const)('%s is used only once something taps it', (name) => {
  const hooks = createHooks();
  expect(hooks[name].isUsed()).toBe(false);
  if (name in series || name === 'close') hooks[name as 'close'].tapPromise('plugin', async () => {});
  else hooks[name as 'aspired'].tap('plugin', () => {});
  expect(hooks[name].isUsed()).toBe(true);
});

describe.each(observers)('the observing hook %s', (name) => {
  it('logs what a tap throws with both names, and runs the others', () => {
    const logger = recordingLogger();
    const hook = createHooks(logger)[name] as Hooks['stateChanged'];
    const fault = new Error('broken');
    const seen: unknown[] = [];
    hook.tap('first', (value) => void seen.push(value));
    hook.tap('bad', () => {
      throw fault;
    });
    hook.tap('last', (value) => void seen.push(value));
    const value = { id, state: 'ready' } as const;
    hook.call(value);
    expect(seen).toEqual([value, value]);
    expect(logger.errors).toEqual([
      { fields: { hook: name, tap: 'bad', err: fault }, message: `Plugin 'bad' failed in hook '${name}'` },
    ]);
  });

  it('logs a promise that an async tap left to reject', async () => {
    const logger = recordingLogger();
    const hook = createHooks(logger)[name] as Hooks['stateChanged'];
    const fault = new Error('later');
    // An async function is assignable to a tap that returns nothing: this is how the mistake is made.
    // oxlint-disable-next-line servable/no-async-tap, typescript/no-misused-promises
    hook.tap('late', async () => {
      throw fault;
    });
    hook.call({ id, state: 'new' });
    await Promise.resolve();
    expect(logger.errors.map((each) => each.fields)).toEqual([{ hook: name, tap: 'late', err: fault }]);
  });
});

describe('a tap of warmup that keeps its errors', () => {
  const rejecting = (fault: Error): Promise<unknown> => {
    const hooks = createHooks();
    hooks.warmup.tapPromise({ name: 'acme-plugin', keepsErrors: true }, async () => {
      throw fault;
    });
    return series['warmup'](hooks).catch((thrown: unknown) => thrown);
  };

  it('throws a ServingError as it is', async () => {
    const fault = servableError('SRV_MODEL_NOT_FOUND', ['users']);
    expect(await rejecting(fault)).toBe(fault);
  });

  it('is named where it throws anything else', async () => {
    expect(await rejecting(new TypeError('x is undefined'))).toMatchObject({ code: 'SRV_HOOK_FAILED', args: ['warmup', 'acme-plugin', 'x is undefined'] });
  });
});

describe.each(seriesNames)('the failing hook %s', (name) => {
  it('rejects with the tap named and the thrown error as the cause', async () => {
    const hooks = createHooks();
    const fault = new TypeError('x is undefined');
    hooks[name as 'warmup'].tapPromise('acme-plugin', async () => {
      throw fault;
    });
    const error = await series[name](hooks).catch((thrown: unknown) => thrown);
    expect(ServingError.is(error)).toBe(true);
    expect(error).toMatchObject({
      code: 'SRV_HOOK_FAILED',
      status: 'INTERNAL',
      message: `Plugin 'acme-plugin' failed in hook '${name}': x is undefined`,
      cause: fault,
    });
  });

  it('keeps code, status and arguments of a ServingError', async () => {
    const hooks = createHooks();
    const fault = servableError('SRV_MODEL_NOT_FOUND', ['users']);
    hooks[name as 'warmup'].tapPromise('acme-plugin', async () => {
      throw fault;
    });
    const error = await series[name](hooks).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SRV_MODEL_NOT_FOUND', status: 'NOT_FOUND', args: ['users'], cause: fault });
    expect((error as Error).message).toContain("'acme-plugin'");
  });

  it.each(['throws', 'calls back'])('names a tapAsync tap that %s', async (how) => {
    const hooks = createHooks();
    hooks[name as 'close'].tapPromise('before', async () => {});
    hooks[name as 'close'].tapAsync('old-style', (...args: unknown[]) => {
      if (how === 'throws') throw new Error('no');
      (args.at(-1) as (error: Error) => void)(new Error('no'));
    });
    await expect(series[name](hooks)).rejects.toMatchObject({ code: 'SRV_HOOK_FAILED', args: [name, 'old-style', 'no'] });
  });

  it('refuses a synchronous tap, and runs as if it had not been tried', async () => {
    const hooks = createHooks();
    // oxlint-disable-next-line servable/no-async-tap, typescript/no-misused-promises
    expect(() => hooks[name as 'warmup'].tap('hasty', async () => {})).toThrow(
      expect.objectContaining({ code: 'SRV_HOOK_TAP_ASYNC', args: [name, 'hasty'] }),
    );
    expect(hooks[name].isUsed()).toBe(false);
    await expect(series[name](hooks)).resolves.not.toThrow();
  });
});

it('passes what one wrapServable tap made to the next, and undefined keeps what there was', async () => {
  const hooks = createHooks();
  const wrapped = fakeServable();
  hooks.wrapServable.tapPromise('wraps', async () => wrapped);
  // A plugin in plain JavaScript may return nothing.
  hooks.wrapServable.tapPromise('looks', (async () => undefined) as never);
  await expect(hooks.wrapServable.promise(fakeServable(), loadContext)).resolves.toBe(wrapped);
});

it('stops at the first admit tap that answers', async () => {
  const hooks = createHooks();
  const refusal = servableError('SRV_MODEL_NOT_FOUND', ['m']);
  const asked: string[] = [];
  const noting = (name: string) => async () => {
    asked.push(name);
    return undefined;
  };
  hooks.admit.tapPromise('no opinion', noting('no opinion'));
  hooks.admit.tapPromise('refuses', async () => refusal);
  hooks.admit.tapPromise('too late', noting('too late'));
  await expect(hooks.admit.promise(request)).resolves.toBe(refusal);
  expect(asked).toEqual(['no opinion']);
});

describe('close', () => {
  it('runs taps in reverse order of registration, whatever place they ask for', async () => {
    const hooks = createHooks();
    const order: string[] = [];
    hooks.close.tapPromise('a', async () => void order.push('a'));
    hooks.close.tapPromise({ name: 'b', stage: 100 }, async () => void order.push('b'));
    hooks.close.tapPromise({ name: 'c', before: 'a' }, async () => void order.push('c'));
    hooks.close.tapAsync('d', (done) => {
      order.push('d');
      done();
    });
    await hooks.close.promise();
    expect(order).toEqual(['d', 'c', 'b', 'a']);
  });

  it('logs what a tap throws and still runs the rest', async () => {
    const logger = recordingLogger();
    const hooks = createHooks(logger);
    const order: string[] = [];
    hooks.close.tapPromise('first', async () => void order.push('first'));
    hooks.close.tapPromise('bad', async () => {
      throw new Error('stuck');
    });
    hooks.close.tapAsync('worse', (done) => done(new Error('torn')));
    hooks.close.tapPromise('last', async () => void order.push('last'));
    await hooks.close.promise();
    expect(order).toEqual(['last', 'first']);
    expect(logger.errors.map((each) => each.message)).toEqual([
      "Plugin 'worse' failed in hook 'close'",
      "Plugin 'bad' failed in hook 'close'",
    ]);
  });

  it('refuses a synchronous tap', () => {
    expect(() => createHooks().close.tap('hasty', () => {})).toThrow(expect.objectContaining({ code: 'SRV_HOOK_TAP_ASYNC' }));
  });
});

describe('with someone who asks for times', () => {
  it('tells how long each tap took, to the end of its promise, whether it throws or not', async () => {
    const told: string[] = [];
    const hooks = createHooks(recordingLogger(), (hook, tap) => (tap === 'quiet' ? undefined : (tookMs) => void told.push(`${hook} ${tap} ${tookMs >= 0}`)));
    hooks.requestDone.tap('quiet', () => {});
    hooks.requestDone.tap('observer', () => {
      throw new Error('broken');
    });
    let finish: () => void = () => {};
    hooks.warmup.tapPromise('waits', () => new Promise<void>((resolve) => (finish = resolve)));
    hooks.requestDone.call({} as RequestDone);
    expect(told).toEqual(['requestDone observer true']);
    const warm = hooks.warmup.promise(fakeServable(), loadContext);
    expect(told).toHaveLength(1);
    finish();
    await warm;
    expect(told).toEqual(['requestDone observer true', 'warmup waits true']);
  });

  it('gives on what a tap gives', async () => {
    const hooks = createHooks(recordingLogger(), () => () => {});
    const wrapped = fakeServable();
    hooks.wrapServable.tapPromise('wraps', async () => wrapped);
    expect(await hooks.wrapServable.promise(fakeServable(), loadContext)).toBe(wrapped);
  });
});
