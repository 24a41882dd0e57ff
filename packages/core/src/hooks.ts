import { AsyncSeriesBailHook, AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncHook } from 'tapable';
import type { AspiredVersions } from './aspired.ts';
import { failByName, type FaultOptions, guardObservers, guardSeries, logTo, reversed, type TapTimer, type TimedHook, timeTaps } from './hook-guard.ts';
import { warnOfSlowTaps } from './hook-patience.ts';
import type { ServableState } from './lifecycle-state.ts';
import type { Loader } from './loader.ts';
import { silentLogger, type Logger } from './logger.ts';
import type { RunContext, Servable } from './servable.ts';
import type { ModelName, ServableId, Version } from './servable-id.ts';
import type { ServingError, Status } from './serving-error.ts';
import type { Artifact, DownloadProgress, SourceRequest } from './source.ts';
import type { NamedTensors } from './tensor.ts';

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

/** A request that came in, for traces and others that follow it from its start. */
export interface RequestStarted {
  readonly protocol: string;
  /** Which call it is, such as `predict` or `metadata`. */
  readonly method: string;
  readonly requestId: string;
  readonly peer: string;
  /** Headers of HTTP, metadata of gRPC: keys in lower case. Made when it is called. */
  headers(): ReadonlyMap<string, string>;
  /** For those after: what is set here stands in `admit`, in the run's context and in `requestDone`. */
  readonly attributes: Map<string, unknown>;
  /** Sent with the answer: headers of HTTP, metadata of gRPC. Keys in lower case. */
  readonly responseHeaders: Map<string, string>;
}

/** An answered request, good or bad, for logs, metrics and traces. Tensors and messages are its own: copy before keeping them. */
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
  /** When it came in, as `performance.now()` counts. */
  readonly startedMs: number;
  /** When its servable was asked, as `performance.now()` counts; 0 when it was not reached. */
  readonly runStartedMs: number;
  /** In the servable, its queue included; 0 when it was not reached. */
  readonly runMs: number;
  /** Waited for a batch, within `runMs`. */
  readonly queueMs: number;
  /** In the engine, within `runMs`: the whole batch's. `undefined`: it ran in no batch, and `runMs` is all there is. */
  readonly computeMs: number | undefined;
  /** What the model was given; `undefined` when the request did not get so far. */
  readonly inputs: NamedTensors | undefined;
  /** Aliases that were asked for; empty means all. */
  readonly wantedOutputs: readonly string[];
  /** What the model answered; `undefined` when it did not. */
  readonly outputs: NamedTensors | undefined;
  /** The request's message as it came, and its answer's, where the protocol's messages are protobuf. */
  readonly requestMessage: Uint8Array | undefined;
  readonly responseMessage: Uint8Array | undefined;
  /** How many examples it asked about; `undefined` for what has none. */
  readonly exampleCount: number | undefined;
  /** What `requestStarted` and `admit` hooks left. */
  readonly attributes: ReadonlyMap<string, unknown>;
}

/** A request that the `logging` of its model chose, for a plugin that collects such requests. */
export interface RequestLogged {
  readonly request: RequestDone;
  /** As the model's `logging` names it: `type` and `filename_prefix` of TensorFlow Serving's `LogCollectorConfig`. */
  readonly collector: string;
  readonly prefix: string;
  readonly samplingRate: number;
  /** A `tensorflow.serving.PredictionLog`. Made when it is called, which must be before the hook returns. */
  encode(): Uint8Array;
}

/** A request, or a part of a split one, in a batch. */
export interface BatchedRequest {
  readonly inputs: NamedTensors;
  readonly rows: number;
  readonly context: RunContext;
  /** When it began to wait, as `performance.now()` counts. */
  readonly enqueuedMs: number;
}

