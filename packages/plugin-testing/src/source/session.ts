import { type MonitoredModel, parseModelName, parseVersion, type Source, type VersionSelector } from '@servable/core';
import { collectLogger, type CollectingLogger } from '../collect-logger.ts';
import { RecordingSink, type WaitOptions } from '../recording-sink.ts';
import type { SourceConformanceOptions, SourceStore } from './options.ts';

export const ALL: VersionSelector = { kind: 'all' };

/** A source at work in a store of its own. */
export interface RunningSource {
  readonly source: Source;
  readonly sink: RecordingSink;
  readonly logger: CollectingLogger;
  readonly store: SourceStore;
  readonly wait: WaitOptions;
  /** `monitor` with these models and nothing else. Default selector: all versions. */
  readonly watch: (models: Readonly<Record<string, VersionSelector>>) => void;
  /** Makes a base with these versions. */
  readonly publishAll: (model: string, versions: readonly number[]) => Promise<void>;
}

/** Runs `body` with a store and a source that watches nothing yet; both are closed at the end. */
export async function withSource(options: SourceConformanceOptions, body: (running: RunningSource) => Promise<void>): Promise<void> {
  const store = await options.createStore();
  try {
    await withSourceOn(options, store, body);
  } finally {
    await store.close();
  }
}

/** Runs `body` with a source on a store that others use too. */
export async function withSourceOn(
  options: SourceConformanceOptions,
  store: SourceStore,
  body: (running: RunningSource) => Promise<void>,
): Promise<void> {
  const sink = new RecordingSink();
  const logger = collectLogger();
  const source = options.createPlugin().create({ sink, logger });
  const watch = (models: Readonly<Record<string, VersionSelector>>): void => {
    source.monitor(Object.entries(models).map(([name, selector]) => monitored(name, store.pathOf(name), selector)));
  };
  const publishAll = async (model: string, versions: readonly number[]): Promise<void> => {
    await store.createBase(model);
    for (const version of versions) await store.publish(model, version);
  };
  try {
    await body({ source, sink, logger, store, wait: { timeoutMs: options.timeoutMs ?? 10_000 }, watch, publishAll });
  } finally {
    await source.close();
  }
}

export function monitored(name: string, path: string, selector: VersionSelector = ALL): MonitoredModel {
  return { name: parseModelName(name), path, selector };
}

export function specific(...versions: readonly number[]): VersionSelector {
  return { kind: 'specific', versions: versions.map(parseVersion) };
}
