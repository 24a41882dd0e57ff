import { type GrpcCall, type GrpcMethod, ServingError } from '@servable/core';
import { connect } from 'node:http2';
import { afterEach, expect, it } from 'vitest';
import { GrpcTransport } from '../../src/grpc/grpc-transport.ts';
import { PLAIN_TCP } from '../support/grpc-server.ts';
import { RawGrpcClient } from '../support/grpc-client.ts';

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function serve(methods: readonly GrpcMethod[], maxMessageBytes = 1 << 20): Promise<{ client: RawGrpcClient; transport: GrpcTransport }> {
  const transport = await GrpcTransport.listen({
    ...PLAIN_TCP,
    maxMessageBytes,
    methods,
    statusOf: (error) => ({ code: 9, details: `told: ${ServingError.from(error).message}` }),
  });
  const client = new RawGrpcClient(transport.address);
  closers.push(() => transport.destroy(), () => client.close());
  return { client, transport };
}

function unary(handle: Extract<GrpcMethod, { kind: 'unary' }>['handle']): GrpcMethod {
  return { kind: 'unary', path: '/test.Service/Call', handle };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

it('hands bytes in and bytes out as they are', async () => {
  const { client } = await serve([unary((request) => request.map((value) => value + 1))]);
  expect([...(await client.unary('/test.Service/Call', bytes(1, 2, 3)))]).toEqual([2, 3, 4]);
  expect([...(await client.unary('/test.Service/Call', bytes()))]).toEqual([]);
});

it('answers a path that nobody has with UNIMPLEMENTED', async () => {
  const { client } = await serve([unary((request) => request)]);
  const failure = await client.failure('/test.Service/Other', bytes());
  expect(failure.code).toBe(12);
});

it('tells a handler the metadata, the peer, the path and the deadline', async () => {
  const calls: GrpcCall[] = [];
  const { client } = await serve([
    unary((request, call) => {
      calls.push(call);
      return request;
    }),
  ]);
  await client.unary('/test.Service/Call', bytes(), { metadata: { 'x-request-id': 'abc' }, timeoutMs: 60_000 });
  const [call] = calls;
  expect(call?.metadata.get('x-request-id')).toEqual(['abc']);
  expect(call?.path).toBe('/test.Service/Call');
  expect(call?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  expect((call?.deadlineMs ?? 0) - performance.now()).toBeGreaterThan(50_000);
  expect((call?.deadlineMs ?? 0) - performance.now()).toBeLessThan(61_000);
});

it('has no deadline when the client gave none', async () => {
  const deadlines: unknown[] = [];
  const { client } = await serve([
    unary((request, call) => {
      deadlines.push(call.deadlineMs);
      return request;
    }),
  ]);
  await client.unary('/test.Service/Call', bytes());
  expect(deadlines).toEqual([undefined]);
});

it('turns a throw into the status that its writer gives, whatever characters are in it', async () => {
  const { client } = await serve([
    unary(() => {
      throw new Error('50 % \ud800 ü\n');
    }),
  ]);
  const failure = await client.failure('/test.Service/Call', bytes());
  expect(failure).toEqual({ code: 9, details: 'told: Internal error: 50 % \ufffd ü\n' });
});

it('refuses a message above the limit with RESOURCE_EXHAUSTED and takes one at the limit', async () => {
  const { client } = await serve([unary((request) => bytes(request.length % 251))], 1000);
  expect(await client.unary('/test.Service/Call', new Uint8Array(1000))).toHaveLength(1);
  expect((await client.failure('/test.Service/Call', new Uint8Array(1001))).code).toBe(8);
});

it('aborts the signal when the client cancels', async () => {
  const gone = new AbortController();
  const reason = new Promise((resolve) => {
    void serve([
      unary((request, call) => {
        call.signal.addEventListener('abort', () => resolve(call.signal.reason));
        gone.abort();
        return new Promise(() => request);
      }),
    ]).then(({ client }) => client.unary('/test.Service/Call', bytes(), { signal: gone.signal }).catch(() => {}));
  });
  expect(await reason).toMatchObject({ name: 'AbortError' });
});

it('aborts the signal when the deadline passes, before the library ends the call in its own words', async () => {
  const { transport } = await serve([
    unary(
      (_request, call) =>
        new Promise((_resolve, reject) => {
          call.signal.addEventListener('abort', () => reject(call.signal.reason as Error));
        }),
    ),
  ]);
  const session = connect(`http://${transport.address}`);
  closers.push(() => session.destroy());
  const headers = { ':method': 'POST', ':path': '/test.Service/Call', 'content-type': 'application/grpc', te: 'trailers', 'grpc-timeout': '100m' };
  const stream = session.request(headers);
  const status = await new Promise((resolve) => {
    stream.on('response', (response) => resolve(response['grpc-message']));
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
  });
  expect(status).toContain('deadline');
  expect(status).toContain('told:');
});

it('does not abort the signal of a call that was answered', async () => {
  const signals: AbortSignal[] = [];
  const { client, transport } = await serve([
    unary((request, call) => {
      signals.push(call.signal);
      return request;
    }),
  ]);
  await client.unary('/test.Service/Call', bytes(), { timeoutMs: 60_000 });
  client.close();
  await transport.drain();
  expect(signals.map((signal) => signal.aborted)).toEqual([false]);
});

it('streams requests in and answers out, also after the handler stopped reading', async () => {
  const { client } = await serve([
    {
      kind: 'streaming',
      path: '/test.Service/Talk',
      async *handle(requests) {
        for await (const request of requests) {
          yield request;
          if (request[0] === 2) break;
        }
        yield bytes(9);
        yield bytes(10);
      },
    },
  ]);
  const answers: number[][] = [];
  for await (const answer of client.stream('/test.Service/Talk', [bytes(1), bytes(2)], { hold: true })) answers.push([...answer]);
  expect(answers).toEqual([[1], [2], [9], [10]]);
});

it('streams more than the window holds to a slow reader', async () => {
  const { client } = await serve([
    {
      kind: 'streaming',
      path: '/test.Service/Talk',
      async *handle() {
        for (let index = 0; index < 200; index += 1) yield new Uint8Array(20_000).fill(index);
      },
    },
  ]);
  let count = 0;
  for await (const answer of client.stream('/test.Service/Talk', [bytes()])) {
    expect(answer[19_999]).toBe(count % 256);
    count += 1;
  }
  expect(count).toBe(200);
});

it('ends a stream with the status of what its handler throws', async () => {
  const { client } = await serve([
    {
      kind: 'streaming',
      path: '/test.Service/Talk',
      async *handle() {
        yield bytes(1);
        throw new Error('over');
      },
    },
  ]);
  const answers = client.stream('/test.Service/Talk', [bytes()]);
  expect([...((await answers.next()).value as Uint8Array)]).toEqual([1]);
  await expect(answers.next()).rejects.toMatchObject({ code: 9, details: 'told: Internal error: over' });
});

it('says which address could not be listened on', async () => {
  const { transport } = await serve([]);
  const port = Number(transport.address.split(':')[1]);
  const second = GrpcTransport.listen({ ...PLAIN_TCP, port, maxMessageBytes: 1, methods: [], statusOf: () => ({ code: 2, details: '' }) });
  await expect(second).rejects.toMatchObject({ code: 'SRV_LISTEN_FAILED' });
});

it('lets calls under way end while it drains and takes no new connection', async () => {
  let answer = (): void => {};
  const started = new Promise<void>((resolve) => {
    closers.push(() => answer());
    void serve([
      unary(async (request) => {
        resolve();
        await new Promise<void>((go) => {
          answer = go;
        });
        return request;
      }),
    ]).then((served) => Object.assign(state, served, { slow: served.client.unary('/test.Service/Call', bytes(7)) }));
  });
  const state = {} as { client: RawGrpcClient; transport: GrpcTransport; slow: Promise<Uint8Array> };
  await started;
  const drained = state.transport.drain();
  const late = new RawGrpcClient(state.transport.address);
  expect((await late.failure('/test.Service/Call', bytes(), { timeoutMs: 2000 })).code).toBe(14);
  late.close();
  answer();
  expect([...(await state.slow)]).toEqual([7]);
  await drained;
});
