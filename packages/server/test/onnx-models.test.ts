import { toBinary } from '@bufbuild/protobuf';
import { parseModelName, parseVersion, type Signature, type Tensor } from '@servable/core';
import onnx from '@servable/loader-onnx';
import { decodeTensor } from '@servable/protocol';
import { TensorProtoSchema } from '@servable/protos/tensorflow';
import fs from '@servable/source-fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differenceOf, goldenTensor, type Golden, type GoldenCase, goldenTensors, halfValue, isTensor, readBroken, readGoldens } from '../../loader-onnx/test/golden.ts';
import { goldenModel, goldenRequest, untilGoldensReady } from './support/golden-messages.ts';
import { PREDICT, predictResponse } from './support/predict-messages.ts';
import { type ServerFixture, startServer } from './support/server-fixture.ts';

// Real models end to end: from the bytes a client sends to the bytes it gets, against answers of ONNX Runtime's Python package.

const goldens = readGoldens();
const cases = goldens.flatMap((golden) => golden.cases.map((each) => ({ golden, each, name: `${golden.model}/${each.version} ${each.name}` })));

let fixture: ServerFixture;
beforeAll(async () => {
  fixture = await startServer({ models: goldens.map(goldenModel), plugins: [fs(), onnx()] });
  await untilGoldensReady(fixture, goldens);
}, 60_000);
afterAll(() => fixture.close());

function signatureOf(golden: Golden, { version }: GoldenCase): Signature {
  const handle = fixture.server.manager.acquire({ kind: 'version', name: parseModelName(golden.model), version: parseVersion(version) });
  const signature = handle.servable.signatures.get('serving_default');
  handle.release();
  if (signature === undefined) throw new Error(`${golden.model} has no serving_default`);
  return signature;
}

it('has every golden model ready', () => {
  const missing = goldens.filter(({ model, versions }) => fixture.server.manager.readyVersions(parseModelName(model)).length !== Object.keys(versions).length);
  expect(missing.map(({ model }) => model)).toEqual([]);
});

describe('over gRPC', () => {
  it.each(cases)('$name', async ({ golden, each }) => {
    const known = signatureOf(golden, each).outputs;
    const request = goldenRequest(golden, each, each.output_filter?.filter((name) => known.has(name)));
    if (each.error !== undefined) {
      expect((await fixture.grpc.failure(PREDICT, request)).code).toBeGreaterThan(0);
      return;
    }
    const { outputs } = predictResponse(await fixture.grpc.unary(PREDICT, request));
    for (const [name, expected] of Object.entries(each.outputs ?? {})) {
      if (!isTensor(expected) || !known.has(name)) continue;
      const proto = outputs[name];
      const actual = proto === undefined ? undefined : decodeTensor(toBinary(TensorProtoSchema, proto));
      const difference = differenceOf(actual, goldenTensor(expected), each.tolerance ?? golden.tolerance);
      expect(difference, name).toBeUndefined();
    }
  });
});

/** A tensor as JSON text, by TensorFlow Serving's rules: nested lists, bare NaN and Infinity, integers digit by digit. */
function jsonOf(tensor: Tensor): string {
  const elements = Array.from<number | bigint | Uint8Array, string>(tensor.data as ArrayLike<number | bigint | Uint8Array>, (value) => {
    if (value instanceof Uint8Array) return `{"b64": "${Buffer.from(value).toString('base64')}"}`;
    if (tensor.dtype === 'BOOL') return value === 1 ? 'true' : 'false';
    if (tensor.dtype === 'FP16') return String(halfValue(Number(value)));
    return Object.is(value, -0) ? '-0.0' : String(value);
  });
  return tensor.shape.reduceRight((rows, _size, axis) => chunks(rows, tensor.shape, axis), elements).join();
}

function chunks(rows: readonly string[], shape: readonly number[], axis: number): string[] {
  const size = shape[axis] ?? 0;
  const count = shape.slice(0, axis).reduce((product, each) => product * each, 1);
  return Array.from({ length: count }, (_none, index) => `[${rows.slice(index * size, (index + 1) * size).join(',')}]`);
}

/** JSON has no way to write [0, 4]: a list of no lists has rank 1. */
function isWritable({ inputs }: GoldenCase): boolean {
  return Object.values(inputs).every(({ shape }) => !shape.slice(0, -1).includes(0));
}

const restCases = cases.filter(({ each }) => each.error === undefined && each.output_filter === undefined && isWritable(each));

