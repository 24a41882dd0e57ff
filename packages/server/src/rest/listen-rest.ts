import type { ResolvedConfig } from '../config/resolved-config.ts';
import { serverError } from '../errors.ts';
import type { ServedBy } from '../listen.ts';
import { answerRest, errorReply, type RestApiOptions } from './rest-api.ts';
import type { RestReply } from './rest-reply.ts';
import { RestTransport } from './rest-transport.ts';

/** Serves the REST API and the probes. @throws ServingError `SRV_LISTEN_FAILED` */
export function listenRest(config: ResolvedConfig, { manager, health, logger }: ServedBy): Promise<RestTransport> {
  const { compat, validation, rest } = config;
  const models = config.models.map((model) => model.name);
  const { cors, maxJsonDepth, maxBodyBytes } = rest;
  const options: RestApiOptions = { manager, health, models, compat, validation, cors, maxJsonDepth };
  return RestTransport.listen({
    host: rest.host,
    port: rest.port,
    maxBodyBytes,
    runTimeoutMs: rest.timeoutMs,
    handle: (request) => answerRest(request, options),
    refuse: ({ statusCode, message }) => refusal(statusCode ?? 400, { message, maxBodyBytes, options }),
    logger,
  });
}

/** For what the HTTP layer refuses, such as a body that is too large; its status stays. */
function refusal(status: number, why: { readonly message: string; readonly maxBodyBytes: number; readonly options: RestApiOptions }): RestReply {
  const error = status === 413 ? serverError('SRV_BODY_TOO_LARGE', [why.maxBodyBytes]) : serverError('SRV_HTTP_REFUSED', [why.message]);
  return { ...errorReply(error, why.options), status };
}
