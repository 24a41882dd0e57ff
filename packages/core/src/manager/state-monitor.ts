import type { ServableState } from '../lifecycle-state.ts';
import type { ModelName, Version } from '../servable-id.ts';

/** The newest state of every version ever seen. Ended versions stay, as TensorFlow Serving's do; a new load replaces them. */
export declare class StateMonitor {
  /** Every model that was ever aspired, in the order of their first mention. */
  models(): readonly ModelName[];
  /** Versions of a model, descending; empty for an unknown one. */
  versions(name: ModelName): readonly ServableState[];
  version(name: ModelName, version: Version): ServableState | undefined;
  /**
   * Resolves when each model has a version that is ready; rejects with `SRV_MODEL_NOT_READY` (naming every model that failed) when
   * all aspired versions of some ended with an error and no other is on its way, and with `signal.reason` when aborted.
   */
  waitUntilReady(names: readonly ModelName[], signal?: AbortSignal): Promise<void>;
  /** Resolves with the first state (the present one included) of that version for which the predicate holds. */
  waitFor(name: ModelName, version: Version, predicate: (state: ServableState) => boolean, signal?: AbortSignal): Promise<ServableState>;
}
