import { Client, credentials } from '@grpc/grpc-js';
import { fakeServable } from '@servable/plugin-testing';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import { type RequestOptions, request } from 'node:https';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ResolvedTls } from '../src/config/read-tls.ts';
import { PREDICT, predictM, predictResponse } from './support/predict-messages.ts';
import { type ServerFixture, type ServerFixtureOptions, startReadyServer, startServer } from './support/server-fixture.ts';

const pem = (name: string): string => readFileSync(new URL(`fixtures/tls/${name}`, import.meta.url), 'utf8');
const TLS: ResolvedTls = { cert: pem('server.pem'), key: pem('server.key'), clientCa: undefined, requiresClientCert: false };
const MUTUAL: ResolvedTls = { ...TLS, clientCa: pem('ca.pem'), requiresClientCert: true };
const BODY = '{"instances": [1.0]}';

/** A client's certificate: of our authority, of another, or none. */
type Identity = 'client' | 'other-client' | undefined;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function serve(options: ServerFixtureOptions): Promise<ServerFixture> {
  const fixture = await startReadyServer(options);
  closers.push(() => fixture.close());
  return fixture;
}

async function predictOverRest(address: string, identity: Identity): Promise<string> {
  const [host, port] = address.split(':');
  const own = identity === undefined ? {} : { cert: pem(`${identity}.pem`), key: pem(`${identity}.key`) };
  const options: RequestOptions = { host, port, path: '/v1/models/m:predict', method: 'POST', ca: pem('ca.pem'), agent: false, ...own };
  const call = request(options);
  call.end(BODY);
  const [response] = (await once(call, 'response')) as [AsyncIterable<Buffer>];
  let text = '';
  for await (const chunk of response) text += chunk.toString();
  return text;
}

function predictOverGrpc(address: string, identity: Identity, root = 'ca'): Promise<readonly number[]> {
  const own = identity === undefined ? [] : ([Buffer.from(pem(`${identity}.key`)), Buffer.from(pem(`${identity}.pem`))] as const);
  return predictWith(new Client(address, credentials.createSsl(Buffer.from(pem(`${root}.pem`)), ...own)));
}

function predictWith(client: Client): Promise<readonly number[]> {
  closers.push(() => client.close());
  return new Promise((resolve, reject) => {
    const serialize = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
    client.makeUnaryRequest(PREDICT, serialize, predictResponse, predictM([1]), { deadline: Date.now() + 10_000 }, (error, response) => {
      if (response === undefined) reject(error ?? new Error('no answer'));
      else resolve(response.outputs['y']?.floatVal ?? []);
    });
  });
}

describe('REST', () => {
  it('is https', async () => {
    const { rest } = await serve({ rest: { tls: TLS } });
    expect(JSON.parse(await predictOverRest(rest, undefined))).toEqual({ predictions: [2.5] });
    // Nobody is asked for a certificate, so that any will do.
    expect(JSON.parse(await predictOverRest(rest, 'other-client'))).toEqual({ predictions: [2.5] });
  });

  it('asks clients for a certificate of the right authority', async () => {
    const { rest } = await serve({ rest: { tls: MUTUAL } });
    expect(JSON.parse(await predictOverRest(rest, 'client'))).toEqual({ predictions: [2.5] });
    await expect(predictOverRest(rest, 'other-client')).rejects.toThrow(/alert|ECONNRESET|closed|hang up|disconnected/i);
    await expect(predictOverRest(rest, undefined)).rejects.toThrow(/alert|ECONNRESET|closed|hang up|disconnected/i);
  });

  it('survives what is no TLS, and drains connections that never said anything', async () => {
    const fixture = await startReadyServer({ rest: { tls: TLS } });
    const [host, port] = fixture.rest.split(':');
    const silent = connect(Number(port), host);
    const plain = connect(Number(port), host);
    for (const socket of [silent, plain]) socket.on('error', () => {});
    await Promise.all([once(silent, 'connect'), once(plain, 'connect')]);
    plain.write('GET /v1/models HTTP/1.1\r\n\r\n');
    await once(plain, 'close');
    expect(JSON.parse(await predictOverRest(fixture.rest, undefined))).toEqual({ predictions: [2.5] });
    const gone = once(silent, 'close');
    await fixture.close();
    await gone;
  });

  it('answers requests that are under way when it drains', async () => {
    let fail = (_error: Error): void => {};
    let tellRunning = (): void => {};
    const running = new Promise<void>((resolve) => {
      tellRunning = resolve;
    });
    const run = (): Promise<never> =>
      new Promise((_resolve, reject) => {
        fail = reject;
        tellRunning();
      });
    const fixture = await startReadyServer({ rest: { tls: TLS }, loader: { servable: () => fakeServable({ run }) } });
    const answered = predictOverRest(fixture.rest, undefined);
    await running;
    const closed = fixture.close();
    fail(new Error('late'));
    expect(JSON.parse(await answered)).toEqual({ error: 'Internal error: late' });
    await closed;
  });
});

