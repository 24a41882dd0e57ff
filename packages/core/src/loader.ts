import type { Logger } from './logger.ts';
import type { ServableId } from './servable-id.ts';
import type { Servable } from './servable.ts';

/** An upper bound of what a loaded version takes. */
export interface ResourceEstimate {
  /** Bytes of main memory. */
  readonly ramBytes: number;
  /** Bytes of device memory by device, such as `cuda:0`. */
  readonly deviceBytes?: Readonly<Record<string, number>>;
}

/**
 * Loads one version, once. Cheap to make: no file is opened before `estimate` or `load`.
 *
 * The manager calls `estimate`, then `load` once, then `unload` once, also after a `load` that failed; a retry gets a new
 * Loader. A Loader owns no threads that the manager does not know of.
 */
export interface Loader {
  /** An upper bound of what `load` will take. Rejects with a ServingError that says what is wrong with the files. */
  estimate(signal: AbortSignal): Promise<ResourceEstimate>;
  /** Rejects with `signal.reason` when aborted, and with a ServingError when the files are bad. */
  load(signal: AbortSignal): Promise<Servable>;
  /** Frees all that `load` took, by name. No run is in progress, and none comes later. */
  unload(): Promise<void>;
}

/** Makes the Loader of one attempt to load a version. */
export type LoaderFactory = () => Loader;

/** What a Loader gets to live in. */
export interface LoaderContext {
  readonly id: ServableId;
  readonly logger: Logger;
}
