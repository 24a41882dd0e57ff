import { type NamedTensors, type Servable, ServingError, type Signature } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, describe, expect, it } from 'vitest';
import onnx, { type OnnxPluginOptions } from '../src/index.ts';
import {
  differenceOf,
  flatTensors,
  type Golden,
  type GoldenCase,
  goldenTensors,
  type GoldenVersion,
  isTensor,
  readGoldens,
  versionPath,
} from './golden.ts';

/**
 * What each form of the engine cannot give. The lists are exact: an output that begins to work, or another that stops,
 * fails the tests below.
 */
const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  native: {},
  worker: {
    'control_flow/1': 'pair',
    'sklearn_trees/1': 'output_probability',
    'sklearn_zipmap/1': 'output_probability',
  },
};

const FORMS: readonly { readonly form: string; readonly title: string; readonly options: OnnxPluginOptions }[] = [
  { form: 'native', title: 'the native engine', options: { engine: 'native', synchronousMicros: 0 } },
  // A run of 16 quick ones before is what it takes to be made on the event loop: cases are repeated for that.
  { form: 'native', title: 'the native engine on the event loop', options: { engine: 'native', synchronousMicros: 1e6 } },
  { form: 'worker', title: 'the worker engine', options: { engine: 'worker' } },
];

/**
 * Where ONNX Runtime, once it has loaded a model, knows a size that the file only names. Signatures say what the file
 * says, so that they are the same before and after the load.
 */
const NAMED_IN_THE_FILE: Readonly<Record<string, unknown>> = { 'cnn/1': ['features', ['N', 4, 'H', 'W']] };

const goldens = readGoldens();

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

function shapesOf(specs: Signature['inputs'], names: ReadonlySet<unknown>): unknown[] {
  return Array.from(specs, ([name, { shape }]) => [name, shape]).filter(([name]) => names.has(name));
}

describe.each(FORMS)('$title', ({ form, title, options }) => {
  const plugin = onnx(options);
  const leftOutBy = LEFT_OUT[form] ?? {};
  const repeats = title.includes('event loop') ? 20 : 3;
  const loads = new Map<string, Promise<Servable>>();
  afterAll(() => plugin.close?.());

  function load(golden: Golden, version: number | string): Promise<Servable> {
    const path = versionPath(golden.base_path, version);
    const loading = loads.get(path) ?? plugin.create({ path }, {}, testLoaderContext()).load(new AbortController().signal);
    loads.set(path, loading);
    return loading;
  }

  describe.each(goldens)('$model', (golden) => {
    it.each(Object.keys(golden.versions))('version %s has the signature that ONNX Runtime sees', async (version) => {
      const expected = golden.versions[version];
      if (expected === undefined) throw new Error('no such version');
      const { inputs, outputs, methodName } = signatureOf(await load(golden, version));
      const tensors = new Set([...expected.inputs, ...expected.outputs].filter(({ type }) => type.startsWith('tensor(')).map(({ name }) => name));
      expect(shapesOf(inputs, tensors)).toEqual(typesOf(expected, 'inputs'));
      const inferred = NAMED_IN_THE_FILE[`${golden.model}/${version}`] as readonly unknown[] | undefined;
      expect(shapesOf(outputs, tensors)).toEqual(typesOf(expected, 'outputs').map((each) => (nameOf(each) === inferred?.[0] ? inferred : each)));
      expect(methodName).toBe('tensorflow/serving/predict');
    });

    it.each(Object.keys(golden.versions))('version %s is described by its file as by the loaded session', async (version) => {
      const inspection = await plugin.inspect?.({ path: versionPath(golden.base_path, version) }, {}, testLoaderContext());
      expect(inspection?.signatures).toEqual((await load(golden, version)).signatures);
    });

    // Again and again, because tensors are bound to their memory from the second run on.
    it.each(golden.cases.filter((each) => each.outputs !== undefined))(`version $version answers $name, ${repeats} times`, async (each) => {
      const servable = await load(golden, each.version);
      const impossible = leftOutBy[`${golden.model}/${each.version}`];
      const expected = Object.entries(each.outputs ?? {}).filter(([name]) => name !== impossible);
      const served = expected.flatMap(([name, value]) => flatTensors(name, value));
      for (let time = 0; time < repeats; time++) {
        const outputs = await answer(servable, each);
        for (const [name, tensor] of served) {
          const difference = differenceOf(outputs.get(name), tensor, each.tolerance ?? golden.tolerance);
          expect(difference, `${name} ${difference ?? 'agrees'}`).toBeUndefined();
        }
        expect([...outputs.keys()].sort()).toEqual(served.map(([name]) => name).sort());
      }
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

  const notTensors = goldens.flatMap((golden) =>
    Object.entries(golden.versions).flatMap(([version, { outputs }]) =>
      outputs.filter(({ type }) => !type.startsWith('tensor(')).map(({ name }) => ({ golden, version, name })),
    ),
  );
  it.each(notTensors)('$golden.model/$version tells of $name, which is no tensor', async ({ golden, version, name }) => {
    const path = versionPath(golden.base_path, version);
    const inspection = await plugin.inspect?.({ path }, {}, testLoaderContext());
    const isLeftOut = leftOutBy[`${golden.model}/${version}`] === name;
    expect(inspection?.notes).toEqual(isLeftOut ? [expect.stringMatching(`^Output '${name}' is left out: it is a sequence, .* native engine`)] : []);
    expect(inspection?.signatures.get('serving_default')?.outputs.has(name)).toBe(!isLeftOut);
    if (!isLeftOut) return;
    const servable = await load(golden, version);
    const [first] = golden.cases.filter((each) => each.version === Number(version));
    const asked = servable.run('serving_default', goldenTensors(first?.inputs ?? {}), testRunContext({ outputs: [name] }));
    await expect(asked).rejects.toMatchObject({ code: 'SRV_ONNX_OUTPUT_UNSERVABLE', status: 'UNIMPLEMENTED' });
  });
});

it('knows every output of the goldens that is no tensor', () => {
  const known = goldens.flatMap(({ cases }) => cases.flatMap(({ outputs = {} }) => Object.values(outputs).filter((value) => !isTensor(value))));
  expect(known).toHaveLength(5);
});
