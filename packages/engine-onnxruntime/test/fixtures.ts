import { join } from 'node:path';
import type { NamedTensors, Tensor } from '@servable/core';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/onnx');

/** The file of a model among the fixtures, such as `mlp/1`. */
export function modelFile(model: string): string {
  return join(FIXTURES, model, 'model.onnx');
}

export function floats(shape: readonly number[], values: readonly number[]): Tensor {
  return { dtype: 'FP32', shape, data: Float32Array.from(values) };
}

export function strings(...texts: readonly (string | Uint8Array)[]): Tensor {
  const data = texts.map((text) => (typeof text === 'string' ? new TextEncoder().encode(text) : text));
  return { dtype: 'BYTES', shape: [texts.length], data };
}

export function named(tensors: Readonly<Record<string, Tensor>>): NamedTensors {
  return new Map(Object.entries(tensors));
}

/** Inputs of `mlp/1`, and the answer by ONNX Runtime's Python package (`goldens/mlp.json`, case `one`). */
export const MLP_INPUTS: NamedTensors = named({ features: floats([1, 4], [1.52, -0.44, -0.4, 0.37]) });
export const MLP_ANSWER: readonly number[] = [0.34415582, 0.30442616, 0.35141805];

/** Inputs of `control_flow/1`, whose loop makes this many steps: 100,000 take about 50 ms. */
export function loopInputs(steps: number): NamedTensors {
  return named({ x: floats([2], [1, 2]), steps: { dtype: 'INT64', shape: [], data: BigInt64Array.of(BigInt(steps)) } });
}
