import { testLoader } from '@servable/plugin-testing';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import onnx from '../src/index.ts';
import { FIXTURES, goldenTensors, isTensor, readGoldens } from './golden.ts';

const [mlp] = readGoldens().filter((golden) => golden.model === 'mlp');
const requests = (mlp?.cases ?? [])
  .filter((each) => each.version === 2 && each.outputs !== undefined && each.output_filter === undefined)
  .map(({ name, inputs, outputs = {} }) => ({
    title: name,
    inputs: goldenTensors(inputs),
    outputs: goldenTensors(Object.fromEntries(Object.entries(outputs).filter((entry): entry is [string, Parameters<typeof goldenTensors>[0][string]] => isTensor(entry[1])))),
  }));

const broken = ['truncated', 'garbage', 'unknown_op', 'missing_external_data'].map((name) => ({
  title: name,
  artifact: { path: join(FIXTURES, 'broken', name, '1') },
}));

describe.each(['native', 'worker'] as const)('the %s engine', (engine) => testLoader({
  describe,
  it,
  // One engine thread: every case starts its own, and a thread of sources takes a tenth of a second to start.
  createPlugin: () => onnx({ engine, threads: 1 }),
  rounds: 10,
  artifact: { path: join(FIXTURES, 'mlp/2') },
  options: { batching: 'rows' },
  requests,
  broken,
}));
