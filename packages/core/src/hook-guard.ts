import type { AsyncSeriesHook, SyncHook } from 'tapable';
import { servableError } from './errors.ts';
import { HOOK_PATIENCE_MS, type SlowTap } from './hook-patience.ts';
import type { Logger } from './logger.ts';
import { messageOf, ServingError } from './serving-error.ts';

/** What a tap of a hook that may fail can ask for, beside tapable's own options. */
export interface FaultOptions {
  /**
   * Whether a ServingError of this tap reaches the caller as it was thrown, without the tap's name. For taps whose errors say
   * themselves what they are about. Default: false.
   */
  readonly keepsErrors?: boolean;
}

/** What becomes of a tap's error: the error to throw instead, or `undefined` when it stops here. */
export type TapFault = (hook: string, tap: string, error: unknown) => ServingError | undefined;

/**
 * Asked once for each tap: what is to be told how long it takes, to the end of its promise where it gives one. `undefined`: nothing,
 * and the tap costs nothing more.
 */
export type TapTimer = (hook: string, tap: string) => ((tookMs: number) => void) | undefined;

/** For hooks that only notify. */
export function logTo(logger: Logger): TapFault {
  return (hook, tap, error) => {
    logger.error({ hook, tap, err: error }, `Plugin '${tap}' failed in hook '${hook}'`);
    return undefined;
  };
}

/** For hooks that may fail: a ServingError keeps its code, status and arguments, and its text gets the tap's name. */
export function failByName(hook: string, tap: string, error: unknown): ServingError {
  const named = servableError('SRV_HOOK_FAILED', [hook, tap, messageOf(error)], { cause: error });
  if (!ServingError.is(error)) return named;
  const { code, status, args } = error;
  return new ServingError({ code, status, args, message: named.message, cause: error });
}

/** Wraps each tap of an observing hook: its error, or its promise's, goes to `fault`, and the others run. */
export function guardObservers<T>(hook: SyncHook<T>, fault: TapFault): SyncHook<T> {
  hook.intercept({
    register: (tap) => ({ ...tap, fn: observer(tap.fn, (error) => fault(hook.name ?? '', tap.name, error)) }),
  });
  return countTapsOnly(hook);
}

/** What becomes of taps that throw, and of those that take long. */
export interface SeriesGuard {
  readonly fault: TapFault;
  readonly slow: SlowTap;
  /** Whether the hook goes on without a tap that takes long. */
  readonly leavesSlowTaps?: boolean;
}

/** Wraps each tap of an asynchronous hook: its error goes through `fault`, and `slow` is told when it takes long. Refuses `tap()`. */
export function guardSeries<Hook extends SeriesHook>(hook: Hook, { fault, slow, leavesSlowTaps = false }: SeriesGuard): Hook {
  const name = hook.name ?? '';
  hook.intercept({
    register(tap) {
      if (tap.type === 'sync') throw servableError('SRV_HOOK_TAP_ASYNC', [name, tap.name]);
      const stop: Stop = (error) => (tap.keepsErrors === true && ServingError.is(error) ? error : fault(name, tap.name, error));
      const tell = (args: readonly unknown[]): void => slow(name, tap.name, args);
      const fn = tap.type === 'promise' ? promising(watched(tap.fn, tell, leavesSlowTaps), stop) : callingBack(tap.fn, stop, tell);
      return { ...tap, fn };
    },
  });
  return countTapsOnly(hook);
}

/** Runs the taps of a hook in reverse order of registration, whatever stage they ask for. */
export function reversed<T>(hook: AsyncSeriesHook<T>): AsyncSeriesHook<T> {
  let registered = 0;
  hook.intercept({
    register(tap) {
      registered += 1;
      const placed = { ...tap, stage: -registered };
      delete placed.before;
      return placed;
    },
  });
  return hook;
}

/** Measures the taps that somebody wants to know of. To be called before anything taps. */
export function timeTaps(hook: TimedHook, timerOf: TapTimer): void {
  hook.intercept({
    register(tap) {
      // The time of a tap that calls back is the business of whoever it calls.
      if (tap.type === 'async') return tap;
      const told = timerOf(hook.name ?? '', tap.name);
      return told === undefined ? tap : { ...tap, fn: timed(tap.fn, told) };
    },
  });
}

/** Tapable's own `isUsed` also counts interceptors: with the ones of this file it would always say yes. */
function countTapsOnly<Hook extends { isUsed(): boolean; readonly taps: readonly unknown[] }>(hook: Hook): Hook {
  hook.isUsed = () => hook.taps.length > 0;
  return hook;
}

/** What the asynchronous hooks of tapable have in common, whatever they return. */
interface SeriesHook {
  readonly name: string | undefined;
  readonly taps: readonly unknown[];
  isUsed(): boolean;
  intercept(interceptor: { register(tap: RegisteredTap): RegisteredTap }): void;
}

/** What all hooks of tapable have in common for {@link timeTaps}. */
export interface TimedHook {
  readonly name: string | undefined;
  intercept(interceptor: { register(tap: RegisteredTap): RegisteredTap }): void;
}

interface RegisteredTap extends FaultOptions {
  readonly name: string;
  readonly type: 'sync' | 'async' | 'promise';
  readonly fn: Tap;
}

type Stop = (error: unknown) => ServingError | undefined;
/** What tapable's types call a tap. */
type Tap = Function;

function observer(tap: Tap, stop: Stop): Tap {
  return (...args: unknown[]) => {
    try {
      const result: unknown = Reflect.apply(tap, undefined, args);
      if (result instanceof Promise) result.catch(stop);
    } catch (error) {
      stop(error);
    }
  };
}

function promising(tap: Tap, stop: Stop): Tap {
  return async (...args: unknown[]): Promise<unknown> => {
    try {
      return (await Reflect.apply(tap, undefined, args)) as unknown;
    } catch (error) {
      const fault = stop(error);
      if (fault !== undefined) throw fault;
      return undefined;
    }
  };
}

/** Tells when its promise takes long, and then, where that is wanted, goes on as if it had ended. */
function watched(tap: Tap, tell: (args: readonly unknown[]) => void, leaves: boolean): Tap {
  return async (...args: unknown[]): Promise<unknown> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        tell(args);
        if (leaves) resolve(undefined);
      }, HOOK_PATIENCE_MS);
    });
    try {
      const ended = Reflect.apply(tap, undefined, args) as unknown;
      return await (leaves ? Promise.race([ended, late]) : ended);
    } finally {
      clearTimeout(timer);
    }
  };
}

function timed(tap: Tap, done: (tookMs: number) => void): Tap {
  return (...args: unknown[]): unknown => {
    const startedMs = performance.now();
    const end = (): void => done(performance.now() - startedMs);
    try {
      const result: unknown = Reflect.apply(tap, undefined, args);
      if (!(result instanceof Promise)) end();
      else void result.then(end, end);
      return result;
    } catch (error) {
      end();
      throw error;
    }
  };
}

/** `tapAsync`: the last argument is called back with the error first. */
function callingBack(tap: Tap, stop: Stop, tell: (args: readonly unknown[]) => void): Tap {
  return (...args: unknown[]) => {
    const callback = args.pop() as (error: unknown, result?: unknown) => void;
    const timer = setTimeout(tell, HOOK_PATIENCE_MS, args);
    const done = (error: unknown, result?: unknown): void => {
      clearTimeout(timer);
      callback(isFault(error) ? stop(error) : error, result);
    };
    try {
      Reflect.apply(tap, undefined, [...args, done]);
    } catch (error) {
      done(error);
    }
  };
}

function isFault(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false;
}
