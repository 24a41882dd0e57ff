import { servableError } from '../errors.ts';
import { withPatience } from '../hook-patience.ts';
import type { Hooks, LoadContext } from '../hooks.ts';
import type { Loader, LoaderFactory, ResourceEstimate } from '../loader.ts';
import type { ServableId } from '../servable-id.ts';
import type { Servable } from '../servable.ts';
import { messageOf, ServingError } from '../serving-error.ts';
import type { Artifact } from '../source.ts';

export interface LoadAttemptOptions {
  readonly id: ServableId;
  readonly createLoader: LoaderFactory;
  readonly artifact: Artifact | undefined;
  readonly hooks: Hooks;
  /** A plugin holds this load up. */
  onStalled(): void;
}

/**
 * One try to load a version: one Loader, asked once for each of its steps, in order. Every error is a ServingError. An abort waits for
 * the step that goes on, except for a plugin that already took too long.
 *
 * `unload` may come only after `load` settled, and calls the Loader's once if its `load` was called, else not at all.
 */
export class LoadAttempt {
  readonly #options: LoadAttemptOptions;
  readonly #abort = new AbortController();
  #loader: Loader | undefined;
  #mustUnload = false;

  constructor(options: LoadAttemptOptions) {
    this.#options = options;
  }

  async estimate(): Promise<ResourceEstimate> {
    try {
      this.#loader = this.#options.createLoader();
      return wholeBytes(await this.#loader.estimate(this.#abort.signal));
    } catch (error) {
      throw this.#named('SRV_ESTIMATE_FAILED', error);
    }
  }

  /** Hooks, `load`, wrapping and warm-up; resolves with what is to be served. */
  async load(): Promise<Servable> {
    const { hooks, id, artifact } = this.#options;
    const loader = this.#loader;
    if (loader === undefined) throw servableError('SRV_INTERNAL', ['load() before estimate()']);
    const context: LoadContext = { id, artifact, signal: this.#abort.signal };
    try {
      if (hooks.beforeLoad.isUsed()) await this.#patiently(hooks.beforeLoad.promise(loader, context));
      this.#abort.signal.throwIfAborted();
      this.#mustUnload = true;
      const loaded = await loader.load(context.signal);
      const servable = hooks.wrapServable.isUsed() ? await this.#patiently(hooks.wrapServable.promise(loaded, context)) : loaded;
      if (hooks.warmup.isUsed()) await this.#patiently(hooks.warmup.promise(servable, context));
      return servable;
    } catch (error) {
      throw this.#named('SRV_LOAD_FAILED', error);
    }
  }

  async unload(): Promise<void> {
    const loader = this.#loader;
    this.#loader = undefined;
    if (this.#mustUnload) await loader?.unload();
  }

  abort(reason: ServingError): void {
    this.#abort.abort(reason);
  }

  #patiently<T>(hook: Promise<T>): Promise<T> {
    return withPatience(hook, this.#abort.signal, () => this.#options.onStalled());
  }

  #named(code: 'SRV_LOAD_FAILED' | 'SRV_ESTIMATE_FAILED', error: unknown): ServingError {
    if (ServingError.is(error)) return error;
    const { name, version } = this.#options.id;
    return servableError(code, [name, String(version), messageOf(error)], { cause: error });
  }
}

/** Rounded up, so that sums stay exact. Anything but a number of bytes would spoil the ledger for all. */
function wholeBytes(estimate: ResourceEstimate): ResourceEstimate {
  const deviceBytes = Object.entries(estimate.deviceBytes ?? {}).map(([device, bytes]) => [device, wholeNumber(bytes)] as const);
  return { ramBytes: wholeNumber(estimate.ramBytes), deviceBytes: Object.fromEntries<number>(deviceBytes) };
}

function wholeNumber(bytes: number): number {
  const whole = Math.ceil(bytes);
  if (Number.isSafeInteger(whole) && whole >= 0) return whole;
  throw new RangeError(`the Loader's estimate '${bytes}' is not a number of bytes`);
}
