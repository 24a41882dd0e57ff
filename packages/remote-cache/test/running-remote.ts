import { rm } from 'node:fs/promises';
import { type DownloadProgress, parseModelName, type SourceContext, type SourceRequest, type VersionSelector } from '@servable/core';
import { collectLogger, type CollectingLogger, RecordingSink } from '@servable/plugin-testing';
import { onTestFinished } from 'vitest';
import { defineRemoteSource, type RemoteOptions } from '../src/index.ts';
import { MemoryBucket, temporaryDirectory } from './memory-store.ts';

export const ALL: VersionSelector = { kind: 'all' };

/** A source on a bucket in memory, with all it tells. */
export interface RunningRemote {
  readonly source: ReturnType<ReturnType<typeof defineRemoteSource>['create']>;
  readonly sink: RecordingSink;
  readonly logger: CollectingLogger;
  readonly bucket: MemoryBucket;
  readonly cacheDirectory: string;
  readonly requests: SourceRequest[];
  readonly downloads: DownloadProgress[];
  /** Watches models below `models/`, by name; a path may be given. */
  readonly watch: (models: Readonly<Record<string, VersionSelector>>, pathOf?: (model: string) => string) => void;
}

export interface RunningOptions extends RemoteOptions {
  readonly bucket?: MemoryBucket;
  readonly isHeld?: SourceContext['isHeld'];
}

/** Starts it; it is closed, and its cache removed, when the test ends. Polls only when told to, and settles at once. */
export async function startRemote({ bucket = new MemoryBucket(), isHeld, ...options }: RunningOptions = {}): Promise<RunningRemote> {
  const cacheDirectory = options.cacheDirectory ?? (await temporaryDirectory());
  const sink = new RecordingSink();
  const logger = collectLogger();
  const requests: SourceRequest[] = [];
  const downloads: DownloadProgress[] = [];
  const plugin = defineRemoteSource({
    name: 'memory',
    schemes: ['memory'],
    options: { pollIntervalMs: 0, settleMs: 0, ...options, cacheDirectory },
    createStore: () => bucket.store(),
  });
  const observer = { requestDone: (each: SourceRequest) => void requests.push(each), downloadChanged: (each: DownloadProgress) => void downloads.push(each) };
  const source = plugin.create({ sink, logger, observer, ...(isHeld === undefined ? {} : { isHeld }) });
  onTestFinished(async () => {
    await source.close();
    await rm(cacheDirectory, { recursive: true, force: true });
  });
  const watch: RunningRemote['watch'] = (models, pathOf = (model) => `memory://bucket/models/${model}`) => {
    source.monitor(Object.entries(models).map(([name, selector]) => ({ name: parseModelName(name), path: pathOf(name), selector })));
  };
  return { source, sink, logger, bucket, cacheDirectory, requests, downloads, watch };
}
