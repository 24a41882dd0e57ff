import { type LifecycleState, parseModelName, parseVersion, servableError } from '@servable/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ServerFixture, type ServerFixtureOptions, startServer } from './support/server-fixture.ts';

const M = parseModelName('m');

async function started(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const fixture = await startServer(options);
  onTestFinished(() => fixture.close());
  return fixture;
}

function until({ server }: ServerFixture, version: number, wanted: LifecycleState, model = 'm'): Promise<unknown> {
  const isWanted = ({ state }: { readonly state: LifecycleState }): boolean => state === wanted;
  return server.manager.states.waitFor(parseModelName(model), parseVersion(version), isWanted, AbortSignal.timeout(15_000));
}

/** `2 AVAILABLE OK`, one for each version. */
async function statusOf({ get }: ServerFixture): Promise<readonly string[]> {
  const { model_version_status: versions } = JSON.parse((await get('/v1/models/m')).body) as {
    model_version_status: readonly { version: string; state: string; status: { error_code: string; error_message: string } }[];
  };
  return versions.map(({ version, state, status }) => `${version} ${state} ${status.error_code} ${status.error_message}`.trim());
}

describe("statuses have TensorFlow Serving's codes and texts:", () => {
  it('a version that resources do not suffice for', async () => {
    const fixture = await started({ config: { ramLimitBytes: 100 }, loader: { estimate: { ramBytes: 300 } } });
    fixture.source.aspire('m', [7]);
    await until(fixture, 7, 'ended');
    expect(await statusOf(fixture)).toEqual([
      '7 END RESOURCE_EXHAUSTED Insufficient resources to load servable {name: m version: 7}: it needs 300 bytes of RAM, more than is free of 100 bytes of RAM',
    ]);
  });

  it('one whose need cannot be told', async () => {
    const fixture = await started({ loader: { errors: { estimate: new Error('no manifest') } } });
    fixture.source.aspire('m', [7]);
    await until(fixture, 7, 'ended');
    expect(await statusOf(fixture)).toEqual(['7 END UNKNOWN Error while attempting to reserve resources to load servable {name: m version: 7}: no manifest']);
  });

  it('one that is no longer wanted while it loads', async () => {
    const fixture = await started({ loader: { deferred: ['load'] } });
    fixture.source.aspire('m', [7]);
    await (await fixture.loader.loaderAt(0)).started('load');
    expect(await statusOf(fixture)).toEqual(['7 LOADING OK']);
    fixture.source.aspire('m', []);
    await until(fixture, 7, 'ended');
    expect(await statusOf(fixture)).toEqual(['7 END CANCELLED Loading of servable cancelled']);
  });

  it('an old one that serves on beside a broken successor', async () => {
    const broken = servableError('SRV_TENSOR_INVALID', ['no weights']);
    const fixture = await started({ loader: { forArtifact: (_artifact, { id }) => (id.version === 2n ? { errors: { load: broken } } : {}) } });
    fixture.source.aspire('m', [1]);
    await until(fixture, 1, 'ready');
    fixture.source.aspire('m', [2]);
    await until(fixture, 2, 'ended');
    expect(await statusOf(fixture)).toEqual(['2 END INVALID_ARGUMENT Invalid tensor: no weights', '1 AVAILABLE OK']);
  });
});

describe('a load that failed', () => {
  const lasting = servableError('SRV_TENSOR_INVALID', ['no weights']);
  const passing = servableError('SRV_INTERNAL', ['busy']);

  it.each([
    ['is tried again as often as configured', passing, 'default', 3],
    ['is not tried again when the fault stays', lasting, 'default', 1],
    ['is tried again whatever the fault with compat strict', lasting, 'strict', 3],
  ] as const)('%s', async (_what, error, compat, tries) => {
    const fixture = await started({ config: { compat, maxLoadRetries: 2, loadRetryIntervalMs: 0 }, loader: { errors: { load: error } } });
    fixture.source.aspire('m', [1]);
    await until(fixture, 1, 'ended');
    expect(fixture.loader.loaders).toHaveLength(tries);
  });
});

describe('slots', () => {
  it('are more for the first loads than for those after them', async () => {
    const models = ['a', 'b', 'c'];
    const fixture = await started({
      models,
      source: { initial: { a: [1], b: [1] } },
      config: { maxConcurrentInitialLoads: 2, maxConcurrentLoads: 1 },
      loader: { forArtifact: (_artifact, { id }) => (id.version === 2n ? { deferred: ['load'] } : {}) },
    });
    await fixture.server.ready;
    fixture.source.aspire('a', [1, 2]);
    fixture.source.aspire('b', [1, 2]);
    const states = fixture.server.manager.states;
    await until(fixture, 2, 'loading', 'a');
    expect(states.version(parseModelName('b'), parseVersion(2))?.state).toBe('new');
    (await fixture.loader.loaderAt(2)).resolve('load');
    await until(fixture, 2, 'loading', 'b');
    (await fixture.loader.loaderAt(3)).resolve('load');
    await until(fixture, 2, 'ready', 'b');
  });

  it('of the first loads hold until all were loaded once', async () => {
    const fixture = await started({
      models: ['a', 'b'],
      source: { initial: { a: [1], b: [1] } },
      config: { maxConcurrentInitialLoads: 2, maxConcurrentLoads: 1 },
      loader: { deferred: ['load'] },
    });
    await Promise.all(['a', 'b'].map((model) => until(fixture, 1, 'loading', model)));
    for (const index of [0, 1]) (await fixture.loader.loaderAt(index)).resolve('load');
    await fixture.server.ready;
  });
});

describe('the order of a swap', () => {
  it.each([
    ['availability-preserving', [1n]],
    ['resource-preserving', []],
  ] as const)('with %s, what serves while the new version loads', async (policy, serving) => {
    const fixture = await started({
      config: { policy },
      loader: { forArtifact: (_artifact, { id }) => (id.version === 2n ? { deferred: ['load'] } : {}) },
    });
    fixture.source.aspire('m', [1]);
    await until(fixture, 1, 'ready');
    const { manager } = fixture.server;
    fixture.source.aspire('m', [2]);
    const next = await fixture.loader.loaderAt(1);
    await next.started('load');
    expect(manager.readyVersions(M)).toEqual(serving);
    next.resolve('load');
    await until(fixture, 2, 'ready');
    await until(fixture, 1, 'ended');
    expect(manager.readyVersions(M)).toEqual([2n]);
  });
});
