import { parseModelName, parseVersion } from '@servable/core';
import onnx from '@servable/loader-onnx';
import { create, toBinary } from '@servable/protos';
import { ReloadConfigRequestSchema } from '@servable/protos/tensorflow-serving';
import { ModelServerConfigSchema } from '@servable/protos/tensorflow-serving-config';
import { parseTextProto } from '@servable/protos/text-proto';
import fs from '@servable/source-fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FIXTURES } from '../../../loader-onnx/test/golden.ts';
import { modelsFolder } from '../support/model-folders.ts';
import { floats, PREDICT, predictBytes, predictResponse } from '../support/predict-messages.ts';
import { type ServerFixture, startServer } from '../support/server-fixture.ts';

const INPUT = [1.52, -0.44, -0.4, 0.37];
const ROUNDS = 12;

/** Calls over both protocols, by name and by label, until told to stop. */
function callStaying(fixture: ServerFixture): { stop(): Promise<{ readonly failures: readonly string[]; readonly calls: number }>; seen: (version: bigint) => Promise<void> } {
  const over = new AbortController();
  const failures: string[] = [];
  let behindLabel = 0n;
  let calls = 0;
  const repeat = async (call: () => Promise<void>): Promise<void> => {
    while (!over.signal.aborted) {
      await call().catch((error: unknown) => void failures.push(String(error)));
      calls += 1;
    }
  };
  const bytes = predictBytes({ modelSpec: { name: 'stays', versionChoice: { case: 'versionLabel', value: 'stable' } }, inputs: { features: floats(INPUT, [1, 4]) } });
  const callers = Promise.all([
    repeat(async () => {
      const { modelSpec } = predictResponse(await fixture.grpc.unary(PREDICT, bytes));
      behindLabel = modelSpec?.versionChoice.case === 'version' ? (modelSpec.versionChoice.value.value ?? -1n) : -1n;
    }),
    ...['/v1/models/stays:predict', '/v1/models/stays/labels/stable:predict'].map((target) =>
      repeat(async () => {
        const { status, body } = await fixture.post(target, JSON.stringify({ instances: [INPUT] }));
        if (status !== 200) throw new Error(`${status} ${body}`);
      }),
    ),
  ]);
  return {
    async stop() {
      over.abort();
      await callers;
      return { failures, calls };
    },
    seen: (version) => vi.waitUntil(() => behindLabel === version || failures.length > 0, { timeout: 30_000 }).then(() => undefined),
  };
}

it('fails no request of a model that stays while others come, go and are renamed, its labels move, and it moves itself', { timeout: 120_000 }, async () => {
  const folder = await modelsFolder();
  for (const place of ['here', 'there', 'other']) await cp(join(FIXTURES, 'mlp'), join(folder, place), { recursive: true });
  const fixture = await startServer({ models: [], plugins: [fs({ pollIntervalMs: 20, settleMs: 0 }), onnx()], config: { batching: {} } });
  onTestFinished(() => fixture.close());
  const states = fixture.server.manager.states;

  const model = (name: string, place: string, rest: string): string =>
    `config { name: "${name}" base_path: "${join(folder, place)}" model_platform: "onnx" ${rest} }`;
  const staying = (place: string, stable: number): string =>
    model('stays', place, `model_version_policy { all {} } version_labels { key: "stable" value: ${stable} }`);
  const reload = async (...models: readonly string[]): Promise<void> => {
    const config = parseTextProto(ModelServerConfigSchema, `model_config_list { ${models.join(' ')} }`);
    const request = toBinary(ReloadConfigRequestSchema, create(ReloadConfigRequestSchema, { config }));
    await fixture.grpc.unary('/tensorflow.serving.ModelService/HandleReloadConfigRequest', request);
  };

  await reload(staying('here', 1));
  for (const version of [1, 2]) {
    await states.waitFor(parseModelName('stays'), parseVersion(version), ({ state }) => state === 'ready', AbortSignal.timeout(30_000));
  }
  const load = callStaying(fixture);
  for (let round = 0; round < ROUNDS; round++) {
    // Every round another one comes, the one before goes, the label moves, and so do the files of the model that stays.
    await reload(staying(round % 2 === 0 ? 'there' : 'here', (round % 2) + 1), model(`other-${round}`, 'other', ''));
    await load.seen(BigInt((round % 2) + 1));
  }
  const { failures, calls } = await load.stop();
  expect(failures).toEqual([]);
  expect(calls).toBeGreaterThan(ROUNDS);
  for (let round = 0; round < ROUNDS - 1; round++) {
    await states.waitFor(parseModelName(`other-${round}`), parseVersion(2), ({ state }) => state === 'ended', AbortSignal.timeout(30_000));
  }
  expect(fixture.server.manager.readyVersions(parseModelName('stays'))).toEqual([1n, 2n]);
});
