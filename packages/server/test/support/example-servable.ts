import { type Dimension, METHOD_NAMES, type NamedTensors, type Servable, type Signature, type Tensor, type TensorSpec } from '@servable/core';
import { type FakeServable, fakeServable } from '@servable/plugin-testing';

const spec = (dtype: Tensor['dtype'], shape: readonly Dimension[] = ['n']): TensorSpec => ({ dtype, shape });
const specs = (entries: Readonly<Record<string, TensorSpec>>): ReadonlyMap<string, TensorSpec> => new Map(Object.entries(entries));

function signature(methodName: string, inputs: ReadonlyMap<string, TensorSpec>, outputs: ReadonlyMap<string, TensorSpec>): Signature {
  return { methodName, inputs, outputs, defaults: new Map(), batching: 'none' };
}

const SERIALIZED = specs({ inputs: { dtype: 'BYTES', shape: [-1], graphName: 'tf_example:0' } });
const NAMED = specs({ x: spec('FP32'), y: spec('FP32') });
const CLASSES_AND_SCORES = specs({ classes: spec('BYTES', ['n', 2]), scores: spec('FP32', ['n', 2]) });
const VALUES = specs({ outputs: spec('FP32', ['n', 1]) });
const { classify, regress, predict } = METHOD_NAMES;

/** Signatures for every rule about examples. */
export const EXAMPLE_SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ['serving_default', signature(predict, NAMED, specs({ scores: spec('FP32', ['n', 2]) }))],
  ['sum', signature(predict, NAMED, VALUES)],
  ['odd', signature('other', NAMED, VALUES)],
  ['classify', signature(classify, SERIALIZED, CLASSES_AND_SCORES)],
  ['regress', signature(regress, SERIALIZED, VALUES)],
  ['regress_elsewhere', signature(regress, specs({ inputs: { dtype: 'BYTES', shape: [-1], graphName: 'other:0' } }), VALUES)],
  ['classes_only', signature(classify, SERIALIZED, specs({ classes: spec('BYTES', ['n', 2]) }))],
  ['three_outputs', signature(classify, SERIALIZED, specs({ a: spec('FP32'), b: spec('FP32'), classes: spec('BYTES') }))],
  ['no_classes', signature(classify, SERIALIZED, specs({ probabilities: spec('FP32', [-1, 0]) }))],
  ['two_outputs', signature(regress, SERIALIZED, specs({ outputs: spec('FP32'), other: spec('FP32') }))],
  ['other_output', signature(regress, SERIALIZED, specs({ y: { dtype: 'FP32', shape: undefined } }))],
  ['other_input', signature(classify, specs({ examples: spec('BYTES') }), CLASSES_AND_SCORES)],
  ['other_input_regress', signature(regress, specs({ examples: spec('BYTES') }), VALUES)],
]);

const text = (value: string): Uint8Array => Buffer.from(value);
const labelsOf = (rows: number): Tensor => ({ dtype: 'BYTES', shape: [rows, 2], data: Array.from({ length: rows }, () => [text('low'), text('high')]).flat() });

function sumOf(inputs: NamedTensors): Float32Array {
  const [x, y] = ['x', 'y'].map((name) => inputs.get(name));
  return Float32Array.from(x?.dtype === 'FP32' ? x.data : [], (value, index) => value + Number(y?.data[index] ?? 0));
}

/** Scores are the lengths of the serialized examples, and their halves. */
function outputsOf(inputs: NamedTensors): NamedTensors {
  const [input] = inputs.values();
  const rows = input?.shape[0] ?? 0;
  const values = input?.dtype === 'BYTES' ? Float32Array.from(input.data, (bytes) => bytes.length) : sumOf(inputs);
  const scores = Float32Array.from([...values].flatMap((value) => [value / 2, value]));
  return new Map<string, Tensor>([
    ['classes', labelsOf(rows)],
    ['scores', { dtype: 'FP32', shape: [rows, 2], data: scores }],
    ['outputs', { dtype: 'FP32', shape: [rows, 1], data: values }],
  ]);
}

/** A servable for examples, serialized or as tensors; `outputs` replaces what it computes. */
export function exampleServable(outputs?: (inputs: NamedTensors) => NamedTensors): FakeServable {
  const run: Servable['run'] = (_signature, inputs) => new Map([...outputsOf(inputs), ...(outputs?.(inputs) ?? [])]);
  return fakeServable({ signatures: EXAMPLE_SIGNATURES, run });
}
