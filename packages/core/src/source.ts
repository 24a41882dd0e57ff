import type { AspiredVersions } from './aspired.ts';
import type { Logger } from './logger.ts';
import type { ModelName, ServableId, Version } from './servable-id.ts';
import type { VersionSelector } from './version-selector.ts';

/** Where one version's files are, on this machine. */
export interface Artifact {
  /** An absolute path of a directory (or of a file, when a source serves single files). */
  readonly path: string;
}

/** One model that a source watches. */
export interface MonitoredModel {
  readonly name: ModelName;
  /** As configured: a path, or a URI whose scheme chose this source. */
  readonly path: string;
  readonly selector: VersionSelector;
}

/** Where a source states what should be served. */
export interface AspiredSink {
  /** States the whole set of one model; may be called at any time, with the same set as before too. */
  aspire(set: AspiredVersions<Artifact>): void;
  /**
   * The model cannot be looked at now (its path is missing, permission denied, the network is down). What serves goes on
   * serving. Report the same fault once, not at every poll; the next `aspire` of that model ends it.
   */
  report(name: ModelName, error: Error): void;
}

/**
 * Watches models and states which versions should be served.
 *
 * `monitor` may be called any number of times, each with the whole list: models that left the list are stated as an empty
 * set once, new ones are looked at at once, and a changed path or selector takes effect. After `close` resolves the sink
 * is called no more.
 */
export interface Source {
  /** Starts, or changes, what is watched. Never throws for one model's sake: that is reported to the sink. */
  monitor(models: readonly MonitoredModel[]): void;
  /** Resolves when a look at every model that began after this call has ended and been stated. For tests and start-up. */
  refresh(signal?: AbortSignal): Promise<void>;
  /**
   * Looks as `refresh` does, then waits for versions that are wanted and not known to be complete, no longer than it takes
   * to see that their files stay the same. Resolves with those that are not complete even then: they still change, or have
   * no files. For commands that look once; what it resolves with is stated later by a source that goes on watching. A
   * source whose versions appear whole leaves it out.
   */
  settle?(signal?: AbortSignal): Promise<readonly ServableId[]>;
  close(): Promise<void>;
}

/** One request of a source to where its models are, for metrics. Each is counted, also those of a try that failed. */
export interface SourceRequest {
  /** The source's name. */
  readonly source: string;
  /** `list`: which files there are, one page. `read`: a range of one file. */
  readonly operation: 'list' | 'read';
  readonly isOk: boolean;
  /** Bytes of a file that came. */
  readonly bytes: number;
  readonly durationMs: number;
}

/** How far the download of one version is, for logs, metrics and whoever looks at a terminal. */
export interface DownloadProgress {
  readonly source: string;
  readonly id: ServableId;
  /** `running` comes at the start and then a few times a second; `done` or `failed` ends it, also when there was nothing to do. */
  readonly phase: 'running' | 'done' | 'failed';
  /** Of `totalBytes`; what an earlier try left counts. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Gets what a source does besides stating sets. Never throws. */
export interface SourceObserver {
  requestDone(request: SourceRequest): void;
  downloadChanged(progress: DownloadProgress): void;
}

/** What a source gets to live in. */
export interface SourceContext {
  readonly sink: AspiredSink;
  readonly logger: Logger;
  /** Default: nobody wants to know. */
  readonly observer?: SourceObserver;
  /**
   * Whether something is still held of a version that was stated: it waits, loads, serves or is being unloaded. A source asks
   * before it removes files, or gives a version other ones. Default: what was stated once is held until `close`.
   */
  readonly isHeld?: (name: ModelName, version: Version) => boolean;
  /** Wanted milliseconds between looks, from the server's config; 0: look once. Default: the source's own options decide. */
  readonly pollIntervalMs?: number;
}
