import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Compat } from '@servable/protocol';
import { serverError } from '../errors.ts';

const inflate = promisify(gunzip);
/** The reference's own limit. */
const STRICT_MAX_BYTES = 100 * 1024 * 1024;
const EMPTY = new Uint8Array(0);

export interface BodyOptions {
  readonly compat: Compat;
  /** Also what an inflated body may have. */
  readonly maxBodyBytes: number;
}

/**
 * A request's body, inflated when its `Content-Encoding` says gzip. In strict mode a body that cannot be inflated, or is larger
 * than 100 MiB then, counts as empty, and other encodings are not looked at.
 *
 * @throws ServingError `SRV_BODY_NOT_GZIP`, `SRV_BODY_ENCODING_UNKNOWN`, `SRV_BODY_TOO_LARGE`
 *
 * Source: TF Serving, `net_http/server/internal/evhttp_request.cc`.
 */
export async function readBody(body: Uint8Array, contentEncoding: string | undefined, options: BodyOptions): Promise<Uint8Array> {
  if (contentEncoding === undefined) return body;
  const isGzip = contentEncoding.includes('gzip');
  if (options.compat === 'strict') return isGzip ? inflate(body, { maxOutputLength: STRICT_MAX_BYTES }).catch(() => EMPTY) : body;
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  const [coding, more] = codings.filter((each) => each !== 'identity' && each !== '');
  if (coding === undefined) return body;
  if (more !== undefined || (coding !== 'gzip' && coding !== 'x-gzip')) throw serverError('SRV_BODY_ENCODING_UNKNOWN', [contentEncoding]);
  try {
    return await inflate(body, { maxOutputLength: options.maxBodyBytes });
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError;
    throw isTooLarge ? serverError('SRV_BODY_TOO_LARGE', [options.maxBodyBytes]) : serverError('SRV_BODY_NOT_GZIP', [], { cause });
  }
}
