import { servableError } from '../errors.ts';
import type { Hooks } from '../hooks.ts';
import type { LifecycleState, ServableState } from '../lifecycle-state.ts';
import type { LoaderFactory, ResourceEstimate } from '../loader.ts';
import type { Logger } from '../logger.ts';
import { formatServableId, type ServableId } from '../servable-id.ts';
import type { Servable } from '../servable.ts';
import { ServingError } from '../serving-error.ts';
import type { Artifact } from '../source.ts';
import type { Phase } from './lifecycle.ts';
import { LoadAttempt } from './load-attempt.ts';
import type { ResourceLedger } from './resource-ledger.ts';
import { ServedVersion } from './served-version.ts';
import type { ServingMap } from './serving-map.ts';

/** What the manager needs of an aspired version. */
export interface Loadable {
  readonly createLoader: LoaderFactory;
  /** Where the files are, for hooks; `undefined` when there are none. */
  readonly artifact?: Artifact;
}

/** What a harness shares with the manager it lives in. */
export interface HarnessContext {
  readonly hooks: Hooks;
  readonly logger: Logger;
  readonly ledger: ResourceLedger<Harness>;
  readonly servingMap: ServingMap;
  /** As it is now. */
  pace(): { readonly maxLoadRetries: number; readonly loadRetryIntervalMs: number };
  readonly isRetryable: (error: ServingError) => boolean;
  /** Runs an event of this harness in turn with all others, and decides anew after it. */
  post(harness: Harness, event: () => void): void;
  publish(state: ServableState): void;
}

/**
 * One life of one version, from `new` to `ended`; a version aspired again after its end gets a new harness.
 *
 * Public methods are called in the manager's turn and change `phase` at once; what they start ends in a `post`. The phases,
 * and what holds in each, are in `lifecycle.ts`.
 */