/** The elements of a JSON answer in order, integers to the last digit. */
function elementsOf(text: string): unknown[] {
  const quoted = text.replaceAll(/(?<![\w"])(-?)(NaN|Infinity)(?![\w"])/g, '"$1$2"');
  const exact = (_key: string, value: unknown, context: { readonly source?: string }): unknown =>
    typeof value === 'number' && /^-?\d{16,}$/.test(context.source ?? '') ? BigInt(context.source ?? '') : value;
  const parsed: unknown = (JSON.parse as (source: string, reviver: typeof exact) => unknown)(quoted, exact);
  return [parsed].flat(Infinity);
}

function agrees(actual: unknown, expected: unknown, { rtol, atol }: Golden['tolerance']): boolean {
  if (typeof expected === 'object' && expected !== null) return JSON.stringify(actual) === JSON.stringify(expected);
  if (typeof expected === 'boolean' || typeof actual === 'boolean') return Boolean(actual) === Boolean(expected);
  if (String(actual) === String(expected)) return true;
  const [mine, theirs] = [Number(actual), Number(expected)];
  return Math.abs(mine - theirs) <= atol + Math.max(rtol, 1e-6) * Math.abs(theirs);
}

describe('over REST', () => {
  it.each(restCases)('$name', async ({ golden, each }) => {
    const signature = signatureOf(golden, each);
    const inputs = goldenTensors(each.inputs);
    const members = [...inputs].map(([name, tensor]) => `${JSON.stringify(name)}: ${jsonOf(tensor)}`);
    const target = `/v1/models/${golden.model}/versions/${each.version}:predict`;
    const response = await fixture.post(target, `{"inputs": {${members.join(', ')}}}`);
    expect(response.body.slice(0, 300)).toContain('"outputs"');
    const outputs = splitOutputs(response.body, [...signature.outputs.keys()]);
    for (const [name, expected] of Object.entries(each.outputs ?? {})) {
      if (!isTensor(expected) || !signature.outputs.has(name) || expected.values === undefined) continue;
      const actual = elementsOf(outputs.get(name) ?? '');
      expect(actual.length, name).toBe(expected.values.length);
      const at = actual.findIndex((value, index) => !agrees(value, expected.values?.[index], each.tolerance ?? golden.tolerance));
      expect(at === -1 ? undefined : `${name} differs at ${at}: got ${String(actual[at])}, expected ${String(expected.values[at])}`).toBeUndefined();
    }
  });
});

/** The text of each output, at the names' places in the contract's layout: a member a line, indented by eight. */
function splitOutputs(body: string, names: readonly string[]): ReadonlyMap<string, string> {
  const whole = body.slice(body.indexOf(':') + 1, body.lastIndexOf('}'));
  const [only] = names;
  if (names.length === 1 && only !== undefined) return new Map([[only, whole]]);
  const places = names.map((name) => {
    const marker = `\n        ${JSON.stringify(name)}: `;
    return { name, start: whole.indexOf(marker), from: whole.indexOf(marker) + marker.length };
  });
  const ends = [...places.map(({ start }) => start), whole.lastIndexOf('}')];
  const textOf = (from: number): string => whole.slice(from, Math.min(...ends.filter((end) => end > from))).replace(/,\s*$/, '');
  return new Map(places.map(({ name, from }) => [name, textOf(from)]));
}

describe('a broken model', () => {
  it('says why in its status and on /readyz, and disturbs no other', async () => {
    // One folder of the set is only odd: its model has another name, and loads.
    const folders = readBroken().map(({ base_path: path }) => path).filter((path) => !path.endsWith('/other_name'));
    const broken = folders.map((path) => goldenModel({ model: path, base_path: path }));
    const models = [goldenModel({ model: 'good', base_path: 'onnx/mlp' }), ...broken];
    const server = await startServer({ models, plugins: [fs(), onnx()] });
    await server.server.ready;
    expect((await server.get('/v1/models/good')).body).toContain('AVAILABLE');
    const { models: notReady } = JSON.parse((await server.get('/readyz')).body) as { models: { model: string; reason: string }[] };
    expect(notReady.map(({ model }) => model)).toEqual(broken.map(({ name }) => name));
    for (const { model, reason } of notReady) {
      const status = (await server.get(`/v1/models/${encodeURIComponent(model)}`)).body;
      expect(status).toContain('"state": "END"');
      expect(reason).toMatch(/^version \d+: .{10,}/);
    }
    await server.close();
  }, 60_000);
});