describe('gRPC', () => {
  it('takes TLS', async () => {
    const { server } = await serve({ grpc: { tls: TLS } });
    expect(await predictOverGrpc(server.addresses.grpc ?? '', undefined)).toEqual([2.5]);
    await expect(predictOverGrpc(server.addresses.grpc ?? '', undefined, 'other-ca')).rejects.toMatchObject({ code: 14 });
  });

  it('asks clients for a certificate of the right authority', async () => {
    const { server } = await serve({ grpc: { tls: MUTUAL } });
    expect(await predictOverGrpc(server.addresses.grpc ?? '', 'client')).toEqual([2.5]);
    await expect(predictOverGrpc(server.addresses.grpc ?? '', 'other-client')).rejects.toMatchObject({ code: 14 });
    await expect(predictOverGrpc(server.addresses.grpc ?? '', undefined)).rejects.toMatchObject({ code: 14 });
  });

  it('survives what is no TLS', async () => {
    const { server } = await serve({ grpc: { tls: TLS } });
    const [host, port] = server.addresses.grpc?.split(':') ?? [];
    const plain = connect(Number(port), host);
    plain.on('error', () => {});
    plain.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await once(plain, 'close');
    expect(await predictOverGrpc(server.addresses.grpc ?? '', undefined)).toEqual([2.5]);
  });
});

it('gives the library its arguments', async () => {
  const { server } = await serve({ grpc: { channelArguments: { 'grpc.max_connection_age_ms': 1 } } });
  const session = http2.connect(`http://${server.addresses.grpc ?? ''}`);
  session.on('error', () => {});
  await once(session, 'goaway');
  session.destroy();
});

describe('a UNIX socket', () => {
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'servable-'));
    closers.push(() => rmSync(made, { recursive: true }));
    return made;
  };

  const predictOn = (target: string): Promise<readonly number[]> => predictWith(new Client(target, credentials.createInsecure()));

  it('answers gRPC beside the port', async () => {
    const socketPath = join(folder(), 'grpc.sock');
    const fixture = await startReadyServer({ grpc: { socketPath } });
    expect(await predictOn(`unix:${socketPath}`)).toEqual([2.5]);
    expect(await predictOn(fixture.server.addresses.grpc ?? '')).toEqual([2.5]);
    await fixture.close();
    expect(existsSync(socketPath)).toBe(false);
  });

  it('answers gRPC alone, with TLS, in the place of one that was left behind', async () => {
    const socketPath = join(folder(), 'grpc.sock');
    // A file that is no socket any more once the server that made it is gone without closing it.
    const left = createServer().listen(socketPath);
    await once(left, 'listening');
    const other = startServer({ grpc: { socketPath, tcp: false } });
    await expect(other).rejects.toMatchObject({ code: 'SRV_LISTEN_FAILED', args: ['gRPC', socketPath, expect.stringContaining('Stop the program that listens there')] });
    left.close();
    await once(left, 'close');
    const { server } = await serve({ grpc: { socketPath, tcp: false } });
    expect(server.addresses.grpc).toBe(socketPath);
    expect(await predictOn(`unix:${socketPath}`)).toEqual([2.5]);
  });

  it('leaves a file alone that is no socket', async () => {
    const socketPath = join(folder(), 'file');
    writeFileSync(socketPath, 'text');
    await expect(startServer({ grpc: { socketPath, tcp: false } })).rejects.toMatchObject({ code: 'SRV_LISTEN_FAILED' });
    expect(readFileSync(socketPath, 'utf8')).toBe('text');
  });

  it('says when its folder is missing', async () => {
    const socketPath = join(folder(), 'none', 'grpc.sock');
    await expect(startServer({ grpc: { socketPath } })).rejects.toMatchObject({ args: ['gRPC', socketPath, expect.stringContaining('Give a path in a folder that is there')] });
  });
});
