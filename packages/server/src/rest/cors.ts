import { restErrorOf } from '@servable/protocol';
import { serverError } from '../errors.ts';
import { type RestReply, UNTYPED } from './rest-reply.ts';

/** On every answer of the API when CORS is on. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, GET',
  'access-control-allow-headers': 'Content-Type',
};

/**
 * Answers `OPTIONS` on any path of the API, CORS on or off: no body, and 200 only with an `Origin` of http or https.
 *
 * Source: TF Serving, `HttpRestApiHandler::ProcessRequest`.
 */
export function answerPreflight(origin: string | undefined): RestReply {
  const isWeb = origin !== undefined && /https?:\/\//.test(origin);
  const { status } = isWeb ? { status: 200 } : restErrorOf(serverError('SRV_CORS_ORIGIN_MISSING', []));
  return { status, contentType: UNTYPED, body: '' };
}
