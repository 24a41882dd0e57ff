import type { Logger } from '@servable/core';
import { compose, type RunningServer } from './compose.ts';
import { type ConfigRequest, loadConfig } from './config/load.ts';
import { createLogger } from './logging.ts';

/** What to serve: as for the command `servable serve`. */
export interface StartServerOptions extends Partial<ConfigRequest> {
  /** Default: what the config's `log` says. */
  readonly logger?: Logger;
}

/**
 * Serves what a folder's config says, in this process: what `servable serve` does, for tests and programs. Resolves when it listens;
 * wait for `ready` for the models. Environment variables are left aside unless `env` is given.
 *
 * @example
 * const server = await startServer({ cwd: import.meta.dirname, flags: { 'rest-port': '0', 'grpc-port': '0' } });
 * await server.ready;
 * await fetch(`http://${server.addresses.rest}/v1/models/digits`);
 * await server.close();
 *
 * @throws ServingError as `loadConfig` and `compose`
 */
export async function startServer({ logger, cwd = process.cwd(), ...request }: StartServerOptions = {}): Promise<RunningServer> {
  const { config, notes } = await loadConfig({ cwd, ...request });
  const log = logger ?? createLogger(config.log);
  for (const note of notes) log.warn({}, note);
  return compose(config, log);
}