export class Harness {
  readonly id: ServableId;
  readonly #loadable: Loadable | undefined;
  readonly #context: HarnessContext;
  #phase: Phase = 'queued';
  #state: LifecycleState = 'new';
  /** Why it will end, once that is decided; it may take until then to free what it holds. */
  #endError: ServingError | undefined;
  #isTornDown = false;
  #isStalled = false;
  #attempt: LoadAttempt | undefined;
  #estimate: ResourceEstimate | undefined;
  #served: ServedVersion | undefined;
  #failedAttempts = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(id: ServableId, loadable: Loadable | undefined, context: HarnessContext) {
    this.id = id;
    this.#loadable = loadable;
    this.#context = context;
  }

  static start(id: ServableId, loadable: Loadable, context: HarnessContext): Harness {
    const harness = new Harness(id, loadable, context);
    harness.#publish('new');
    return harness;
  }

  /** For a version of which its source says that it cannot be had. */
  static endedWith(id: ServableId, error: ServingError, context: HarnessContext): Harness {
    const harness = new Harness(id, undefined, context);
    harness.fail(error);
    return harness;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Of the newest attempt; known from `estimated` on. */
  get estimate(): ResourceEstimate | undefined {
    return this.#estimate;
  }

  /** It ends because nobody wanted it, not because it failed: aspired again, the version starts anew. */
  get isTornDown(): boolean {
    return this.#isTornDown;
  }

  /** A plugin holds its load up: others need not wait for it. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** From `queued`. */
  startEstimate(): void {
    if (this.#loadable === undefined) return;
    const { createLoader, artifact } = this.#loadable;
    const onStalled = (): void => this.#postOf(attempt, () => (this.#isStalled = true));
    const attempt = new LoadAttempt({ id: this.id, createLoader, artifact, hooks: this.#context.hooks, onStalled });
    this.#attempt = attempt;
    this.#isStalled = false;
    this.#phase = 'estimating';
    attempt.estimate().then(
      (estimate) => this.#postOf(attempt, () => this.#estimated(estimate)),
      (error: unknown) => this.#postOf(attempt, () => this.#attemptFailed(error)),
    );
  }

  /** From `estimated`, when the estimate fits the ledger. */
  startLoad(): void {
    const attempt = this.#attempt;
    if (attempt === undefined || this.#estimate === undefined) return;
    this.#context.ledger.reserve(this, this.#estimate);
    this.#phase = 'loading';
    if (this.#state === 'new') this.#publish('loading');
    void this.#runLoad(attempt);
  }

  /** Ends a version that has nothing loaded, for good. */
  fail(error: ServingError): void {
    this.#endError = error;
    this.#attempt?.abort(error);
    this.#end();
  }

  /** The version is no longer wanted. A `ready` one stays until the policy says `unload`. */
  cancel(): void {
    const cancelled = servableError('SRV_LOAD_CANCELLED', [this.id.name, String(this.id.version)]);
    switch (this.#phase) {
      case 'queued':
      case 'estimating':
      case 'estimated':
      case 'pausing':
        this.#isTornDown = true;
        this.fail(cancelled);
        break;
      case 'loading':
        this.#isTornDown = true;
        this.#endError = cancelled;
        this.#phase = 'unloading';
        this.#publish('unloading');
        // #runLoad goes on from here: nothing is unloaded under a load, a wrapper or a warm-up that still runs.
        this.#attempt?.abort(cancelled);
        break;
      default:
    }
  }

  /** From `ready`: gives out no handle more, and unloads when the last one is back. */
  drain(): void {
    const served = this.#served;
    if (served === undefined) return;
    this.#isTornDown = true;
    this.#phase = 'draining';
    this.#publish('draining');
    this.#context.servingMap.remove(this.id);
    this.#served = undefined;
    served.onceUnused(() => this.#context.post(this, () => this.#startUnload()));
  }

  #estimated(estimate: ResourceEstimate): void {
    this.#estimate = estimate;
    this.#phase = 'estimated';
  }

  async #runLoad(attempt: LoadAttempt): Promise<void> {
    try {
      const servable = await attempt.load();
      this.#postOf(attempt, () => this.#loaded(servable));
    } catch (error) {
      await this.#unload(attempt);
      this.#postOf(attempt, () => this.#attemptFailed(error));
    }
  }

  #loaded(servable: Servable): void {
    if (this.#phase === 'unloading') return this.#startUnload();
    this.#served = new ServedVersion(this.id, servable);
    this.#context.servingMap.add(this.#served);
    this.#phase = 'ready';
    this.#publish('ready');
  }

  /** The attempt has been cleaned up by now. */
  #attemptFailed(thrown: unknown): void {
    if (this.#phase === 'unloading') return this.#end();
    const error = ServingError.from(thrown);
    this.#attempt = undefined;
    this.#context.ledger.release(this);
    this.#failedAttempts += 1;
    if (this.#failedAttempts > this.#context.pace().maxLoadRetries || !this.#isRetryable(error)) return this.fail(error);
    this.#log('warn', { err: error, failedAttempts: this.#failedAttempts }, 'Loading failed and will be tried again');
    return this.#pause();
  }

  #pause(): void {
    const { loadRetryIntervalMs } = this.#context.pace();
    this.#phase = 'pausing';
    const resume = (): void => {
      if (this.#phase === 'pausing') this.#phase = 'queued';
    };
    if (loadRetryIntervalMs <= 0) return resume();
    this.#retryTimer = setTimeout(() => this.#context.post(this, resume), loadRetryIntervalMs);
  }

  #isRetryable(error: ServingError): boolean {
    try {
      return this.#context.isRetryable(error);
    } catch (fault) {
      this.#log('error', { err: fault }, 'isRetryable threw: the load is not tried again');
      return false;
    }
  }

  #startUnload(): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    this.#phase = 'unloading';
    if (this.#state !== 'unloading') this.#publish('unloading');
    void this.#unload(attempt).then(() => this.#postOf(attempt, () => this.#end()));
  }

  /** Never rejects: what a Loader cannot free is logged, and the version is gone all the same. */
  async #unload(attempt: LoadAttempt): Promise<void> {
    try {
      await attempt.unload();
    } catch (error) {
      this.#log('error', { err: error }, 'Unloading failed: what the Loader held may not be freed');
    }
  }

  #end(): void {
    clearTimeout(this.#retryTimer);
    this.#attempt = undefined;
    this.#context.ledger.release(this);
    this.#phase = 'ended';
    this.#publish('ended');
  }

  /** For what an attempt comes to; dropped when the version has given that attempt up. */
  #postOf(attempt: LoadAttempt, event: () => void): void {
    this.#context.post(this, () => {
      if (this.#attempt === attempt) event();
    });
  }

  #publish(state: LifecycleState): void {
    this.#state = state;
    const error = state === 'ended' ? this.#endError : undefined;
    if (error !== undefined && !this.#isTornDown) this.#log('error', { err: error }, `${formatServableId(this.id)} ended with an error: ${error.message}`);
    else this.#log('debug', {}, `The version is ${state}`);
    this.#context.publish(error === undefined ? { id: this.id, state } : { id: this.id, state, error });
  }

  #log(level: 'debug' | 'warn' | 'error', fields: object, message: string): void {
    this.#context.logger[level]({ model: this.id.name, version: String(this.id.version), ...fields }, message);
  }
}
