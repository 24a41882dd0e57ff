import { AsyncSeriesBailHook, AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncHook } from 'tapable';
import type { AspiredVersions } from './aspired.ts';
import { failByName, guardObservers, guardSeries, logTo, reversed } from './hook-guard.ts';
import type { ServableState } from './lifecycle-state.ts';
import type { Loader } from './loader.ts';
import { silentLogger, type Logger } from './logger.ts';
import type { Servable } from './servable.ts';
import type { ModelName, ServableId, Version } from './servable-id.ts';
import type { ServingError, Status } from './serving-error.ts';
import type { Artifact, DownloadProgress, SourceRequest } from './source.ts';

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
 * | `sourceRequest`, `downloadChanged` | sync, observe | a source asked where its models are; a download went on | logged |
 * | `close` | async series | shutdown, reverse order of registration | logged, the rest still run |
 *
 * Tap asynchronous hooks with `tapPromise`. On the request path ask `isUsed()` first.
 */
export interface Hooks {
  readonly aspired: SyncHook<[AspiredVersions<unknown>]>;
  readonly beforeLoad: AsyncSeriesHook<[Loader, LoadContext]>;
  readonly wrapServable: AsyncSeriesWaterfallHook<[Servable, LoadContext]>;
  readonly warmup: AsyncSeriesHook<[Servable, LoadContext]>;
  readonly stateChanged: SyncHook<[ServableState]>;
  readonly admit: AsyncSeriesBailHook<[AdmitRequest], ServingError | undefined>;
  readonly requestDone: SyncHook<[RequestDone]>;
  readonly batchClosed: SyncHook<[BatchClosed]>;
  readonly batchDone: SyncHook<[BatchDone]>;
  readonly sourceRequest: SyncHook<[SourceRequest]>;
  readonly downloadChanged: SyncHook<[DownloadProgress]>;
  readonly close: AsyncSeriesHook<[]>;
}

/**
 * Makes the record of one manager. The record is frozen; what taps throw goes where the table of {@link Hooks} says.
 *
 * A tap of an observing hook, or of `close`, that throws (or whose promise rejects) is logged with the hook's and the tap's
 * name, and the others run. What a tap of another hook throws reaches the caller with the tap's name: a ServingError with
 * its own code, status and arguments, anything else as `SRV_HOOK_FAILED`; both keep the thrown error as `cause`.
 * `tap()` on an asynchronous hook throws `SRV_HOOK_TAP_ASYNC`, because the promise of an async function would be lost.
 *
 * @param logger - gets what observers throw. Default: nothing is logged
 */
export function createHooks(logger: Logger = silentLogger): Hooks {
  const log = logTo(logger);
  return Object.freeze({
    aspired: guardObservers(new SyncHook<[AspiredVersions<unknown>]>(['set'], 'aspired'), log),
    beforeLoad: guardSeries(new AsyncSeriesHook<[Loader, LoadContext]>(['loader', 'context'], 'beforeLoad'), failByName),
    wrapServable: guardSeries(
      new AsyncSeriesWaterfallHook<[Servable, LoadContext]>(['servable', 'context'], 'wrapServable'),
      failByName,
    ),
    warmup: guardSeries(new AsyncSeriesHook<[Servable, LoadContext]>(['servable', 'context'], 'warmup'), failByName),
    stateChanged: guardObservers(new SyncHook<[ServableState]>(['state'], 'stateChanged'), log),
    admit: guardSeries(new AsyncSeriesBailHook<[AdmitRequest], ServingError | undefined>(['request'], 'admit'), failByName),
    requestDone: guardObservers(new SyncHook<[RequestDone]>(['request'], 'requestDone'), log),
    batchClosed: guardObservers(new SyncHook<[BatchClosed]>(['batch'], 'batchClosed'), log),
    batchDone: guardObservers(new SyncHook<[BatchDone]>(['batch'], 'batchDone'), log),
    sourceRequest: guardObservers(new SyncHook<[SourceRequest]>(['request'], 'sourceRequest'), log),
    downloadChanged: guardObservers(new SyncHook<[DownloadProgress]>(['progress'], 'downloadChanged'), log),
    close: reversed(guardSeries(new AsyncSeriesHook<[]>([], 'close'), log)),
  });
}
