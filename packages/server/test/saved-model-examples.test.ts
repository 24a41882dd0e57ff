import { fromBinary } from '@bufbuild/protobuf';
import { parseModelName, parseVersion } from '@servable/core';
import savedModel from '@servable/loader-savedmodel';
import { type Example, ExampleSchema } from '@servable/protos/tensorflow';
import fs from '@servable/source-fs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASSIFY, classificationBytes, classificationResponse, inputOf, MULTI_INFERENCE, multiInferenceBytes, multiInferenceResponse, REGRESS, regressionBytes, regressionResponse } from './support/example-messages.ts';
import { type ServerFixture, startServer } from './support/server-fixture.ts';

// SavedModels that parse their examples themselves, served without TensorFlow: what TensorFlow answers must come back.

interface ExampleCase {
  readonly name: string;
  readonly version: number;
  readonly method: string;
  readonly signature: string;
  readonly context?: unknown;
  readonly serialized_examples_b64?: readonly string[];
  readonly result?: readonly (number | readonly { readonly label: string; readonly score: number }[])[];
  readonly rest?: readonly { readonly verb: string; readonly request_text: string; readonly response: { readonly results: unknown } }[];
}

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const MODELS = ['scalar_affine_tf1', 'multi_signature', 'wide_examples'];
const cases = new Map(MODELS.map((model) => [model, casesOf(model)]));
const cache = mkdtempSync(join(tmpdir(), 'servable-examples-'));

function casesOf(model: string): readonly ExampleCase[] {
  const { cases: all } = JSON.parse(readFileSync(join(FIXTURES, 'goldens', `${model}.json`), 'utf8')) as { readonly cases: readonly ExampleCase[] };
  return all.filter(({ method, result, version }) => method !== 'predict' && result !== undefined && version === 1);
}

let fixture: ServerFixture;
beforeAll(async () => {
  const models = MODELS.map((name) => ({ name: parseModelName(name), path: join(FIXTURES, name), platform: undefined, versions: { kind: 'specific' as const, versions: [parseVersion(1)] } }));
  fixture = await startServer({ models, plugins: [fs(), savedModel({ engine: 'onnx', compileCache: { directory: cache } })] });
  const timeout = AbortSignal.timeout(45_000);
  await Promise.all(MODELS.map((name) => fixture.server.manager.states.waitFor(parseModelName(name), parseVersion(1), ({ state }) => state === 'ready', timeout)));
}, 60_000);
afterAll(async () => {
  await fixture.close();
  rmSync(cache, { recursive: true, force: true });
});

/** As the client sends them: a golden's bytes have the context's in front, which changes nothing of what they mean. */
function inputFor({ serialized_examples_b64: texts = [] }: ExampleCase): ReturnType<typeof inputOf> {
  return inputOf(...texts.map((text): Example => fromBinary(ExampleSchema, Buffer.from(text, 'base64'))));
}

/** What a golden says, with numbers that may be off by a rounding. */
function near(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(near);
  return typeof value === 'number' ? expect.closeTo(value, 4) : value;
}

const labelled = ({ result = [] }: ExampleCase): unknown => result.map((row) => (typeof row === 'number' ? row : row.map(({ label, score }) => [label, score])));

describe.each(MODELS)('%s', (model) => {
  const specOf = (signatureName: string) => ({ name: model, signatureName });
  const all = cases.get(model) ?? [];

  it.each(all.filter(({ method }) => method === 'classify'))('classifies: $name', async (each) => {
    const { result } = classificationResponse(await fixture.grpc.unary(CLASSIFY, classificationBytes({ modelSpec: specOf(each.signature), input: inputFor(each) })));
    const answered = result?.classifications.map(({ classes }) => classes.map(({ label, score }) => [label, score]));
    expect(answered).toEqual(near(labelled(each)));
  });

  it.each(all.filter(({ method }) => method === 'regress'))('regresses: $name', async (each) => {
    const { result } = regressionResponse(await fixture.grpc.unary(REGRESS, regressionBytes({ modelSpec: specOf(each.signature), input: inputFor(each) })));
    expect(result?.regressions.map(({ value }) => value)).toEqual(near(each.result));
  });

  const exchanges = all.flatMap(({ name, rest = [] }) => rest.map((exchange) => ({ name, ...exchange })));
  it.each(exchanges)('answers over REST: $name', async ({ verb, request_text: text, response }) => {
    const { status, body } = await fixture.post(`/v1/models/${model}/versions/1:${verb}`, text);
    expect(status).toBe(200);
    expect((JSON.parse(body) as { readonly results: unknown }).results).toEqual(near(response.results));
  });
});

it('answers MultiInference', async () => {
  const [classify, regress] = ['multi_inference_classify_half', 'multi_inference_regress_half'].map((name) => cases.get('multi_signature')?.find((each) => each.name === name));
  if (classify === undefined || regress === undefined) throw new Error('there are no goldens of MultiInference');
  const tasks = [classify, regress].map(({ signature, method }) => ({ modelSpec: { name: 'multi_signature', signatureName: signature }, methodName: `tensorflow/serving/${method}` }));
  const { results } = multiInferenceResponse(await fixture.grpc.unary(MULTI_INFERENCE, multiInferenceBytes({ tasks, input: inputFor(classify) })));
  const [first, second] = results.map(({ result }) => result);
  if (first?.case !== 'classificationResult' || second?.case !== 'regressionResult') throw new Error('it answers something else');
  expect(first.value.classifications.map(({ classes }) => classes.map(({ label, score }) => [label, score]))).toEqual(near(labelled(classify)));
  expect(second.value.regressions.map(({ value }) => value)).toEqual(near(regress.result));
});

it('says what TensorFlow says of examples that it cannot use', async () => {
  const call = fixture.grpc.unary(REGRESS, regressionBytes({ modelSpec: { name: 'scalar_affine_tf1', signatureName: 'regress_x_to_y' }, input: inputOf({ features: { feature: {} } }) }));
  await expect(call).rejects.toMatchObject({ code: 3, message: expect.stringContaining('Name: <unknown>, Feature: x (data type: float) is required but could not be found.') });
});
