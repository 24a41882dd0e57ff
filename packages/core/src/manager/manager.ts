import type { AspiredVersions } from '../aspired.ts';
import { servableError } from '../errors.ts';
import { createHooks, type Hooks } from '../hooks.ts';
import type { ResourceEstimate } from '../loader.ts';
import { type Logger, silentLogger } from '../logger.ts';
import type { ModelName, ServableRequest, Version } from '../servable-id.ts';
import type { ServableHandle } from '../servable-handle.ts';
import type { ServingError, Status } from '../serving-error.ts';
import type { Harness, HarnessContext, Loadable } from './harness.ts';
import { ManagedModel } from './managed-model.ts';
import { preserveAvailability, type TransitionPolicy } from './policies.ts';
import { type ModelView, reconcile, type ReconcileAction, viewModel } from './reconcile.ts';
import { ResourceLedger } from './resource-ledger.ts';
import { ServingMap } from './serving-map.ts';
import { StateMonitor } from './state-monitor.ts';

/** What of a manager's options can change while it works. */
export interface ManagerPace {
  /** Loads that go on at once, at least 1. A cancelled load that does not stop, and one that a plugin
   * holds up, count no more. Default: 4. */
  readonly maxConcurrentLoads: number;
  /** Unloads that go on at once, at least 1, from when a version gives out no handle more. Default: no limit. */
  readonly maxConcurrentUnloads: number;
  /** Tries after the first failed one. Default: 2. */
  readonly maxLoadRetries: number;
  /** Between tries; 0 or less: none. Default: 1000. */
  readonly loadRetryIntervalMs: number;
}

/** How a manager works. All but its pace is read once, when it is made; a record of hooks belongs to one manager. */
export interface ManagerOptions extends Partial<ManagerPace> {
  /** Default: a new record. */
  readonly hooks?: Hooks;
  /** Default: `preserveAvailability`. */
  readonly policy?: TransitionPolicy;
  /** What all loaded versions together may take. Default: no limit. */
  readonly limits?: Partial<ResourceEstimate>;
  /** Whether a failed load is tried again. Default: not for faults that stay (bad arguments, files not found, …). */
  readonly isRetryable?: (error: ServingError) => boolean;
  /** Gets transitions (debug), failed tries (warn), and errors where they stop. Default: nothing is logged. */
  readonly logger?: Logger;
}

const RETRYABLE: ReadonlySet<Status> = new Set<Status>([
  'UNKNOWN',
  'UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'INTERNAL',
  'DEADLINE_EXCEEDED',
]);

const DEFAULT_PACE: ManagerPace = { maxConcurrentLoads: 4, maxConcurrentUnloads: Infinity, maxLoadRetries: 2, loadRetryIntervalMs: 1000 };

/** What is there of a pace, within its bounds. */
function given({ maxConcurrentLoads, maxConcurrentUnloads, maxLoadRetries, loadRetryIntervalMs }: Partial<ManagerPace>): Partial<ManagerPace> {
  return {
    ...(maxConcurrentLoads === undefined ? {} : { maxConcurrentLoads: Math.max(1, maxConcurrentLoads) }),
    ...(maxConcurrentUnloads === undefined ? {} : { maxConcurrentUnloads: Math.max(1, maxConcurrentUnloads) }),
    ...(maxLoadRetries === undefined ? {} : { maxLoadRetries }),
    ...(loadRetryIntervalMs === undefined ? {} : { loadRetryIntervalMs }),
  };
}

/** For `close`: whatever the policy was, everything goes. */
const unloadAll: TransitionPolicy = {
  name: 'unload-all',
  next(versions) {
    const ready = versions.find((each) => each.state === 'ready');
    return ready && { kind: 'unload', version: ready.version };
  },
};

/** A policy that throws must not end the process, nor keep other models from being looked at. */
function guarded(policy: TransitionPolicy, logger: Logger): TransitionPolicy {
  return {
    name: policy.name,
    next(versions) {
      try {
        return policy.next(versions);
      } catch (error) {
        logger.error({ err: error, policy: policy.name }, 'The transition policy threw: nothing is done for this model');
        return undefined;
      }
    },
  };
}

/** Makes a manager of its own. */
export function createManager(options: ManagerOptions = {}): Manager {
  return new Manager(options);
}

/**
 * Keeps, for every model, the versions that are aspired, and nothing else, loaded.
 *
 * Every event (a set, the end of an estimate, load or unload, the release of a last handle, a retry timer) waits its turn;
 * after each, `reconcile` decides until nothing is left to do. So code that runs in a hook may call any method here.
 * A policy must be pure: it is asked again about a model only when one of its versions changed.
 */
