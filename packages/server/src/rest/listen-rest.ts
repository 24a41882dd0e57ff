import type { Compat } from '@servable/protocol';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import { serverError } from '../errors.ts';
import type { ServedBy } from '../served-by.ts';
import { answerRest, errorReply, type RestApiOptions } from './rest-api.ts';
import type { RestReply } from './rest-reply.ts';
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
    refuse: ({ statusCode, message }) => refusal(statusCode ?? 400, message, { maxBodyBytes, compat }),
    logger,
  });
}

interface RefusalOptions {
  readonly maxBodyBytes: number;
  readonly compat: Compat;
}

/** For what the HTTP layer refuses, such as a body that is too large; its status stays. */
function refusal(status: number, message: string, { maxBodyBytes, compat }: RefusalOptions): RestReply {
  const isTooLarge = status === 413;
  const error = isTooLarge ? serverError('SRV_BODY_TOO_LARGE', [maxBodyBytes]) : serverError('SRV_HTTP_REFUSED', [message]);
  return { ...errorReply(error, { compat }), status };
}
