import type { Logger, Manager, SourceContext } from '@servable/core';
import type { ResolvedConfig } from './config/resolved-config.ts';

/** What a source gets to live in, made of the server's parts: what it does goes to the manager's hooks. */
export function createSourceContext(config: ResolvedConfig, parts: { readonly manager: Manager; readonly logger: Logger }): Omit<SourceContext, 'sink'> {
  const { manager, logger } = parts;
  const { pollIntervalMs } = config;
  return {
    logger,
    observer: {
      requestDone: (request) => manager.hooks.sourceRequest.call(request),
      downloadChanged: (progress) => manager.hooks.downloadChanged.call(progress),
    },
    isHeld: (name, version) => (manager.states.version(name, version)?.state ?? 'ended') !== 'ended',
    ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
  };
}
