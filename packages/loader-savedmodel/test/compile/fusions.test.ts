import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNativeEngine } from '@servable/engine-onnxruntime';
import { readGraphFile } from '@servable/onnx-graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CompiledModel } from '../../src/compile/compiled-model.ts';
import { compileModel } from '../../src/compile/compile-model.ts';
import { openSavedModel } from '../../src/index.ts';
import { checkOp } from './check-op.ts';

/**
 * Patterns that are fused, and others that only look like them (`not_…`), with TensorFlow's answers; written by
 * `python interop/compile_ops/fusions.py packages/loader-savedmodel/test/compile/fusion-cases`.
 */
const CASES = join(import.meta.dirname, 'fusion-cases');
const NEVER = new AbortController().signal;

interface FusionCase {
  readonly name: string;
  /** How often operators are to stand in what is written. */
  readonly written: Readonly<Record<string, number>>;
  /** The operator that works on the input. */
  readonly first: string | null;
}
const { cases } = JSON.parse(readFileSync(join(CASES, 'cases.json'), 'utf8')) as { readonly cases: readonly FusionCase[] };

const engine = createNativeEngine({ threads: 1, synchronousMicros: 0 });
const folder = mkdtempSync(join(tmpdir(), 'servable-fusions-'));
let compiled: CompiledModel = {};

beforeAll(async () => {
  const model = await openSavedModel(CASES);
  compiled = await compileModel(model, folder, { names: cases.map(({ name }) => name), signal: NEVER });
  await model.close();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

it.each(cases)('$name', async ({ name, written, first }) => {
  const outcome = compiled[name];
  const { graph } = await readGraphFile(join(folder, outcome?.kind === 'graph' ? (outcome.file ?? '') : ''), NEVER);
  const operators = graph.nodes.map(({ operator }) => operator);
  const counted = Object.fromEntries(Object.keys(written).map((operator) => [operator, operators.filter((each) => each === operator).length]));
  expect(counted).toEqual(written);
  if (first !== null) expect(operators[0]).toBe(first);
});

it('answers as TensorFlow does, fused or not', async () => {
  const report = await checkOp(CASES, engine);
  expect(report).toEqual({ cases: cases.length, uncovered: [], wrong: [] });
});
