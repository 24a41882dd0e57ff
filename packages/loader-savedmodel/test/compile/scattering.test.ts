import { join } from 'node:path';
import type { NamedTensors } from '@servable/core';
import { createNativeEngine } from '@servable/engine-onnxruntime';
import { type ModelToWrite, writeModelFile } from '@servable/onnx-graph';
import { afterAll, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/compile/build/graph-builder.ts';
import { type Scatter, scatterJoined } from '../../src/compile/build/scattering.ts';
import { finishGraph } from '../../src/compile/finish-graph.ts';
import type { Value } from '../../src/compile/ir/value.ts';
import { withFolder } from '../fixtures.ts';

const NEVER = new AbortController().signal;
const engine = createNativeEngine({ threads: 1, synchronousMicros: 0 });
afterAll(() => engine.close());

const [ROWS, COLUMNS, PLACES] = [6000, 64, 3];

/** Rows joined into a few. */
function model(reduction: Scatter['reduction']): ModelToWrite {
  const b = new GraphBuilder();
  const inputs = new Map<string, Value>([
    ['base', { name: b.reserve('base'), dtype: 'FP32', shape: [PLACES, COLUMNS] }],
    ['places', { name: b.reserve('places'), dtype: 'INT64', shape: ['rows', 1] }],
    ['updates', { name: b.reserve('updates'), dtype: 'FP32', shape: ['rows', COLUMNS] }],
  ]);
  const [base, indices, updates] = [...inputs.values()];
  if (base === undefined || indices === undefined || updates === undefined) throw new Error('there are three inputs');
  return finishGraph(b, { inputs, outputs: new Map([['joined', scatterJoined(b, base, { indices, updates, reduction })]]) }).model;
}

it.each([
  ['add', (_row: number): number => 1, ROWS / PLACES],
  ['max', (row: number): number => row, ROWS - 1],
] as const)('loses no update when many threads join many: %s', async (reduction, updateOf, expected) => {
  await withFolder(async (folder) => {
    const path = join(folder, 'model.onnx');
    await writeModelFile(path, model(reduction));
    const session = await engine.createSession(path, { intraOpThreads: 4 }, NEVER);
    const fed: NamedTensors = new Map([
      ['base', { dtype: 'FP32', shape: [PLACES, COLUMNS], data: new Float32Array(PLACES * COLUMNS) }],
      ['places', { dtype: 'INT64', shape: [ROWS, 1], data: BigInt64Array.from({ length: ROWS }, (_, row) => BigInt((ROWS - 1 - row) % PLACES)) }],
      ['updates', { dtype: 'FP32', shape: [ROWS, COLUMNS], data: Float32Array.from({ length: ROWS * COLUMNS }, (_, at) => updateOf(Math.floor(at / COLUMNS))) }],
    ]);
    for (let turn = 0; turn < 20; turn++) {
      const results = await session.run(fed, ['joined'], NEVER);
      // Of the rows from the last on, the first goes to place 0.
      const wrong = Array.from(results.get('joined')?.data ?? [], Number).filter((value, at) => value !== expected - (reduction === 'max' ? Math.floor(at / COLUMNS) : 0));
      expect(wrong).toEqual([]);
    }
    await session.close();
  });
});
