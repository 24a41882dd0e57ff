import { createHooks, Manager, type ModelName, parseModelName, parseVersion } from '@servable/core';
import { FakeLoader } from '@servable/plugin-testing';
import { create, fromBinary, toBinary } from '@servable/protos';
import { HealthCheckRequestSchema, HealthCheckResponseSchema } from '@servable/protos/health';
import { afterEach, expect, it } from 'vitest';
import { healthMethods } from '../../src/grpc/health-service.ts';
import { ServerHealth } from '../../src/health.ts';
import { type GrpcFixture, serveGrpc } from '../support/grpc-server.ts';

const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
const [SERVING, NOT_SERVING, SERVICE_UNKNOWN] = [1, 2, 3];
const A = parseModelName('a');
const B = parseModelName('b');

const fixtures: { readonly manager: Manager; readonly grpc: GrpcFixture }[] = [];
afterEach(async () => {
  for (const { manager, grpc } of fixtures.splice(0)) {
    grpc.close();
    await manager.close();
  }
});

interface Fixture {
  readonly manager: Manager;
  readonly health: ServerHealth;
  readonly stopping: AbortController;
  readonly grpc: GrpcFixture;
}

async function serve(models: readonly ModelName[]): Promise<Fixture> {
  const manager = new Manager({ hooks: createHooks() });
  const health = new ServerHealth(manager, models);
  const stopping = new AbortController();
  const grpc = await serveGrpc(healthMethods(health, stopping.signal));
  fixtures.push({ manager, grpc });
  return { manager, health, stopping, grpc };
}

function aspire(manager: Manager, name: ModelName, versions: readonly number[]): FakeLoader[] {
  const loaders = versions.map(() => new FakeLoader({ deferred: ['load', 'unload'] }));
  manager.aspire({
    name,
    versions: versions.map((version, index) => ({ version: parseVersion(version), value: { createLoader: () => loaders[index] ?? new FakeLoader() } })),
  });
  return loaders;
}

function asked(service: string): Uint8Array {
  return toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service }));
}

function statusIn(bytes: Uint8Array | undefined): number | undefined {
  return bytes === undefined ? undefined : fromBinary(HealthCheckResponseSchema, bytes).status;
}

async function check({ grpc }: Fixture, service: string): Promise<number | undefined> {
  return statusIn(await grpc.client.unary(CHECK, asked(service)));
}

it.each(['', 'tensorflow.serving.PredictionService', 'tensorflow.serving.ModelService', 'PredictionService', 'ModelService'])(
  'says SERVING for "%s" when every configured model is ready, and NOT_SERVING before and while draining',
  async (service) => {
    const fixture = await serve([A, B]);
    const [loaderA] = aspire(fixture.manager, A, [1]);
    const [loaderB] = aspire(fixture.manager, B, [1]);
    expect(await check(fixture, service)).toBe(NOT_SERVING);
    loaderA?.resolve('load');
    await fixture.manager.states.waitUntilReady([A]);
    expect(await check(fixture, service)).toBe(NOT_SERVING);
    loaderB?.resolve('load');
    await fixture.manager.states.waitUntilReady([A, B]);
    expect(await check(fixture, service)).toBe(SERVING);
    fixture.health.startDraining();
    expect(await check(fixture, service)).toBe(NOT_SERVING);
    loaderA?.resolve('unload');
    loaderB?.resolve('unload');
  },
);

it('answers for one model by the name model:<name>', async () => {
  const fixture = await serve([A, B]);
  const [loader] = aspire(fixture.manager, A, [1]);
  loader?.resolve('load');
  loader?.resolve('unload');
  await fixture.manager.states.waitUntilReady([A]);
  expect(await check(fixture, 'model:a')).toBe(SERVING);
  expect(await check(fixture, 'model:b')).toBe(NOT_SERVING);
});

it.each(['other', 'model:', 'model:c', 'tensorflow.serving.predictionservice'])('answers Check of "%s" with NOT_FOUND', async (service) => {
  const { grpc } = await serve([A]);
  expect((await grpc.client.failure(CHECK, asked(service))).code).toBe(5);
});

it('refuses bytes that are no message', async () => {
  const { grpc } = await serve([A]);
  expect((await grpc.client.failure(CHECK, Uint8Array.of(0x0a, 0xff))).code).toBe(3);
});

it('streams every change of the status to Watch, once each, and ends it when the server stops', async () => {
  const { manager, health, stopping, grpc } = await serve([A]);
  const statuses = grpc.client.stream(WATCH, [asked('')]);
  const next = async (): Promise<number | undefined> => statusIn((await statuses.next()).value as Uint8Array | undefined);
  expect(await next()).toBe(NOT_SERVING);
  const [loader] = aspire(manager, A, [1]);
  loader?.resolve('load');
  loader?.resolve('unload');
  expect(await next()).toBe(SERVING);
  const [second] = aspire(manager, A, [2]);
  second?.resolve('load');
  second?.resolve('unload');
  await manager.states.waitFor(A, parseVersion(1), ({ state }) => state === 'ended');
  health.startDraining();
  expect(await next()).toBe(NOT_SERVING);
  stopping.abort();
  await expect(next()).rejects.toMatchObject({ code: 14 });
});

it('says SERVICE_UNKNOWN to Watch of an unknown service, and its status once it is known', async () => {
  const { manager, grpc } = await serve([]);
  const statuses = grpc.client.stream(WATCH, [asked('model:a')]);
  const next = async (): Promise<number | undefined> => statusIn((await statuses.next()).value as Uint8Array | undefined);
  expect(await next()).toBe(SERVICE_UNKNOWN);
  const [loader] = aspire(manager, A, [1]);
  expect(await next()).toBe(NOT_SERVING);
  loader?.resolve('load');
  loader?.resolve('unload');
  expect(await next()).toBe(SERVING);
});

it('forgets a watcher that went away', async () => {
  const { health, grpc } = await serve([A]);
  let listeners = 0;
  const onChange = health.onChange.bind(health);
  Object.defineProperty(health, 'onChange', {
    value(listener: () => void) {
      listeners += 1;
      const stop = onChange(listener);
      return () => {
        listeners -= 1;
        stop();
      };
    },
  });
  const gone = new AbortController();
  const statuses = grpc.client.stream(WATCH, [asked('')], { signal: gone.signal });
  await statuses.next();
  expect(listeners).toBe(1);
  gone.abort();
  await expect(statuses.next()).rejects.toMatchObject({ code: 1 });
  await expect.poll(() => listeners).toBe(0);
});