export class Manager {
  readonly hooks: Hooks;
  readonly states: StateMonitor = new StateMonitor();
  readonly #logger: Logger;
  readonly #servingMap = new ServingMap();
  readonly #ledger: ResourceLedger<Harness>;
  #pace: ManagerPace;
  readonly #harnessContext: HarnessContext;
  readonly #models = new Map<ModelName, ManagedModel>();
  /** Models to be looked at anew before the next decision. */
  readonly #changed = new Set<ManagedModel>();
  /** Models in which something goes on or is wanted, as last seen: the others cost nothing. */
  readonly #active = new Map<ManagedModel, ModelView<Harness>>();
  readonly #turns: (() => void)[] = [];
  #isTakingTurns = false;
  #policy: TransitionPolicy;
  #closed: Promise<void> | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(options: ManagerOptions = {}) {
    this.#logger = options.logger ?? silentLogger;
    this.hooks = options.hooks ?? createHooks(this.#logger);
    this.#policy = guarded(options.policy ?? preserveAvailability, this.#logger);
    this.#ledger = new ResourceLedger(options.limits);
    this.#pace = { ...DEFAULT_PACE, ...given(options) };
    this.#harnessContext = {
      hooks: this.hooks,
      logger: this.#logger,
      ledger: this.#ledger,
      servingMap: this.#servingMap,
      pace: () => this.#pace,
      isRetryable: options.isRetryable ?? ((error) => RETRYABLE.has(error.status)),
      post: (harness, event) => this.#post(() => {
        event();
        this.#noteChange(harness);
      }),
      publish: (state) => {
        this.states.record(state);
        if (this.hooks.stateChanged.isUsed()) this.hooks.stateChanged.call(state);
      },
    };
  }

  /** What loaded and loading versions have reserved, in bytes by resource: `RAM`, `device cuda:0`, … */
  get reservedBytes(): ReadonlyMap<string, number> {
    return this.#ledger.used;
  }

  /** States the whole set of a model. Never throws for a version's sake. @throws `SRV_MANAGER_CLOSED` */
  aspire(set: AspiredVersions<Loadable>): void {
    if (this.#closed !== undefined) throw servableError('SRV_MANAGER_CLOSED', []);
    this.#post(() => {
      if (this.#closed !== undefined) return;
      this.#servingMap.know(set.name);
      if (this.hooks.aspired.isUsed()) this.hooks.aspired.call(set);
      this.#apply(set);
    });
  }

  /**
   * Looks up and counts in one synchronous step.
   * @throws `SRV_MODEL_NOT_FOUND`, `SRV_MODEL_NOT_AVAILABLE`, `SRV_VERSION_NOT_FOUND`, `SRV_LABEL_NOT_FOUND`,
   * `SRV_LABEL_UNAVAILABLE`, `SRV_MANAGER_CLOSED`
   */
  acquire(request: ServableRequest): ServableHandle {
    if (this.#closed !== undefined) throw servableError('SRV_MANAGER_CLOSED', []);
    return this.#servingMap.find(request).acquire();
  }

  /** Replaces a model's labels. A label may name a version that is not ready (yet). */
  setLabels(name: ModelName, labels: ReadonlyMap<string, Version>): void {
    this.#servingMap.setLabels(name, labels);
  }

  labels(name: ModelName): ReadonlyMap<string, Version> {
    return this.#servingMap.labels(name);
  }

  /** Ready versions of a model, ascending; empty when there are none. */
  readyVersions(name: ModelName): readonly Version[] {
    return this.#servingMap.readyVersions(name);
  }

  /** Changes how many loads and unloads go on at once, and how failed ones are tried again. */
  configure(pace: Partial<ManagerPace>): void {
    this.#post(() => {
      this.#pace = { ...this.#pace, ...given(pace) };
    });
  }

  /** Unloads everything: waits for handles, then for unloads, then runs the `close` hooks. Twice is once. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    // First let close() keep this promise: code in hooks that run below may ask for it again.
    await Promise.resolve();
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    this.#post(() => {
      this.#policy = unloadAll;
      this.#pace = { ...this.#pace, maxConcurrentUnloads: Infinity };
      for (const name of this.#models.keys()) this.#apply({ name, versions: [] });
    });
    await empty;
    await this.hooks.close.promise();
  }

  #apply(set: AspiredVersions<Loadable>): void {
    const model = this.#models.get(set.name) ?? new ManagedModel(set.name, this.#harnessContext);
    this.#models.set(set.name, model);
    this.states.aspire(set.name, new Set(set.versions.map((each) => each.version)));
    model.apply(set);
    this.#changed.add(model);
  }

  #noteChange({ id }: Harness): void {
    const model = this.#models.get(id.name);
    if (model !== undefined) this.#changed.add(model);
  }

  #post(event: () => void): void {
    this.#turns.push(event);
    if (this.#isTakingTurns) return;
    this.#isTakingTurns = true;
    try {
      while (this.#takeTurn()) continue;
    } finally {
      this.#isTakingTurns = false;
    }
    if (this.#models.size === 0) this.#whenEmpty?.();
  }

  /** Events first, so that a decision sees all that is known; then one round of decisions. Whether there was something to do. */
  #takeTurn(): boolean {
    const event = this.#turns.shift();
    if (event !== undefined) {
      event();
      return true;
    }
    const actions = this.#decide();
    for (const each of actions) {
      this.#act(each);
      this.#noteChange(each.owner);
    }
    return actions.length > 0;
  }

  #decide(): readonly ReconcileAction<Harness>[] {
    for (const model of this.#changed) this.#look(model);
    this.#changed.clear();
    return reconcile({ models: this.#active.values(), ledger: this.#ledger, ...this.#pace });
  }

  #look(model: ManagedModel): void {
    model.sweep();
    const view = viewModel(model.views(), this.#policy);
    if (view.wish !== undefined || view.versionsInProgress > 0) this.#active.set(model, view);
    else this.#active.delete(model);
    if (this.#closed !== undefined && model.isEmpty) this.#models.delete(model.name);
  }

  #act({ kind, owner }: ReconcileAction<Harness>): void {
    switch (kind) {
      case 'unload':
        return owner.drain();
      case 'estimate':
        return owner.startEstimate();
      case 'load':
        return owner.startLoad();
      case 'exhausted':
        return owner.fail(this.#exhausted(owner));
      default:
        return kind satisfies never;
    }
  }

  #exhausted({ id, estimate }: Harness): ServingError {
    const { needed, limit } = this.#ledger.describe(estimate ?? { ramBytes: 0 });
    return servableError('SRV_RESOURCES_EXHAUSTED', [id.name, String(id.version), needed, limit]);
  }
}
