import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { ServedBy } from '../served-by.ts';
import { noteBrokenHttp, refuseRequest } from './http-refusals.ts';
import { answerRest, type RestApiOptions } from './rest-api.ts';
import { RestTransport } from './rest-transport.ts';

/** Serves the REST API and the probes. @throws ServingError `SRV_LISTEN_FAILED` */
export function listenRest(config: ResolvedConfig, { manager, health, monitoring, logger }: ServedBy): Promise<RestTransport> {
  const { compat, validation, checkMethodName, rest } = config;
  const { cors, maxJsonDepth, maxBodyBytes } = rest;
  const options: RestApiOptions = {
    manager,
    health,
    monitoring,
    // A reload changes them.
    get models() {
      return health.models;
    },
    compat,
    validation,
    checkMethodName,
    cors,
    maxJsonDepth,
    maxBodyBytes,
  };
  return RestTransport.listen({
    host: rest.host,
    port: rest.port,
    maxBodyBytes,
    tls: rest.tls,
    runTimeoutMs: rest.timeoutMs,
    compresses: compat !== 'strict',
    handle: (request) => answerRest(request, options),
    refuse: (error, request) => refuseRequest(error, request, { hooks: manager.hooks, maxBodyBytes, compat }),
    noteBroken: (error, peer) => noteBrokenHttp(error, peer, manager.hooks),
    logger,
  });
}
