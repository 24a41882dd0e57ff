import type { Hooks } from '@servable/core';
import type { Compat } from '@servable/protocol';
import type { FastifyError } from 'fastify';
import { serverError } from '../errors.ts';
import { recorded } from '../request-record.ts';
import { errorReply } from './rest-api.ts';
import type { RestReply } from './rest-reply.ts';
import { headersOf, type RestRequest } from './rest-transport.ts';

export interface HttpRefusalOptions {
  readonly hooks: Hooks;
  readonly maxBodyBytes: number;
  readonly compat: Compat;
}

/** What of a request is known that was refused before it could be read. */
const PROTOCOL = { protocol: 'rest-v1', method: 'malformed', sendHeaders: () => {} };

/** Words what the HTTP layer refuses, such as a body that is too large; its status stays. Counted as a request without a model. */
export function refuseRequest({ statusCode = 400, message }: FastifyError, request: RestRequest, options: HttpRefusalOptions): Promise<RestReply> {
  const error = statusCode === 413 ? serverError('SRV_BODY_TOO_LARGE', [options.maxBodyBytes]) : serverError('SRV_HTTP_REFUSED', [message]);
  const { requestId, peer } = request;
  const origin = { ...PROTOCOL, requestId, peer, headers: () => headersOf(request) };
  return recorded(options.hooks, origin, () => Promise.reject<RestReply>(error)).catch((thrown: unknown) => ({ ...errorReply(thrown, options), status: statusCode }));
}

/** Counts bytes that are no HTTP request, which were answered already. */
export async function noteBrokenHttp({ message }: Error, peer: string, hooks: Hooks): Promise<void> {
  const origin = { ...PROTOCOL, requestId: '', peer, headers: () => new Map<string, string>() };
  const error = serverError('SRV_HTTP_REFUSED', [message]);
  await recorded(hooks, origin, () => Promise.reject<void>(error)).catch(() => undefined);
}
