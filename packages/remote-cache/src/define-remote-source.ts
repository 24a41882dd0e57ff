import { defineSource, type Logger, type SourcePlugin } from '@servable/core';
import { DEFAULT_POLL_INTERVAL_MS, type RemoteOptions, resolveRemoteOptions } from './remote-options.ts';
import { RemoteSource } from './remote-source.ts';
import type { RemoteStore } from './remote-store.ts';

/** What the author of a source for remote files says. */
export interface RemoteSourceDefinition {
  /** The package's name. */
  readonly name: string;
  /** Schemes of the paths it watches, such as `s3`. */
  readonly schemes: readonly string[];
  /** What the user set; hand through what is given to your own factory. Default: none. */
  readonly options?: RemoteOptions;
  /** Makes the store; called once for every server. */
  readonly createStore: (context: { readonly logger: Logger }) => RemoteStore;
}

/**
 * Makes a source of "list" and "read a range". What it adds: one listing for models side by side, versions, settling, downloads in
 * parallel ranges that go on after a crash, checksums, a cache that several servers may share, a start without the network,
 * retries, progress and metrics.
 *
 * @throws ServingError `SRV_REMOTE_OPTION_INVALID`
 */
export function defineRemoteSource(definition: RemoteSourceDefinition): SourcePlugin {
  const { name, schemes, createStore } = definition;
  const options = resolveRemoteOptions(name, definition.options ?? {});
  return defineSource({
    name,
    schemes,
    create(context) {
      const pollIntervalMs = options.pollIntervalMs ?? context.pollIntervalMs ?? DEFAULT_POLL_INTERVAL_MS;
      return new RemoteSource({ name, context, options: { ...options, pollIntervalMs }, store: createStore({ logger: context.logger }) });
    },
  });
}
