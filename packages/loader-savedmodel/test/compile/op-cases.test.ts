import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createNativeEngine } from '@servable/engine-onnxruntime';
import { afterAll, expect, it } from 'vitest';
import { checkOp } from './check-op.ts';

const engine = createNativeEngine({ threads: 1, synchronousMicros: 0 });
afterAll(() => engine.close());

/**
 * A few cases of each op with TensorFlow's answers, written by
 * `python interop/compile_ops/oracle.py packages/loader-savedmodel/test/compile/op-cases --cases 3 --seed 7`; GatherV2 has those of `--cases 40
 * --seed 1`, rows of strings among them, and ops that run functions those of `--cases 10 --seed 7`, as those on strings; the parsing ops those of `--cases 20`, StringArrays of `--cases 80`.
 * Tables was written by `interop/compile_ops/tables.py`. The interop suite makes hundreds.
 */
const CASES = join(import.meta.dirname, 'op-cases');

it.each(readdirSync(CASES))('%s answers as TensorFlow does', async (op) => {
  const { cases, uncovered, wrong } = await checkOp(join(CASES, op), engine);
  expect(cases).toBeGreaterThan(0);
  expect({ uncovered, wrong }).toEqual({ uncovered: [], wrong: [] });
});
