import type { ResolvedConfig } from './config/resolved-config.ts';
import { listenGrpc } from './grpc/listen-grpc.ts';
import { listenRest } from './rest/listen-rest.ts';
import type { ServedBy } from './served-by.ts';
import type { DrainableTransport } from './shutdown.ts';

/** One protocol, listening. */
export interface Listener {
  readonly protocol: 'rest' | 'grpc';
  readonly transport: DrainableTransport & { readonly address: string };
}

/** Opens the listeners that the config turns on. @throws ServingError `SRV_LISTEN_FAILED`; none is left open then */
export async function listen(config: ResolvedConfig, server: ServedBy): Promise<readonly Listener[]> {
  const listeners: Listener[] = [];
  try {
    if (config.rest.enabled) listeners.push({ protocol: 'rest', transport: await listenRest(config, server) });
    if (config.grpc.enabled) listeners.push({ protocol: 'grpc', transport: await listenGrpc(config, server) });
    return listeners;
  } catch (error) {
    await Promise.all(listeners.map(({ transport }) => transport.drain()));
    throw error;
  }
}
