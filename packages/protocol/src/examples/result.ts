import type { NamedTensors, Tensor } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import { exampleError } from './errors.ts';
import type { ExampleTask } from './task.ts';

/** What a classification says: for each example the same number of classes, each with a label, a score, or both. */
export interface Classification {
  readonly kind: 'classify';
  readonly examples: number;
  /** Classes of each example. */
  readonly width: number;
  /** Row by row; absent: every label is empty. */
  readonly labels: readonly Uint8Array[] | undefined;
  /** Row by row; absent: every score is 0. */
  readonly scores: Float32Array | undefined;
}

/** What a regression says: a value for each example. */
export interface Regression {
  readonly kind: 'regress';
  readonly values: Float32Array;
}

/** The answer to examples. */
export type ExampleResult = Classification | Regression;

/**
 * Checks a run's outputs and takes the answer from them. It shares their memory.
 *
 * @param examples - how many were sent
 * @throws ServingError `SRV_EXAMPLE_CLASS_*`, `SRV_EXAMPLE_REGRESSION_*`
 *
 * Source: TF Serving, `PostProcessClassificationResult` and `PostProcessRegressionResult` in `servables/tensorflow/`.
 */
export function exampleResult(task: ExampleTask, outputs: NamedTensors, examples: number): ExampleResult {
  return task === 'classify' ? classification(outputs, examples) : regression(outputs.get('outputs'), examples);
}

function classification(outputs: NamedTensors, examples: number): Classification {
  const classes = outputs.get('classes');
  const scores = outputs.get('scores');
  let labels: readonly Uint8Array[] | undefined;
  let numbers: Float32Array | undefined;
  if (classes !== undefined) {
    checkRank(classes);
    if (classes.dtype !== 'BYTES') throw exampleError('SRV_EXAMPLE_CLASS_TYPE', ['classes', 'DT_STRING', protoName(classes)]);
    checkRows('classes', classes, examples);
    labels = classes.data;
  }
  if (scores !== undefined) {
    checkRank(scores);
    if (scores.dtype !== 'FP32') throw exampleError('SRV_EXAMPLE_CLASS_TYPE', ['scores', 'DT_FLOAT', protoName(scores)]);
    checkRows('scores', scores, examples);
    numbers = scores.data;
  }
  const width = classes?.shape[1] ?? scores?.shape[1] ?? 0;
  const otherWidth = scores?.shape[1] ?? width;
  if (width !== otherWidth) throw exampleError('SRV_EXAMPLE_CLASS_WIDTH', [width, otherWidth]);
  return { kind: 'classify', examples, width, labels, scores: numbers };
}

function checkRank({ shape }: Tensor): void {
  if (shape.length !== 2) throw exampleError('SRV_EXAMPLE_CLASS_SHAPE', [shape]);
}

function checkRows(output: string, { shape: [rows = 0] }: Tensor, examples: number): void {
  if (rows !== examples) throw exampleError('SRV_EXAMPLE_CLASS_ROWS', [output, examples, rows]);
}

function regression(output: Tensor | undefined, examples: number): Regression {
  const { shape, ...rest } = output ?? { dtype: 'FP32', shape: [0], data: new Float32Array(0) };
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) throw exampleError('SRV_EXAMPLE_REGRESSION_SHAPE', [shape]);
  if (shape[0] !== examples) throw exampleError('SRV_EXAMPLE_REGRESSION_ROWS', [examples, shape[0] ?? 0]);
  if (rest.dtype !== 'FP32') throw exampleError('SRV_EXAMPLE_REGRESSION_TYPE', [tensorFlowTypeOf(rest.dtype).protoName]);
  return { kind: 'regress', values: rest.data };
}

const protoName = ({ dtype }: Tensor): string => tensorFlowTypeOf(dtype).protoName;
