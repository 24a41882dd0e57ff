import { readFile, readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { indexOf, lookAt, serve } from './running-http.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An index of one file with this content, whose answers a test gives. */
async function site(content: string | Uint8Array, answer: Answer): Promise<string> {
  const url = await serve((request, response) => (request.url === '/m/index.json' ? response.end(indexOf(content)) : answer(request, response)));
  return `${url}/m/`;
}

const BAD_ANSWERS: readonly [string, Answer, RegExp][] = [
  ['sends less than it says', (_request, response) => void response.writeHead(200, { 'content-length': 7 }).write('wei', () => response.destroy()), /SRV_REMOTE_READ_FAILED/],
  ['sends less than the index says', (_request, response) => void response.end('wei'), /it ended after 0 of 4 bytes/],
  ['sends without end', (_request, response) => endless(response), /more than the 7 bytes that were asked for came/],
  ['sends other bytes', (_request, response) => void response.end('WEIGHTS'), /SRV_REMOTE_CHECKSUM.*sha256/],
  ['packs what it sends', (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('weights')), /SRV_HTTP_ENCODED.*Content-Encoding gzip/],
  ['redirects to a file', (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(), /SRV_HTTP_REDIRECT.*'file:\/\/\/etc\/passwd' is no http address/],
  ['redirects to itself', ({ url = '' }, response) => void response.writeHead(302, { location: url }).end(), /SRV_HTTP_REDIRECT.*more than 5/],
  ['never answers', () => undefined, /nothing came for 1000 ms/],
  [
    'sends another range',
    ({ headers: { range } }, response) => void (range === 'bytes=4-6' ? response.writeHead(206, { 'content-range': 'bytes 0-2/7' }).end('wei') : response.writeHead(206, { 'content-range': 'bytes 0-3/7' }).end('weig')),
    /asked for bytes 4-6 and answered with 'bytes 0-2\/7'/,
  ],
];

// Side by side: some are tried again for seconds.
it('names what is wrong with a server that answers badly, once, and publishes nothing', async () => {
  const looks = BAD_ANSWERS.map(async ([what, answer, message]) => {
    const options = { stallTimeoutMs: 1000, ...(what === 'sends another range' ? { partBytes: 4 } : {}) };
    const { directory, faults, logger, sink } = await lookAt(await site('weights', answer), options);
    expect(faults(), what).toEqual([expect.stringMatching(message)]);
    expect(sink.path('m', 1), what).toBeUndefined();
    expect(await readdir(join(directory, 'cache', 'v1', 'entries')), what).toEqual([]);
    expect(await readdir(directory), what).toEqual(['cache']);
    expect(logger.messages('warn').length, what).toBeLessThanOrEqual(1);
  });
  await Promise.all(looks);
});

it('does not mix an archive of two that are replaced between its ranges, also when If-Match means nothing to the server', async () => {
  let gets = 0;
  const url = await serve(({ method, headers: { range = '' } }, response) => {
    if (method === 'HEAD') return response.writeHead(200, { etag: 'W/"1"', 'accept-ranges': 'bytes', 'content-length': 8 }).end();
    gets += 1;
    const [start = 0, end = 7] = range.replace('bytes=', '').split('-').map(Number);
    return response.writeHead(206, { etag: gets === 1 ? 'W/"1"' : 'W/"2"', 'content-range': `bytes ${start}-${end}/8` }).end('abcd');
  });
  const { faults } = await lookAt(`${url}/1.tar.gz`, { partBytes: 4, parallelReads: 1 });
  expect(faults()).toEqual([expect.stringMatching(/^SRV_HTTP_REPLACED/)]);
});

it('sends its headers to the server of the path only, not where an index or a redirect leads', async () => {
  const asked: (string | undefined)[] = [];
  const other = await serve(({ headers }, response) => {
    asked.push(headers.authorization, headers['x-token']?.toString());
    response.end('weights');
  });
  const headers = { authorization: 'Bearer secret', 'x-token': 'secret' };
  const listing = await serve((_request, response) => void response.end(indexOf('weights', `${other}/model`)));
  const { sink } = await lookAt(`${listing}/`, { headers });
  const redirecting = await lookAt(await site('weights', (_request, response) => void response.writeHead(307, { location: `${other}/x` }).end()), { headers });
  expect([sink.versions('m'), redirecting.sink.versions('m')]).toEqual([['1'], ['1']]);
  expect(asked).toEqual([undefined, undefined, undefined, undefined]);
});

it('waits for as long as a busy server asks', async () => {
  const times: number[] = [];
  const path = await site('weights', (_request, response) => {
    times.push(performance.now());
    if (times.length === 1) response.writeHead(429, { 'retry-after': '1' }).end();
    else response.end('weights');
  });
  const { sink } = await lookAt(path);
  expect(await readFile(join(sink.path('m', 1) ?? '', 'model'), 'utf8')).toBe('weights');
  // A timer may be a millisecond early.
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
});

const file = (path: string, size: number = 1): string => `{"path":${JSON.stringify(path)},"size":${size},"sha256":"${'0'.repeat(64)}"}`;
const index = (version: string, listed: string): string => `{"versions":{${JSON.stringify(version)}:{"files":[${listed}]}}}`;

it.each([
  ['a name that leads out', index('1', file('../../../../escaped')), /SRV_REMOTE_NAME_UNUSABLE.*'\.\.'/],
  ['an absolute name', index('1', file('/escaped')), /SRV_REMOTE_NAME_UNUSABLE.*empty part/],
  ['a NUL in a name', index('1', file('a\0b')), /SRV_REMOTE_NAME_UNUSABLE.*NUL/],
  ['half a character', index('1', file('a\ud800')), /SRV_REMOTE_NAME_UNUSABLE.*surrogate/],
  ['a file within a file', index('1', `${file('a')},${file('a/b')}`), /SRV_REMOTE_NAME_UNUSABLE.*would have to be a folder/],
  ['one file twice', index('1', `${file('a')},${file('a')}`), /SRV_REMOTE_NAME_UNUSABLE.*one file/],
  ['more bytes than any disk has', index('1', file('a', Number.MAX_SAFE_INTEGER)), /SRV_REMOTE_DISK_FULL/],
  ['a version that leads out', index('1/../../x', file('a')), /SRV_HTTP_INDEX_INVALID.*'1\/\.\.\/\.\.\/x' is no number of a version/],
  ['a version by a word', index('latest', file('a')), /SRV_HTTP_INDEX_INVALID.*'latest' is no number/],
  ['an address that is none', index('1', file('a').replace('{', '{"url":"http://[",')), /SRV_HTTP_INDEX_INVALID.*is no http address/],
  ['an address of a file', index('1', file('a').replace('{', '{"url":"file:///etc/passwd",')), /SRV_HTTP_INDEX_INVALID.*is no http address/],
])('refuses an index with %s, and writes nothing for it', async (_what, text, message) => {
  const url = await serve((_request, response) => void response.end(text));
  const { directory, faults } = await lookAt(`${url}/`);
  expect(faults()).toEqual([expect.stringMatching(message)]);
  expect(await readdir(join(directory, 'cache', 'v1', 'entries'))).toEqual([]);
  expect(await readdir(directory)).toEqual(['cache']);
});

it('gives an index up that is too long, without reading all of it', async () => {
  let sent = 0;
  const url = await serve((_request, response) => endless(response, (bytes) => (sent += bytes)));
  const { faults } = await lookAt(`${url}/`);
  expect(faults()).toEqual([expect.stringMatching(/SRV_HTTP_INDEX_INVALID.*longer than 8388608 bytes/)]);
  expect(sent).toBeLessThan(100_000_000);
});

it('says where a password belongs', async () => {
  const { faults } = await lookAt('http://user:word@127.0.0.1:1/m/');
  expect(faults()).toEqual([expect.stringMatching(/SRV_REMOTE_PATH_INVALID.*give them as the source's headers/)]);
});

/** Sends until the other side goes. */
function endless(response: ServerResponse, onSent: (bytes: number) => void = () => {}): void {
  const piece = Buffer.alloc(65_536, ' ');
  const send = (): void => {
    if (response.destroyed) return;
    onSent(piece.byteLength);
    response.write(piece, send);
  };
  send();
}
