import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface GoldenCase {
  readonly name: string;
  readonly version: number;
  readonly inputs: { readonly features: { readonly values: readonly number[] } };
  readonly outputs: { readonly probabilities: { readonly values: readonly number[] } };
}

const file = join(import.meta.dirname, '../../fixtures/onnx/goldens/mlp.json');
const { cases, tolerance } = JSON.parse(readFileSync(file, 'utf8')) as { cases: GoldenCase[]; tolerance: { rtol: number; atol: number } };
const found = cases.find(({ name, version }) => name === 'one' && version === 1);
if (found === undefined) throw new Error(`${file} has no case 'one' of version 1`);

/** One row for the model `mlp`. */
export const FEATURES: readonly number[] = found.inputs.features.values;
const PROBABILITIES = found.outputs.probabilities.values;

/** Fails unless these are what ONNX Runtime answered when the fixture was made. */
export function checkProbabilities(values: readonly number[]): void {
  assert.equal(values.length, PROBABILITIES.length);
  PROBABILITIES.forEach((expected, at) => {
    const error = Math.abs((values[at] ?? Number.NaN) - expected);
    assert.ok(error <= tolerance.atol + tolerance.rtol * Math.abs(expected), `probability ${at} is ${values[at]}, expected ${expected}`);
  });
}
