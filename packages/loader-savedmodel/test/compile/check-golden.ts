import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import savedModel from '../../src/index.ts';
import { fixture, fixtureJson } from '../fixtures.ts';
import { differenceOf, type GoldenCase, goldenTensor, goldenTensors, type Tolerance } from './golden-cases.ts';

/** A plugin with engine `onnx` and a cache. */
export function compiling(cache: string): ReturnType<typeof savedModel> {
  return savedModel({ engine: 'onnx', compileCache: { directory: cache } });
}

/** Loads a fixture's first version, answers its first golden case, and says what differs from TensorFlow's answer. */
export async function checkGolden(plugin: ReturnType<typeof savedModel>, model: string): Promise<readonly string[]> {
  const { cases, tolerance } = fixtureJson('goldens', `${model}.json`) as { readonly cases: readonly GoldenCase[]; readonly tolerance: Tolerance };
  const golden = cases.find(({ version, error }) => version === 1 && error === undefined);
  if (golden === undefined) throw new Error(`${model} has no golden case`);
  const loader = plugin.create({ path: fixture(model, '1') }, {}, testLoaderContext());
  const servable = await loader.load(new AbortController().signal);
  try {
    const outputs = await servable.run(golden.signature, goldenTensors(golden.inputs), testRunContext());
    return Object.entries(golden.outputs ?? {}).flatMap(([name, tensor]) => differenceOf(outputs.get(name), goldenTensor(tensor), golden.tolerance ?? tolerance) ?? []);
  } finally {
    await loader.unload();
  }
}
