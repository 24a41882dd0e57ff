import { type NamedTensors, type Servable, type Tensor } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, expect, it } from 'vitest';
import onnx, { type OnnxOptions } from '../src/index.ts';
import { directoryWith, FLOAT, INT64, modelBytes, value } from './onnx-builder.ts';

const plugin = onnx();
afterAll(() => plugin.close?.());

/** `top` are the largest two of each row of `scores`; `same` is `words`. */
const MODEL = modelBytes({
  node: [
    { opType: 'Constant', output: ['k'], attribute: [{ name: 'value_ints', type: 7, ints: [2n] }] },
    { opType: 'TopK', input: ['scores', 'k'], output: ['top', 'places'] },
    { opType: 'Identity', input: ['words'], output: ['same'] },
  ],
  input: [value('scores', FLOAT, ['n', 4]), value('words', FLOAT, ['m'])],
  output: [value('top', FLOAT, ['n', 2]), value('places', INT64, ['n', 2]), value('same', FLOAT, ['m'])],
});

const floats = (shape: readonly number[], numbers: readonly number[]): Tensor => ({ dtype: 'FP32', shape, data: Float32Array.from(numbers) });
const SCORES = floats([1, 4], [1, 3, 2, 0]);
const NONE = floats([0], []);

function load(model: Uint8Array, options: OnnxOptions = {}): Promise<Servable> {
  return plugin.create({ path: directoryWith({ 'model.onnx': model }) }, options, testLoaderContext()).load(new AbortController().signal);
}

const run = async (servable: Servable, inputs: NamedTensors): Promise<NamedTensors> => servable.run('serving_default', inputs, testRunContext());

it('refuses an empty input where it might end the process', async () => {
  const servable = await load(MODEL);
  const refused = { code: 'SRV_ONNX_INPUT_EMPTY', status: 'INVALID_ARGUMENT' };
  await expect(run(servable, new Map([['scores', floats([0, 4], [])], ['words', floats([1], [7])]]))).rejects.toMatchObject({ ...refused, args: ['scores', '[0, 4]', 'TopK'] });
  const calls = [{ signature: 'serving_default', outputs: ['top'] }];
  await expect(servable.runTogether?.(calls, new Map([['scores', SCORES], ['words', NONE]]), testRunContext())).rejects.toMatchObject({ ...refused, args: ['words', '[0]', 'TopK'] });
  const outputs = await run(servable, new Map([['scores', SCORES], ['words', floats([1], [7])]]));
  expect([...(outputs.get('top')?.data ?? [])]).toEqual([3, 2]);
});

it('lets it through where the options say so', async () => {
  const servable = await load(MODEL, { allowEmptyInputs: true });
  const outputs = await run(servable, new Map([['scores', SCORES], ['words', NONE]]));
  expect(outputs.get('same')?.shape).toEqual([0]);
  expect([...(outputs.get('places')?.data ?? [])]).toEqual([1n, 2n]);
});

it('answers it with nothing in other models', async () => {
  const servable = await load(modelBytes({ node: [{ opType: 'Relu', input: ['x'], output: ['y'] }], input: [value('x', FLOAT, ['n', 4])], output: [value('y', FLOAT, ['n', 4])] }));
  expect((await run(servable, new Map([['x', floats([0, 4], [])]]))).get('y')?.shape).toEqual([0, 4]);
});
