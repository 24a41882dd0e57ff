import { parseModelName, parseVersion, type LifecycleState } from '@servable/core';
import onnx from '@servable/loader-onnx';
import fs from '@servable/source-fs';
import autocannon from 'autocannon';
import { cp, mkdtemp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FIXTURES } from '../../loader-onnx/test/golden.ts';
import { floats, PREDICT, predictBytes, predictResponse } from './support/predict-messages.ts';
import { type ServerFixture, startServer } from './support/server-fixture.ts';

const NAME = parseModelName('mlp');
const INPUT = [1.52, -0.44, -0.4, 0.37];
const LOAD_SECONDS = 60;

/** A base directory whose versions are real models, moved into place as a deployment does it. */
async function modelFolder(): Promise<{ readonly path: string; publish(version: number, fill: (folder: string) => Promise<void>): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'servable-swap-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const path = join(root, 'mlp');
  await mkdir(path);
  return {
    path,
    async publish(version, fill) {
      const folder = join(root, `building-${version}`);
      await mkdir(folder);
      await fill(folder);
      await rename(folder, join(path, String(version)));
    },
  };
}

const mlp = (version: 1 | 2) => (folder: string): Promise<void> => cp(join(FIXTURES, 'mlp', String(version)), folder, { recursive: true });
const broken = (folder: string): Promise<void> => writeFile(join(folder, 'model.onnx'), 'no model at all');

function until(fixture: ServerFixture, version: number, wanted: LifecycleState): Promise<unknown> {
  return fixture.server.manager.states.waitFor(NAME, parseVersion(version), ({ state }) => state === wanted, AbortSignal.timeout(15_000));
}

interface GrpcCallers {
  /** Resolves once this version has answered. */
  answered(version: bigint): Promise<void>;
  stop(): Promise<{ readonly versions: readonly bigint[]; readonly failures: readonly unknown[]; readonly calls: number }>;
}

/** Calls until told to stop; tells which versions answered, in order, and what failed. */
function callOverGrpc(fixture: ServerFixture): GrpcCallers {
  const request = predictBytes({ modelSpec: { name: NAME }, inputs: { features: floats(INPUT, [1, 4]) } });
  const versions = new Set<bigint>();
  const failures: unknown[] = [];
  let heard = (): void => {};
  let calls = 0;
  const over = new AbortController();
  const caller = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        const { modelSpec } = predictResponse(await fixture.grpc.unary(PREDICT, request));
        versions.add(modelSpec?.versionChoice.case === 'version' ? (modelSpec.versionChoice.value.value ?? -1n) : -1n);
      } catch (error) {
        failures.push(error);
      }
      calls += 1;
      heard();
    }
  };
  const callers = Promise.all(Array.from({ length: 4 }, caller));
  return {
    async answered(version) {
      while (!versions.has(version)) await new Promise<void>((resolve) => (heard = resolve));
    },
    async stop() {
      over.abort();
      await callers;
      return { versions: [...versions], failures, calls };
    },
  };
}

it('swaps real models under load without a failed request, and keeps the old one when the new one is broken', { timeout: 90_000 }, async () => {
  const folder = await modelFolder();
  await folder.publish(1, mlp(1));
  const model = { name: NAME, path: folder.path, platform: undefined, versions: { kind: 'latest', count: 1 } } as const;
  const fixture = await startServer({ models: [model], plugins: [fs(), onnx()] });
  onTestFinished(() => fixture.close());
  await until(fixture, 1, 'ready');

  const url = `http://${fixture.rest}/v1/models/mlp:predict`;
  const rest = autocannon({ url, method: 'POST', body: JSON.stringify({ instances: [INPUT] }), connections: 4, duration: LOAD_SECONDS });
  const stopRest = (): unknown => Reflect.apply(Reflect.get(rest, 'stop') as () => void, rest, []);
  onTestFinished(() => void stopRest());
  const grpc = callOverGrpc(fixture);
  await grpc.answered(1n);

  await folder.publish(2, mlp(2));
  await Promise.all([until(fixture, 2, 'ready'), until(fixture, 1, 'ended')]);
  await grpc.answered(2n);
  await folder.publish(3, broken);
  await until(fixture, 3, 'ended');
  expect(fixture.server.manager.readyVersions(NAME)).toEqual([2n]);
  const status = await fixture.get('/v1/models/mlp/versions/3');
  expect(JSON.parse(status.body)).toMatchObject({
    model_version_status: [{ state: 'END', status: { error_code: 'INVALID_ARGUMENT', error_message: expect.stringContaining('is not a valid ONNX model') as string } }],
  });
  await folder.publish(4, mlp(1));
  await Promise.all([until(fixture, 4, 'ready'), until(fixture, 2, 'ended')]);
  await grpc.answered(4n);
  await folder.publish(5, mlp(2));
  await Promise.all([until(fixture, 5, 'ready'), until(fixture, 4, 'ended')]);
  await grpc.answered(5n);

  const overGrpc = await grpc.stop();
  stopRest();
  const overRest = await rest;
  expect({ non2xx: overRest.non2xx, errors: overRest.errors, timeouts: overRest.timeouts }).toEqual({ non2xx: 0, errors: 0, timeouts: 0 });
  expect(overRest['2xx']).toBeGreaterThan(20);
  expect(overGrpc.failures).toEqual([]);
  expect(overGrpc.calls).toBeGreaterThan(20);
  expect(overGrpc.versions).toEqual([1n, 2n, 4n, 5n]);
});
