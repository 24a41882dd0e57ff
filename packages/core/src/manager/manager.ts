import type { AspiredVersions } from '../aspired.ts';
import type { Hooks } from '../hooks.ts';
import type { ResourceEstimate, LoaderFactory } from '../loader.ts';
import type { Logger } from '../logger.ts';
import type { ModelName, ServableId, ServableRequest, Version } from '../servable-id.ts';
import type { Servable } from '../servable.ts';
import type { ServingError } from '../serving-error.ts';
import type { Artifact } from '../source.ts';
import type { TransitionPolicy } from './policies.ts';
import type { StateMonitor } from './state-monitor.ts';

/** What the manager needs of an aspired version. */
export interface Loadable {
  readonly createLoader: LoaderFactory;
  /** Where the files are, for hooks; `undefined` when there are none. */
  readonly artifact?: Artifact;
}

export interface ManagerOptions {
  /** Default: a new record. */
  readonly hooks?: Hooks;
  /** Default: `preserveAvailability`. */
  readonly policy?: TransitionPolicy;
  /** What all loaded versions together may take. Default: no limit. */
  readonly limits?: Partial<ResourceEstimate>;
  /** Loads that go on at once. Default: 4. */
  readonly maxConcurrentLoads?: number;
  /** Tries after the first failed one. Default: 2. */
  readonly maxLoadRetries?: number;
  /** Between tries. Default: 1000. */
  readonly loadRetryIntervalMs?: number;
  /** Whether a failed load is tried again. Default: not for faults that stay (bad arguments, files not found, …). */
  readonly isRetryable?: (error: ServingError) => boolean;
  readonly logger?: Logger;
}

/** A counted claim on a ready version: it is not unloaded before `release`. */
export interface ServableHandle {
  readonly id: ServableId;
  readonly servable: Servable;
  /** Gives it back; again does nothing. */
  release(): void;
  [Symbol.dispose](): void;
}

/** Keeps, for every model, the versions that are aspired, and nothing else, loaded. */
export declare class Manager {
  readonly hooks: Hooks;
  readonly states: StateMonitor;
  constructor(options?: ManagerOptions);
  /** States the whole set of a model. Never throws for a version's sake. @throws `SRV_MANAGER_CLOSED` */
  aspire(set: AspiredVersions<Loadable>): void;
  /**
   * Looks up and counts in one synchronous step.
   * @throws `SRV_MODEL_NOT_FOUND`, `SRV_MODEL_NOT_AVAILABLE`, `SRV_VERSION_NOT_FOUND`, `SRV_LABEL_NOT_FOUND`, `SRV_LABEL_UNAVAILABLE`
   */
  acquire(request: ServableRequest): ServableHandle;
  /** Replaces a model's labels. */
  setLabels(name: ModelName, labels: ReadonlyMap<string, Version>): void;
  labels(name: ModelName): ReadonlyMap<string, Version>;
  /** Ready versions of a model, ascending; empty when there are none. */
  readyVersions(name: ModelName): readonly Version[];
  /** Unloads everything: waits for handles, then for unloads, then runs the `close` hooks. Twice is once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
