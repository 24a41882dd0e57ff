import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressReply, takesGzip } from '../../src/rest/compress-reply.ts';

const LONG = 'a'.repeat(5000);
const replyOf = (body: string) => ({ status: 200, contentType: 'application/json', body, headers: { a: 'b' } });

it.each<[string | undefined, boolean]>([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['GZIP', true],
  ['x-gzip', true],
  ['br, gzip;q=0.5', true],
  ['deflate, br', false],
  ['gzip;q=0', false],
  ['gzip; q=0.0, *', false],
  ['*', true],
  ['*;q=0', false],
  ['identity', false],
  ['gzipped', false],
  ['gzip;q=x', false],
])('understands Accept-Encoding: %s', (header, takes) => {
  expect(takesGzip(header)).toBe(takes);
});

it('compresses what is large, for those who take it, and says that the answer depends on it', async () => {
  const compressed = await compressReply(replyOf(LONG), 'gzip');
  expect(gunzipSync(compressed.body).toString()).toBe(LONG);
  expect(compressed.headers).toEqual({ 'a': 'b', 'vary': 'Accept-Encoding', 'content-encoding': 'gzip' });
  expect(await compressReply(replyOf(LONG), undefined)).toEqual({ ...replyOf(LONG), headers: { a: 'b', vary: 'Accept-Encoding' } });
  expect(await compressReply(replyOf('short'), 'gzip')).toEqual(replyOf('short'));
});
