import { testLoader } from '@servable/plugin-testing';
import { afterAll, describe, it } from 'vitest';
import functions from '../src/index.ts';
import { FunctionFiles } from './function-files.ts';

const files = await FunctionFiles.create();
afterAll(() => files.remove());

const SCALE = `
import { defineServable, tensor } from '@servable/functions';
export default defineServable({
  inputs: { x: { dtype: 'FP32', shape: ['n', 2] } },
  outputs: { y: { dtype: 'FP32', shape: ['n', 2] } },
  batching: 'rows',
  load: () => ({ factor: 3 }),
  run: ({ x }, { state }) => ({ y: tensor('FP32', x.data.map((value) => value * state.factor), x.shape) }),
});
`;

const artifact = { path: await files.write('scale', { 'servable.ts': SCALE }) };
const broken = [
  { title: 'no definition', artifact: { path: await files.write('empty', { 'readme.txt': '' }) } },
  { title: 'two definitions', artifact: { path: await files.write('two', { 'servable.ts': SCALE, 'servable.js': SCALE }) } },
  { title: 'a syntax error', artifact: { path: await files.write('syntax', { 'servable.ts': 'export default {' }) } },
  { title: 'a definition of nothing', artifact: { path: await files.write('nothing', { 'servable.js': 'export default {};' }) } },
];

function sample(shape: readonly number[], x: readonly number[]) {
  const value = (values: readonly number[]) => ({ dtype: 'FP32' as const, shape, data: Float32Array.from(values) });
  return { inputs: new Map([['x', value(x)]]), outputs: new Map([['y', value(x.map((each) => 3 * each))]]) };
}

testLoader({ describe, it, createPlugin: () => functions(), artifact, requests: [sample([1, 2], [1, -2]), sample([3, 2], [0, 4, 5, 6, -7, 8])], broken });
