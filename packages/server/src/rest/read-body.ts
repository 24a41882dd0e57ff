import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const inflate = promisify(gunzip);
const MAX_INFLATED_BYTES = 100 * 1024 * 1024;
const EMPTY = new Uint8Array(0);

/**
 * A request's body, inflated when its `Content-Encoding` contains `gzip`. A body that cannot be inflated, or is larger
 * than 100 MiB then, counts as empty.
 *
 * Source: TF Serving, `net_http/server/internal/evhttp_request.cc`.
 */
export async function readBody(body: Uint8Array, contentEncoding: string | undefined): Promise<Uint8Array> {
  if (contentEncoding === undefined || !contentEncoding.includes('gzip')) return body;
  return inflate(body, { maxOutputLength: MAX_INFLATED_BYTES }).catch(() => EMPTY);
}