/** A batch that left its queue. */
export interface BatchClosed {
  readonly id: ServableId;
  readonly signature: string;
  readonly requests: number;
  readonly rows: number;
  readonly paddingRows: number;
  /** How long the first request waited. */
  readonly waitedMs: number;
  /** When it left, as `performance.now()` counts. */
  readonly closedMs: number;
  /** What it is made of. Only while the hook is called. */
  readonly tasks: readonly BatchedRequest[];
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
 * | `requestStarted` | sync, observe | a request came in, before anything is read of it | logged |
 * | `admit` | async bail | a request, before its queue; a value is the refusal | refuses |
 * | `requestDone` | sync, observe | every answer, good or bad | logged |
 * | `requestLogged` | sync, observe | a request that its model's `logging` chose | logged |
 * | `batchClosed`, `batchDone` | sync, observe | a batch leaves its queue; its run ended | logged |
 * | `sourceRequest`, `downloadChanged` | sync, observe | a source asked where its models are; a download went on | logged |
 * | `close` | async series | shutdown, reverse order of registration | logged, the rest still run |
 *
 * A tap of an asynchronous hook that is not done after 30 s is warned of, by plugin, hook and model. A version that waits for one takes no
 * place among the loads that go on at once, and can be given up; `close` goes on without it.
 *
 * Tap asynchronous hooks with `tapPromise`. On the request path ask `isUsed()` first.
 */
export interface Hooks {
  readonly aspired: SyncHook<[AspiredVersions<unknown>]>;
  readonly beforeLoad: AsyncSeriesHook<[Loader, LoadContext]>;
  readonly wrapServable: AsyncSeriesWaterfallHook<[Servable, LoadContext]>;
  readonly warmup: AsyncSeriesHook<[Servable, LoadContext], FaultOptions>;
  readonly stateChanged: SyncHook<[ServableState]>;
  readonly admit: AsyncSeriesBailHook<[AdmitRequest], ServingError | undefined>;
  readonly requestStarted: SyncHook<[RequestStarted]>;
  readonly requestDone: SyncHook<[RequestDone]>;
  readonly requestLogged: SyncHook<[RequestLogged]>;
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
 * its own code, status and arguments, anything else as `SRV_HOOK_FAILED`; both keep the thrown error as `cause`. A tap of `warmup`
 * may pass its ServingErrors as they are: `tapPromise({ name, keepsErrors: true }, …)`.
 * `tap()` on an asynchronous hook throws `SRV_HOOK_TAP_ASYNC`, because the promise of an async function would be lost.
 *
 * @param logger - gets what observers throw. Default: nothing is logged
 * @param timerOf - asked for each tap who wants to know how long it takes. Default: nobody
 */
export function createHooks(logger: Logger = silentLogger, timerOf?: TapTimer): Hooks {
  const log = logTo(logger);
  const slow = warnOfSlowTaps(logger);
  const guard = { fault: failByName, slow };
  const hooks: Hooks = {
    aspired: guardObservers(new SyncHook<[AspiredVersions<unknown>]>(['set'], 'aspired'), log),
    beforeLoad: guardSeries(new AsyncSeriesHook<[Loader, LoadContext]>(['loader', 'context'], 'beforeLoad'), guard),
    wrapServable: guardSeries(
      new AsyncSeriesWaterfallHook<[Servable, LoadContext]>(['servable', 'context'], 'wrapServable'),
      guard,
    ),
    warmup: guardSeries(new AsyncSeriesHook<[Servable, LoadContext], FaultOptions>(['servable', 'context'], 'warmup'), guard),
    stateChanged: guardObservers(new SyncHook<[ServableState]>(['state'], 'stateChanged'), log),
    requestStarted: guardObservers(new SyncHook<[RequestStarted]>(['request'], 'requestStarted'), log),
    admit: guardSeries(new AsyncSeriesBailHook<[AdmitRequest], ServingError | undefined>(['request'], 'admit'), guard),
    requestDone: guardObservers(new SyncHook<[RequestDone]>(['request'], 'requestDone'), log),
    requestLogged: guardObservers(new SyncHook<[RequestLogged]>(['request'], 'requestLogged'), log),
    batchClosed: guardObservers(new SyncHook<[BatchClosed]>(['batch'], 'batchClosed'), log),
    batchDone: guardObservers(new SyncHook<[BatchDone]>(['batch'], 'batchDone'), log),
    sourceRequest: guardObservers(new SyncHook<[SourceRequest]>(['request'], 'sourceRequest'), log),
    downloadChanged: guardObservers(new SyncHook<[DownloadProgress]>(['progress'], 'downloadChanged'), log),
    close: reversed(guardSeries(new AsyncSeriesHook<[]>([], 'close'), { fault: log, slow, leavesSlowTaps: true })),
  };
  if (timerOf !== undefined) for (const hook of Object.values<TimedHook>({ ...hooks })) timeTaps(hook, timerOf);
  return Object.freeze(hooks);
}
