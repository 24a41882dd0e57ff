import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { RestReply } from './rest-reply.ts';

const deflate = promisify(gzip);
/** What fits one packet is not worth it. */
const MIN_BYTES = 1400;
/** Answers are made once and read once: speed counts. */
const LEVEL = constants.Z_BEST_SPEED;

/** The reply, compressed where the client takes gzip and the body is large enough. Off the event loop. */
export async function compressReply(reply: RestReply, acceptEncoding: string | undefined): Promise<RestReply> {
  if (reply.body.length < MIN_BYTES) return reply;
  const headers = { ...reply.headers, vary: 'Accept-Encoding' };
  if (!takesGzip(acceptEncoding)) return { ...reply, headers };
  return { ...reply, body: await deflate(reply.body, { level: LEVEL }), headers: { ...headers, 'content-encoding': 'gzip' } };
}

/** By RFC 9110: `gzip` or `*`, unless with a weight of 0; what names gzip itself counts more. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map<string, number>();
  for (const item of acceptEncoding?.toLowerCase().split(',') ?? []) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length) ?? '1';
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, Number(weight));
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
