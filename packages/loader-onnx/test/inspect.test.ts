import { testLoaderContext } from '@servable/plugin-testing';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import onnx from '../src/index.ts';
import { FIXTURES } from './golden.ts';

it('shows what the file says, without loading it', async () => {
  const path = join(FIXTURES, 'external_data/1');
  const inspection = await onnx().inspect?.({ path }, { batching: 'rows' }, testLoaderContext());
  expect(Object.fromEntries((inspection?.facts ?? []).map(({ label, value }) => [label, value]))).toEqual({
    file: 'model.onnx, 358 bytes',
    'external data': '1 files, 40960 bytes',
    'IR version': '8',
    opsets: 'ai.onnx 17',
    producer: 'fixtures',
    graph: 'external, 3 nodes',
    operators: 'MatMul ×2, Tanh ×1',
    parameters: '10240',
    'batching of serving_default': 'rows, because the config says so; it is proven, too',
  });
  expect(inspection?.signatures.get('serving_default')?.batching).toBe('rows');
  expect(inspection?.notes).toEqual([]);
});
