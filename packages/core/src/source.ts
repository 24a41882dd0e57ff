import type { AspiredVersions } from './aspired.ts';
import type { Logger } from './logger.ts';
import type { ModelName } from './servable-id.ts';
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
  close(): Promise<void>;
}

/** What a source gets to live in. */
export interface SourceContext {
  readonly sink: AspiredSink;
  readonly logger: Logger;
  /** Wanted milliseconds between looks, from the server's config; 0: look once. Default: the source's own options decide. */
  readonly pollIntervalMs?: number;
}
