import tapable from 'tapable';
import type { AspiredVersions } from './aspired.ts';
import { servableError } from './errors.ts';
import type { ServableState } from './lifecycle-state.ts';
import type { Loader } from './loader.ts';
import { silentLogger, type Logger } from './logger.ts';
import type { Servable } from './servable.ts';
import type { ModelName, ServableId, Version } from './servable-id.ts';
import type { ServingError, Status } from './serving-error.ts';
import type { Artifact } from './source.ts';

const { AsyncSeriesBailHook, AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncHook } = tapable;

/** A request on its way in, for `admit`. */
export interface AdmitRequest {
  readonly name: ModelName;
  readonly signature: string;
  readonly protocol: string;
  readonly requestId: string;
  readonly peer: string;
  /** Headers of HTTP, metadata of gRPC: keys in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** For those after: what is set here stands in the run's context. */
  readonly attributes: Map<string, unknown>;
}

/** An answered request, good or bad, for logs, metrics and traces. */
export interface RequestDone {
  /** As the client wrote it; may name no model. */
  readonly model: string;
  /** The version that answered; `undefined` when none was found. */
  readonly version: Version | undefined;
  readonly signature: string;
  readonly protocol: string;
  /** Which call it was, such as `predict` or `metadata`. */
  readonly method: string;
  readonly requestId: string;
  readonly peer: string;
  readonly status: 'OK' | Status;
  readonly error: ServingError | undefined;
  /** From the request's first byte in hand to its answer encoded. */
  readonly totalMs: number;
  /** In the servable, its queue included; 0 when it was not reached. */
  readonly runMs: number;
}

/** A batch that left its queue. */
export interface BatchClosed {
  readonly id: ServableId;
  readonly signature: string;
  readonly requests: number;
  readonly rows: number;
  readonly paddingRows: number;
  readonly waitedMs: number;
}

/** A batch whose run ended. */
export interface BatchDone extends BatchClosed {
  readonly runMs: number;
  readonly error: ServingError | undefined;
}

/** What `beforeLoad`, `wrapServable` and `warmup` know of the version being loaded. */
export interface LoadContext {
  readonly id: ServableId;
  /** Where its files are; `undefined` when it came from no source. */
  readonly artifact: Artifact | undefined;
  readonly signal: AbortSignal;
}

/**
 * The places where others join in. One record per manager.
 *
 * | hook | kind | when | a throw |
 * |---|---|---|---|
 * | `aspired` | sync, observe | a source's set was accepted | logged |
 * | `beforeLoad` | async series | resources reserved, before `load()` | fails that load, retried |
 * | `wrapServable` | async waterfall | after `load()`: batching, caching, logging wrap here | fails that load |
 * | `warmup` | async series | after wrapping, before the version can be acquired | fails that load |
 * | `stateChanged` | sync, observe | every transition | logged |
 * | `admit` | async bail | a request, before its queue; a value is the refusal | refuses |
 * | `requestDone` | sync, observe | every answer, good or bad | logged |
 * | `batchClosed`, `batchDone` | sync, observe | a batch leaves its queue; its run ended | logged |
 * | `close` | async series | shutdown, reverse order of registration | logged, the rest still run |
 *
 * Tap asynchronous hooks with `tapPromise`. On the request path ask `isUsed()` first.
 */
export interface Hooks {
  readonly aspired: tapable.SyncHook<[AspiredVersions<unknown>]>;
  readonly beforeLoad: tapable.AsyncSeriesHook<[Loader, LoadContext]>;
  readonly wrapServable: tapable.AsyncSeriesWaterfallHook<[Servable, LoadContext]>;
  readonly warmup: tapable.AsyncSeriesHook<[Servable, LoadContext]>;
  readonly stateChanged: tapable.SyncHook<[ServableState]>;
  readonly admit: tapable.AsyncSeriesBailHook<[AdmitRequest], ServingError | undefined>;
  readonly requestDone: tapable.SyncHook<[RequestDone]>;
  readonly batchClosed: tapable.SyncHook<[BatchClosed]>;
  readonly batchDone: tapable.SyncHook<[BatchDone]>;
  readonly close: tapable.AsyncSeriesHook<[]>;
}
