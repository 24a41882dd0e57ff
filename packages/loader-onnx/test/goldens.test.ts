import { type NamedTensors, type Servable, ServingError, type Signature } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, describe, expect, it } from 'vitest';
import onnx from '../src/index.ts';
import {
  differenceOf,
  type Golden,
  type GoldenCase,
  goldenTensor,
  goldenTensors,
  type GoldenVersion,
  isTensor,
  readGoldens,
  versionPath,
} from './golden.ts';

/**
 * What the worker engine's binding cannot give. The list is exact: an output that begins to work, or another that
 * stops, fails the test below.
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'control_flow/1': 'pair',
  'sklearn_trees/1': 'output_probability',
  'sklearn_zipmap/1': 'output_probability',
};

/**
 * Where ONNX Runtime, once it has loaded a model, knows a size that the file only names. Signatures say what the file
 * says, so that they are the same before and after the load.
 */
const NAMED_IN_THE_FILE: Readonly<Record<string, unknown>> = { 'cnn/1': ['features', ['N', 4, 'H', 'W']] };

const plugin = onnx();
const goldens = readGoldens();
const loads = new Map<string, Promise<Servable>>();
afterAll(() => plugin.close?.());

function load(golden: Golden, version: number | string): Promise<Servable> {
  const path = versionPath(golden.base_path, version);
  const loading = loads.get(path) ?? plugin.create({ path }, {}, testLoaderContext()).load(new AbortController().signal);
  loads.set(path, loading);
  return loading;
}

function signatureOf(servable: Servable): Signature {
  const signature = servable.signatures.get('serving_default');
  if (signature === undefined) throw new Error('it has no serving_default');
  return signature;
}

async function answer(servable: Servable, each: GoldenCase): Promise<NamedTensors> {
  const known = signatureOf(servable).outputs;
  const outputs = (each.output_filter ?? []).filter((name) => known.has(name));
  return servable.run('serving_default', goldenTensors(each.inputs), testRunContext({ outputs }));
}

function typesOf(version: GoldenVersion, side: 'inputs' | 'outputs'): unknown[] {
  const tensors = version[side].filter((value) => value.type.startsWith('tensor('));
  return tensors.map(({ name, shape }) => [name, shape.map((size) => size ?? -1)]);
}

function nameOf(each: unknown): unknown {
  return Array.isArray(each) ? each[0] : undefined;
}

function shapesOf(specs: Signature['inputs']): unknown[] {
  return Array.from(specs, ([name, { shape }]) => [name, shape]);
}

describe.each(goldens)('$model', (golden) => {
  it.each(Object.keys(golden.versions))('version %s has the signature that ONNX Runtime sees', async (version) => {
    const expected = golden.versions[version];
    if (expected === undefined) throw new Error('no such version');
    const { inputs, outputs, methodName, batching } = signatureOf(await load(golden, version));
    expect(shapesOf(inputs)).toEqual(typesOf(expected, 'inputs'));
    const inferred = NAMED_IN_THE_FILE[`${golden.model}/${version}`] as readonly unknown[] | undefined;
    expect(shapesOf(outputs)).toEqual(typesOf(expected, 'outputs').map((each) => (nameOf(each) === inferred?.[0] ? inferred : each)));
    expect([methodName, batching]).toEqual(['tensorflow/serving/predict', 'none']);
  });

  it.each(golden.cases.filter((each) => each.outputs !== undefined))('version $version answers $name', async (each) => {
    const servable = await load(golden, each.version);
    const outputs = await answer(servable, each);
    const expected = Object.entries(each.outputs ?? {});
    const served = expected.flatMap(([name, value]) => (isTensor(value) ? [[name, goldenTensor(value)] as const] : []));
    for (const [name, tensor] of served) {
      const difference = differenceOf(outputs.get(name), tensor, each.tolerance ?? golden.tolerance);
      expect(difference, `${name} ${difference ?? 'agrees'}`).toBeUndefined();
    }
    expect([...outputs.keys()].sort()).toEqual(served.map(([name]) => name).sort());
    const leftOut = expected.filter(([name]) => !outputs.has(name)).map(([name]) => name);
    const impossible = LEFT_OUT[`${golden.model}/${each.version}`];
    expect(leftOut).toEqual(expected.map(([name]) => name).filter((name) => name === impossible));
  });

  const refused = golden.cases.filter((each) => each.error !== undefined);
  it.runIf(refused.length > 0).each(refused)('version $version refuses $name', async (each) => {
    const servable = await load(golden, each.version);
    const error: unknown = await answer(servable, each).catch((reason: unknown) => reason);
    expect(ServingError.is(error) && error.status, String(error)).toBe('INVALID_ARGUMENT');
    const blamed = { wrong_inner_dimension: 'features', wrong_rank: 'features', wrong_type: 'features', missing_input: 'features', unknown_input: 'extra' };
    expect(String(error)).toContain(Reflect.get(blamed, each.name) ?? ' node');
  });
});

it.each(Object.entries(LEFT_OUT))('%s says why %s is left out', async (place, output) => {
  const [model, version = ''] = place.split('/');
  const golden = goldens.find((each) => each.model === model) as Golden;
  const path = versionPath(golden.base_path, version);
  const inspection = await plugin.inspect?.({ path }, {}, testLoaderContext());
  expect(inspection?.notes).toEqual([expect.stringMatching(`^Output '${output}' is left out: it is a sequence, .* native engine$`)]);
  const servable = await load(golden, version);
  const [first] = golden.cases.filter((each) => each.version === Number(version));
  const asked = servable.run('serving_default', goldenTensors(first?.inputs ?? {}), testRunContext({ outputs: [output] }));
  await expect(asked).rejects.toMatchObject({ code: 'SRV_ONNX_OUTPUT_UNSERVABLE', status: 'UNIMPLEMENTED' });
});
