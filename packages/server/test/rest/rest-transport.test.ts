import { silentLogger } from '@servable/core';
import { afterEach, expect, it } from 'vitest';
import { RestTransport, type RestRequest, type RestTransportOptions } from '../../src/rest/rest-transport.ts';
import { rawRequest, RawHttpConnection, requestBytes } from '../support/raw-http.ts';

const transports: RestTransport[] = [];
const connections: RawHttpConnection[] = [];
afterEach(async () => {
  for (const opened of connections.splice(0)) opened.close();
  for (const transport of transports.splice(0)) {
    transport.destroy();
    await transport.drain();
  }
});

async function serve(options: Partial<RestTransportOptions> = {}): Promise<RestTransport> {
  const transport = await RestTransport.listen({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1 << 20,
    runTimeoutMs: 0,
    compresses: false,
    tls: undefined,
    handle: ({ method, target, body }) => reply(`${method} ${target} ${Buffer.from(body).toString('latin1')}`),
    refuse: async (error) => ({ status: error.statusCode ?? 500, contentType: 'text/plain', body: error.code }),
    noteBroken: async () => {},
    logger: silentLogger,
    ...options,
  });
  transports.push(transport);
  return transport;
}

function reply(body: string): { status: number; contentType: string; body: string } {
  return { status: 200, contentType: 'text/plain', body };
}

function connection(transport: RestTransport): RawHttpConnection {
  const opened = new RawHttpConnection(transport.address);
  connections.push(opened);
  return opened;
}

const TARGETS = ['/v1/models/a%2Fb', '/v1/models/%', '/v1/models/%zz:predict', '/%00', '/../../etc/passwd', '//', '/v1/models/x?a=%&b#c', '/*', '/:a', '/?', `/${'x'.repeat(9000)}`];

it.each(TARGETS)('hands over the target %s as it was sent', async (target) => {
  const { address } = await serve();
  expect((await rawRequest(address, { target })).body).toBe(`GET ${target} `);
});

it('takes scheme and host off an absolute target', async () => {
  const { address } = await serve();
  expect((await rawRequest(address, { target: 'http://other:80/v1/models/m' })).body).toBe('GET /v1/models/m ');
});

it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ';;;', 'a', ''])('hands over the body of content type "%s"', async (type) => {
  const { address } = await serve();
  const response = await rawRequest(address, { method: 'POST', target: '/', headers: { 'content-type': type }, body: '{"a": }' });
  expect(response.body).toBe('POST / {"a": }');
});

it.each(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'SEARCH'])('hands over the method %s', async (method) => {
  const { address } = await serve();
  expect((await rawRequest(address, { method, target: '/v1/x' })).body).toBe(`${method} /v1/x `);
});

it('reads a body in chunks, and answers Expect: 100-continue', async () => {
  const client = connection(await serve());
  client.send('POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
  expect((await client.response())?.body).toBe('POST /a abcde');
});

it('answers without a Host header and without a Server header, on one connection', async () => {
  const client = connection(await serve());
  client.send('GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n');
  const [first, second] = [await client.response(), await client.response()];
  expect([first?.body, second?.body]).toEqual(['GET /a ', 'GET /b ']);
  expect(first?.headers.has('server')).toBe(false);
  expect(first?.headers.get('content-length')).toBe('7');
});

it('refuses a body above the limit, announced or not, and takes one at the limit', async () => {
  const { address } = await serve({ maxBodyBytes: 10 });
  expect((await rawRequest(address, { method: 'POST', target: '/', body: 'x'.repeat(10) })).status).toBe(200);
  const announced = await rawRequest(address, { method: 'POST', target: '/', body: 'x'.repeat(11) });
  expect([announced.status, announced.reason]).toEqual([413, 'Request Entity Too Large']);
  const chunks = new RawHttpConnection(address);
  connections.push(chunks);
  chunks.send('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n');
  expect((await chunks.response())?.status).toBe(413);
  await chunks.closed();
});

it('keeps a sane request id and replaces any other', async () => {
  const ids: string[] = [];
  const handle = ({ requestId }: RestRequest): ReturnType<typeof reply> => {
    ids.push(requestId);
    return reply('');
  };
  const { address } = await serve({ handle });
  const sane = await rawRequest(address, { target: '/', headers: { 'x-request-id': 'trace/1.2:a_b-c' } });
  const odd = await rawRequest(address, { target: '/', headers: { 'x-request-id': 'a b"<script>' } });
  const none = await rawRequest(address, { target: '/' });
  expect(ids[0]).toBe('trace/1.2:a_b-c');
  expect(ids[1]).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(ids).size).toBe(3);
  expect([sane, odd, none].map((response) => response.headers.get('x-request-id'))).toEqual(ids);
});

it.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['a bad version', 'GET / HTTP/9.9\r\n\r\n', 400],
  ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n', 400],
  ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  ['a negative length', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 400],
  ['a bad chunk', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  ['bytes above ASCII in the path', 'GET /v1/models/\u00e9 HTTP/1.1\r\n\r\n', 400],
  ['an unknown method', 'BREW / HTTP/1.1\r\n\r\n', 400],
  ['headers that are too large', `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, 431],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 501],
])('answers %s and goes on serving', async (_what, bytes, status) => {
  const transport = await serve();
  const client = connection(transport);
  client.send(bytes);
  expect((await client.response())?.status).toBe(status);
  await client.closed();
  expect((await rawRequest(transport.address, { target: '/a' })).status).toBe(200);
});

it('aborts the clock when the client goes away', async () => {
  let started = (): void => {};
  const isStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  let aborted: (reason: unknown) => void = () => {};
  const reason = new Promise((resolve) => {
    aborted = resolve;
  });
  const transport = await serve({
    handle({ clock }) {
      clock.signal.addEventListener('abort', () => aborted(clock.signal.reason));
      started();
      return reason.then(() => reply(''));
    },
  });
  const client = connection(transport);
  client.send(requestBytes({ target: '/' }));
  await isStarted;
  client.close();
  expect(await reason).toMatchObject({ name: 'AbortError' });
});

it('answers the requests under way while it drains, closes their connections, and takes no new one', async () => {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let started = (): void => {};
  const isStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  const transport = await serve({
    handle: () => {
      started();
      return released.then(() => reply('late'));
    },
  });
  const [busy, idle] = [connection(transport), connection(transport)];
  busy.send(requestBytes({ target: '/' }));
  await isStarted;
  const drained = transport.drain();
  await expect(rawRequest(transport.address, { target: '/' })).rejects.toThrow('not answered');
  await idle.closed();
  release();
  const response = await busy.response();
  expect([response?.body, response?.headers.get('connection')]).toEqual(['late', 'close']);
  await busy.closed();
  await drained;
});

it('says which address could not be listened on', async () => {
  const { address } = await serve();
  await expect(serve({ port: Number(address.split(':')[1]) })).rejects.toMatchObject({ code: 'SRV_LISTEN_FAILED' });
});
