import { toBinary } from '@bufbuild/protobuf';
import { type BatchClosed, definePlugin, formatServableId, parseModelName, parseVersion } from '@servable/core';
import onnx from '@servable/loader-onnx';
import { decodeTensor } from '@servable/protocol';
import { TensorProtoSchema } from '@servable/protos/tensorflow';
import fs from '@servable/source-fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differenceOf, type Golden, type GoldenCase, goldenTensor, isTensor, readGoldens } from '../../loader-onnx/test/golden.ts';
import { goldenModel, goldenRequest, untilGoldensReady } from './support/golden-messages.ts';
import { PREDICT, predictResponse } from './support/predict-messages.ts';
import { type ServerFixture, startServer } from './support/server-fixture.ts';

// Joined or alone, a model that keeps its rows apart gives the answers of ONNX Runtime's Python package.

/** Every request is sent so often at once: what it is joined with has at least its own shapes. */
const COPIES = 3;
const WINDOW_MICROS = 50_000;

const goldens = readGoldens();
const versions = goldens.flatMap((golden) => Object.keys(golden.versions).map((version) => ({ golden, version, name: `${golden.model}/${version}` })));
const batches: BatchClosed[] = [];
const watch = definePlugin({ name: 'test', apply: (hooks) => hooks.batchClosed.tap('test', (batch) => void batches.push(batch)) });

let fixture: ServerFixture;
beforeAll(async () => {
  const batching = { leaveWhenIdle: false, batchTimeoutMicros: WINDOW_MICROS, maxBatchSize: 1000 };
  fixture = await startServer({ models: goldens.map(goldenModel), plugins: [fs(), onnx(), watch], config: { batching } });
  await untilGoldensReady(fixture, goldens);
}, 60_000);
afterAll(() => fixture.close());

function isBatched(golden: Golden, version: string): boolean {
  const handle = fixture.server.manager.acquire({ kind: 'version', name: parseModelName(golden.model), version: parseVersion(version) });
  const signature = handle.servable.signatures.get('serving_default');
  handle.release();
  return signature?.batching === 'rows';
}

const rowsOf = ({ inputs }: GoldenCase): number => Object.values(inputs)[0]?.shape[0] ?? 0;

async function expectAnswer(golden: Golden, each: GoldenCase): Promise<void> {
  const { outputs } = predictResponse(await fixture.grpc.unary(PREDICT, goldenRequest(golden, each, each.output_filter)));
  for (const [name, expected] of Object.entries(each.outputs ?? {})) {
    if (!isTensor(expected)) continue;
    const proto = outputs[name];
    const actual = proto === undefined ? undefined : decodeTensor(toBinary(TensorProtoSchema, proto));
    expect(differenceOf(actual, goldenTensor(expected), each.tolerance ?? golden.tolerance), `${each.name} ${name}`).toBeUndefined();
  }
}

it('batches the models that keep rows apart, and no others', () => {
  const batched = versions.filter(({ golden, version }) => isBatched(golden, version)).map(({ name }) => name);
  expect(batched).toContain('mlp/1');
  expect(batched).toContain('cnn/1');
  for (const mixing of ['strings/1', 'control_flow/1', 'dynamic_shapes/1']) expect(batched).not.toContain(mixing);
});

describe('answers as alone, though joined with others', () => {
  it.each(versions)('$name', async ({ golden, version, name }) => {
    if (!isBatched(golden, version)) return;
    const cases = golden.cases.filter((each) => String(each.version) === version && each.error === undefined && rowsOf(each) > 0);
    batches.length = 0;
    await Promise.all(cases.flatMap((each) => Array.from({ length: COPIES }, () => expectAnswer(golden, each))));
    const own = batches.filter(({ id }) => formatServableId(id) === name);
    expect(own.reduce((total, { requests }) => total + requests, 0)).toBe(cases.length * COPIES);
    expect(own.reduce((total, { rows }) => total + rows, 0)).toBe(COPIES * cases.reduce((total, each) => total + rowsOf(each), 0));
    expect(Math.min(...own.map(({ requests }) => requests))).toBeGreaterThanOrEqual(COPIES);
  });
});
