import { parseModelName, parseVersion } from '@servable/core';
import onnx from '@servable/loader-onnx';
import { create } from '@bufbuild/protobuf';
import { type Feature, FeatureSchema } from '@servable/protos/tensorflow';
import fs from '@servable/source-fs';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES, type Golden, type GoldenCase, type GoldenTensor, isTensor, readGoldens } from '../../loader-onnx/test/golden.ts';
import { CLASSIFY, classificationBytes, classificationResponse, inputOf, MULTI_INFERENCE, multiInferenceBytes, multiInferenceResponse, REGRESS, regressionBytes, regressionResponse } from './support/example-messages.ts';
import { type ServerFixture, startServer } from './support/server-fixture.ts';

// Real ONNX models, each row of a golden sent as an example: what ONNX Runtime's Python package computes must come back.

interface ExampleModel {
  readonly golden: string;
  readonly version: number;
  /** Signatures by name, as `servable.json` has them. */
  readonly signatures: Readonly<Record<string, { readonly method: string; readonly outputs: Readonly<Record<string, string>> }>>;
}

const MODELS: readonly ExampleModel[] = [
  { golden: 'mlp', version: 2, signatures: { serving_default: { method: 'classify', outputs: { scores: 'probabilities' } }, labels: { method: 'classify', outputs: { scores: 'label' } } } },
  {
    golden: 'sklearn_nozipmap',
    version: 1,
    signatures: {
      serving_default: { method: 'classify', outputs: { scores: 'probabilities' } },
      flat: { method: 'classify', outputs: { classes: 'label', scores: 'probabilities' } },
      values: { method: 'regress', outputs: { outputs: 'probabilities' } },
    },
  },
  { golden: 'sklearn_trees', version: 2, signatures: { serving_default: { method: 'regress', outputs: { outputs: 'variable' } }, scores: { method: 'classify', outputs: { scores: 'variable' } } } },
  { golden: 'strings', version: 1, signatures: { serving_default: { method: 'classify', outputs: { classes: 'words' } }, upper: { method: 'regress', outputs: { outputs: 'upper' } }, ids: { method: 'regress', outputs: { outputs: 'ids' } } } },
];

const goldens = new Map(readGoldens().map((golden) => [golden.model, golden]));
const folder = mkdtempSync(join(tmpdir(), 'servable-examples-'));

function goldenOf(name: string): Golden {
  return goldens.get(name) ?? expect.fail(`no golden ${name}`);
}

let fixture: ServerFixture;
beforeAll(async () => {
  for (const { golden, version, signatures } of MODELS) {
    const path = join(folder, golden, String(version));
    mkdirSync(path, { recursive: true });
    copyFileSync(join(FIXTURES, golden, String(version), 'model.onnx'), join(path, 'model.onnx'));
    writeFileSync(join(path, 'servable.json'), JSON.stringify({ signatures }));
  }
  const models = MODELS.map(({ golden }) => ({ name: parseModelName(golden), path: join(folder, golden), platform: undefined }));
  fixture = await startServer({ models, plugins: [fs(), onnx()] });
  const timeout = AbortSignal.timeout(45_000);
  const ready = MODELS.map(({ golden, version }) => fixture.server.manager.states.waitFor(parseModelName(golden), parseVersion(version), ({ state }) => state === 'ready', timeout));
  await Promise.all(ready);
}, 60_000);
afterAll(async () => {
  await fixture.close();
  rmSync(folder, { recursive: true });
});

/** The values of one row of an input; goldens write strings as text. */
function rowOf(tensor: GoldenTensor, row: number): readonly unknown[] {
  const values = tensor.values ?? expect.fail('raw');
  const width = values.length / (tensor.shape[0] ?? 1);
  return values.slice(row * width, (row + 1) * width);
}

