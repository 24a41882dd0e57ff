import type { Logger } from './logger.ts';
import type { ServableHandle } from './servable-handle.ts';
import type { ServableId, ServableRequest } from './servable-id.ts';
import type { Servable } from './servable.ts';
import type { Artifact } from './source.ts';

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
  /** What else is served. Absent where a Loader is made alone, such as to look into files. */
  readonly host?: LoaderHost;
}

/** A model that another one is made of. */
export interface PartRequest {
  /** Unique within the version. */
  readonly name: string;
  readonly artifact: Artifact;
  /** Which loader. Default: the one that recognizes the files. */
  readonly platform?: string;
  /** The loader's own. Default: none. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Lets a servable call others. */
export interface LoaderHost {
  /**
   * A ready version of another model, looked up anew for each request: it may be swapped at any time.
   * @throws ServingError as `Manager.acquire`
   */
  acquire(request: ServableRequest): ServableHandle;
  /**
   * The Loader of a part: its servable is wrapped (batching, caching, …) as any other. Whoever asks calls `estimate`, `load`
   * and `unload`, as the manager would.
   */
  createPart(part: PartRequest): Loader;
}
