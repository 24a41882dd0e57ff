import { BINARY_HEADER, type Compat, restErrorOf } from '@servable/protocol';
import { serverError } from '../errors.ts';
import { REQUEST_ID_HEADER } from '../request-id.ts';
import { type RestReply, UNTYPED } from './rest-reply.ts';

const STRICT_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, GET',
  'access-control-allow-headers': 'Content-Type',
};
const HEADERS: Readonly<Record<string, string>> = {
  ...STRICT_HEADERS,
  'access-control-allow-headers': `Content-Type, Content-Encoding, ${BINARY_HEADER}, ${REQUEST_ID_HEADER}`,
  'access-control-expose-headers': `${BINARY_HEADER}, ${REQUEST_ID_HEADER}`,
};

/** On every answer of the API when CORS is on. */
export function corsHeaders(compat: Compat): Readonly<Record<string, string>> {
  return compat === 'strict' ? STRICT_HEADERS : HEADERS;
}

/**
 * Answers `OPTIONS` on any path of the API, CORS on or off: no body, and 200 only with an `Origin` of http or https.
 *
 * @throws ServingError `SRV_CORS_ORIGIN_MISSING`, which {@link refusePreflight} answers
 *
 * Source: TF Serving, `HttpRestApiHandler::ProcessRequest`.
 */
export function answerPreflight(origin: string | undefined): RestReply {
  if (origin === undefined || !/https?:\/\//.test(origin)) throw serverError('SRV_CORS_ORIGIN_MISSING', []);
  return { status: 200, contentType: UNTYPED, body: '' };
}

/** Alone of all errors of the API it has no body. */
export function refusePreflight(): RestReply {
  return { status: restErrorOf(serverError('SRV_CORS_ORIGIN_MISSING', [])).status, contentType: UNTYPED, body: '' };
}