function featureOf(tensor: GoldenTensor, row: number): Feature {
  const values = rowOf(tensor, row);
  if (tensor.dtype === 'DT_FLOAT') return create(FeatureSchema, { kind: { case: 'floatList', value: { value: values.map(Number) } } });
  return create(FeatureSchema, { kind: { case: 'bytesList', value: { value: values.map((value) => Buffer.from(String(value))) } } });
}

const rowsOf = ({ inputs }: GoldenCase): number => Object.values(inputs)[0]?.shape[0] ?? 0;

function inputsOf(each: GoldenCase): ReturnType<typeof inputOf> {
  const rows = Array.from({ length: rowsOf(each) }, (_none, row) => row);
  return inputOf(...rows.map((row) => ({ features: { feature: Object.fromEntries(Object.entries(each.inputs).map(([name, tensor]) => [name, featureOf(tensor, row)])) } })));
}

/** The same examples as REST writes them: floats with a point or exponent, strings as base64. */
function bodyOf(each: GoldenCase): string {
  const text = (tensor: GoldenTensor, value: unknown): string => {
    if (tensor.dtype !== 'DT_FLOAT') return `{"b64": "${Buffer.from(String(value)).toString('base64')}"}`;
    return Number.isInteger(value) ? `${String(value)}.0` : String(value);
  };
  const rows = Array.from({ length: rowsOf(each) }, (_none, row) => `{${Object.entries(each.inputs).map(([name, tensor]) => `"${name}": [${rowOf(tensor, row).map((value) => text(tensor, value)).join(', ')}]`).join(', ')}}`);
  return `{"examples": [${rows.join(', ')}]}`;
}

function outputOf(each: GoldenCase, name: string): { readonly rows: readonly (readonly unknown[])[] } {
  const output = each.outputs?.[name];
  if (output === undefined || !isTensor(output)) return expect.fail(`no ${name}`);
  return { rows: Array.from({ length: rowsOf(each) }, (_none, row) => rowOf(output, row)) };
}

const casesOf = (name: string, version: number): readonly GoldenCase[] =>
  goldenOf(name).cases.filter((each) => each.version === version && each.error === undefined && each.output_filter === undefined && rowsOf(each) > 0);

function expectClose(actual: readonly number[], expected: readonly unknown[], golden: string): void {
  const { rtol, atol } = goldenOf(golden).tolerance;
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => expect(Math.abs(value - Number(expected[index]))).toBeLessThanOrEqual(atol + rtol * Math.abs(Number(expected[index]))));
}

describe.each(['mlp', 'sklearn_nozipmap'])('%s classifies', (name) => {
  const version = MODELS.find(({ golden }) => golden === name)?.version ?? 0;
  it.each(casesOf(name, version).map((each) => [each.name, each] as const))('%s', async (_title, each) => {
    const expected = outputOf(each, 'probabilities').rows;
    const { result } = classificationResponse(await fixture.grpc.unary(CLASSIFY, classificationBytes({ modelSpec: { name }, input: inputsOf(each) })));
    const scores = result?.classifications.map(({ classes }) => classes.map(({ score }) => score)) ?? [];
    scores.forEach((row, index) => expectClose(row, expected[index] ?? [], name));
    expect(scores).toHaveLength(expected.length);
    const { status, body } = await fixture.post(`/v1/models/${name}:classify`, bodyOf(each));
    const { results } = JSON.parse(body) as { readonly results: readonly (readonly (readonly [string, number])[])[] };
    expect([status, results.map((row) => row.map(([, score]) => Math.fround(score)))]).toEqual([200, scores]);
  });
});

it.each(casesOf('sklearn_trees', 2).map((each) => [each.name, each] as const))('sklearn_trees regresses %s', async (_title, each) => {
  const expected = outputOf(each, 'variable').rows.flat();
  const { result } = regressionResponse(await fixture.grpc.unary(REGRESS, regressionBytes({ modelSpec: { name: 'sklearn_trees' }, input: inputsOf(each) })));
  expectClose(result?.regressions.map(({ value }) => value) ?? [], expected, 'sklearn_trees');
  const { status, body } = await fixture.post('/v1/models/sklearn_trees:regress', bodyOf(each));
  expect(status).toBe(200);
  expectClose((JSON.parse(body) as { readonly results: readonly number[] }).results, expected, 'sklearn_trees');
});

