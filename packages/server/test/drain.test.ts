import { createTensor, type NamedTensors, type Servable } from '@servable/core';
import { fakeServable } from '@servable/plugin-testing';
import { create, fromBinary, toBinary } from '@servable/protos';
import { HealthCheckRequestSchema, HealthCheckResponseSchema } from '@servable/protos/health';
import { expect, it } from 'vitest';
import { RawGrpcClient } from './support/grpc-client.ts';
import { PREDICT, predictM, predictResponse } from './support/predict-messages.ts';
import { rawRequest, RawHttpConnection } from './support/raw-http.ts';
import { startReadyServer } from './support/server-fixture.ts';

const BODY = '{"instances": [1.0]}';

interface SlowServable {
  readonly servable: Servable;
  readonly started: (count: number) => Promise<void>;
  readonly finish: () => void;
}

/** Runs that all wait for the test, and do not look at their signal. */
function slowServable(): SlowServable {
  const outputs: NamedTensors = new Map([['y', createTensor('FP32', [1], Float32Array.of(9))]]);
  const finishers: (() => void)[] = [];
  const run: Servable['run'] = () => new Promise((resolve) => void finishers.push(() => resolve(outputs)));
  return {
    servable: fakeServable({ run }),
    started: (count) => expect.poll(() => finishers.length).toBe(count),
    finish: () => finishers.splice(0).forEach((finish) => finish()),
  };
}

it('answers requests under way over both protocols, refuses new ones, and says so on health checks first', async () => {
  const { servable, started, finish } = slowServable();
  const fixture = await startReadyServer({ loader: { servable: () => servable }, config: { drainDelayMs: 300 } });
  const { server, rest, grpc } = fixture;
  const watch = grpc.stream('/grpc.health.v1.Health/Watch', [toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema))]);
  const nextStatus = async (): Promise<number> => fromBinary(HealthCheckResponseSchema, (await watch.next()).value as Uint8Array).status;
  expect(await nextStatus()).toBe(1);
  const slow = [fixture.post('/v1/models/m:predict', BODY), grpc.unary(PREDICT, predictM([1]))] as const;
  await started(2);

  const closed = server.close();
  expect(await nextStatus()).toBe(2);
  const readiness = await fixture.get('/readyz');
  expect([readiness.status, JSON.parse(readiness.body)]).toEqual([503, { ready: false, draining: true, models: [] }]);
  expect((await fixture.get('/livez')).status).toBe(200);
  const late = fixture.post('/v1/models/m:predict', BODY);
  await started(3);

  await expect(watch.next()).rejects.toMatchObject({ code: 14 });
  await expect.poll(() => rawRequest(rest, { target: '/livez' }).then(() => 'answered', () => 'refused')).toBe('refused');
  const newcomer = new RawGrpcClient(server.addresses.grpc ?? '');
  expect((await newcomer.failure(PREDICT, predictM([1]), { timeoutMs: 2000 })).code).toBe(14);
  newcomer.close();

  finish();
  const [overRest, overGrpc] = await Promise.all(slow);
  expect([overRest.status, overRest.headers.get('connection')]).toEqual([200, 'close']);
  expect(predictResponse(overGrpc).outputs['y']?.floatVal).toEqual([9]);
  expect((await late).status).toBe(200);
  await closed;
  grpc.close();
});

it('gives up on requests that outlast the drain time', async () => {
  const { servable, started, finish } = slowServable();
  const fixture = await startReadyServer({ loader: { servable: () => servable }, config: { drainTimeoutMs: 50 } });
  const connection = new RawHttpConnection(fixture.rest);
  connection.send(`POST /v1/models/m:predict HTTP/1.1\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`);
  const call = fixture.grpc.failure(PREDICT, predictM([1]));
  await started(2);
  const closed = fixture.server.close();
  await connection.closed();
  expect([1, 14]).toContain((await call).code);
  finish();
  await closed;
  fixture.grpc.close();
});

it('does not wait for connections that never sent a request', async () => {
  const fixture = await startReadyServer();
  const silent = new RawHttpConnection(fixture.rest);
  const half = new RawHttpConnection(fixture.rest);
  half.send('GET /livez HTT');
  await fixture.get('/livez');
  await fixture.close();
  await Promise.all([silent.closed(), half.closed()]);
});

/** Keeps asking, several at once, until it is stopped; every answer that is not good is kept. */
async function hammer(ask: () => Promise<unknown>, isOver: () => boolean): Promise<{ readonly answered: number; readonly failures: readonly unknown[] }> {
  let answered = 0;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (!isOver()) {
      const failure = await ask().then(() => undefined, (error: unknown) => error ?? 'failed');
      if (failure === undefined) answered += 1;
      else failures.push(failure);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return { answered, failures };
}

it('swaps versions under load over both protocols without a failed request', async () => {
  const servable = (version: bigint): Servable => {
    const outputs: NamedTensors = new Map([['y', createTensor('FP32', [1], Float32Array.of(Number(version)))]]);
    let isGone = false;
    const run: Servable['run'] = async () => {
      await new Promise(setImmediate);
      if (isGone) throw new Error(`version ${version} ran after its end`);
      return outputs;
    };
    return Object.assign(fakeServable({ run }), { end: () => (isGone = true) });
  };
  const fixture = await startReadyServer({ loader: { forArtifact: (_artifact, { id }) => ({ servable: () => servable(id.version) }) } });
  let isOver = false;
  const seen = new Set<number>();
  const post = async (): Promise<void> => {
    const { status, body } = await fixture.post('/v1/models/m:predict', BODY);
    if (status !== 200) throw new Error(body);
    seen.add((JSON.parse(body) as { predictions: number[] }).predictions[0] ?? 0);
  };
  const call = async (): Promise<void> => void seen.add(predictResponse(await fixture.grpc.unary(PREDICT, predictM([1]))).outputs['y']?.floatVal[0] ?? 0);
  const load = Promise.all([hammer(post, () => isOver), hammer(call, () => isOver)]);
  const { states } = fixture.server.manager;
  const name = states.models()[0];
  if (name === undefined) throw new Error('no model');
  for (let version = 2; version <= 12; version += 1) {
    fixture.source.aspire('m', [version]);
    const is = (wanted: string) => (each: { readonly state: string }): boolean => each.state === wanted;
    const [newer, older] = [states.versions(name)[0], states.versions(name)[1]];
    if (newer === undefined || older === undefined) throw new Error('no versions');
    await states.waitFor(name, newer.id.version, is('ready'));
    await states.waitFor(name, older.id.version, is('ended'));
    await expect.poll(() => seen.has(version)).toBe(true);
  }
  isOver = true;
  const [overRest, overGrpc] = await load;
  expect([...overRest.failures, ...overGrpc.failures]).toEqual([]);
  expect(overRest.answered).toBeGreaterThan(50);
  expect(overGrpc.answered).toBeGreaterThan(50);
  expect(Math.max(...seen)).toBe(12);
  await fixture.close();
});
