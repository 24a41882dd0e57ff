import { parseModelName, type VersionSelector } from '@servable/core';
import { collectLogger, type CollectingLogger, RecordingSink } from '@servable/plugin-testing';
import { onTestFinished } from 'vitest';
import { watchDirectory } from '../src/directory-watches.ts';
import { type FsOptions, resolveFsOptions } from '../src/fs-options.ts';
import { type FsEnvironment, FsSource } from '../src/fs-source.ts';
import { FsStore } from './fs-store.ts';
import { ManualClock } from './manual-clock.ts';

/** A source with a clock that stands still, so that what is seen is seen by an event. */
export interface RunningFsSource {
  readonly source: FsSource;
  readonly sink: RecordingSink;
  readonly logger: CollectingLogger;
  readonly clock: ManualClock;
  readonly store: FsStore;
  /** Watches `m` at its path in the store, or another. */
  readonly watch: (selector?: VersionSelector, path?: string) => void;
}

export const ALL: VersionSelector = { kind: 'all' };

export async function startSource(options: FsOptions = {}, environment: Partial<FsEnvironment> = {}): Promise<RunningFsSource> {
  const store = await FsStore.create();
  const sink = new RecordingSink();
  const logger = collectLogger();
  const clock = new ManualClock();
  const source = new FsSource({ sink, logger }, resolveFsOptions(options), { clock, watchDirectory, ...environment });
  onTestFinished(async () => {
    await source.close();
    await store.close();
  });
  const watch = (selector: VersionSelector = ALL, path: string = store.pathOf('m')): void => {
    source.monitor([{ name: parseModelName('m'), path, selector }]);
  };
  return { source, sink, logger, clock, store, watch };
}