it.each(casesOf('strings', 1).map((each) => [each.name, each] as const))('strings gives classes for %s', async (_title, each) => {
  const { result } = classificationResponse(await fixture.grpc.unary(CLASSIFY, classificationBytes({ modelSpec: { name: 'strings' }, input: inputsOf(each) })));
  expect(result?.classifications.map(({ classes }) => classes.map(({ label }) => label))).toEqual(outputOf(each, 'words').rows);
});

it('answers a regression and a classification in one call, in one run', async () => {
  const [each = expect.fail('no case')] = casesOf('sklearn_trees', 2);
  const expected = outputOf(each, 'variable').rows.flat();
  const tasks = [
    { modelSpec: { name: 'sklearn_trees' }, methodName: 'tensorflow/serving/regress' },
    { modelSpec: { name: 'sklearn_trees', signatureName: 'scores' }, methodName: 'tensorflow/serving/classify' },
  ];
  const { results } = multiInferenceResponse(await fixture.grpc.unary(MULTI_INFERENCE, multiInferenceBytes({ tasks, input: inputsOf(each) })));
  const [regression, classification] = results.map(({ result }) => result.value);
  expectClose(regression !== undefined && 'regressions' in regression ? regression.regressions.map(({ value }) => value) : [], expected, 'sklearn_trees');
  expectClose(classification !== undefined && 'classifications' in classification ? classification.classifications.flatMap(({ classes }) => classes.map(({ score }) => score)) : [], expected, 'sklearn_trees');
});

describe('refuses in TensorFlow Serving’s words', () => {
  const INVALID_ARGUMENT = 3;
  it.each<[string, string, 'classify' | 'regress', string]>([
    ['sklearn_nozipmap', 'flat', 'classify', 'Expected Tensor shape: [batch_size num_classes] but got [4]'],
    ['mlp', 'labels', 'classify', 'Expected Tensor shape: [batch_size num_classes] but got [3]'],
    ['sklearn_nozipmap', 'values', 'regress', 'Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [4,3]'],
    ['strings', 'upper', 'regress', 'Expected output Tensor of DT_FLOAT.  Got: DT_STRING'],
    ['strings', 'ids', 'regress', 'Expected output Tensor of DT_FLOAT.  Got: DT_INT64'],
  ])('%s, signature %s', async (name, signatureName, task, details) => {
    const [each = expect.fail('no case')] = casesOf(name, MODELS.find(({ golden }) => golden === name)?.version ?? 0);
    const request = { modelSpec: { name, signatureName }, input: inputsOf(each) };
    const failure = task === 'classify' ? fixture.grpc.failure(CLASSIFY, classificationBytes(request)) : fixture.grpc.failure(REGRESS, regressionBytes(request));
    expect(await failure).toEqual({ code: INVALID_ARGUMENT, details });
  });

  it.each([
    ['{"examples": [{"city": "lima", "plan": "pro", "age": 20.0}]}', 'Name: <unknown>, Feature: spend (data type: float) is required but could not be found.'],
    ['{"examples": [{"city": 1, "plan": "pro", "age": 20.0, "spend": 1.0}]}', "Name: <unknown>, Key: city, Index: 0.  Data types don't match. Data type: int64 but expected type: string"],
    ['{"examples": [{"city": ["a", "b"], "plan": "pro", "age": 20.0, "spend": 1.0}]}', 'Name: <unknown>, Key: city, Index: 0.  Number of bytes values != expected.  Values size: 2 but output shape: [1]'],
  ])('%s', async (body, error) => {
    expect(await fixture.post('/v1/models/sklearn_nozipmap:classify', body)).toMatchObject({ status: 400, body: `{\n    "error": ${JSON.stringify(error)}\n}` });
  });
});
