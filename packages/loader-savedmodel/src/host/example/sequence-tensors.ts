import { elementCount, type Tensor } from '@servable/core';
import { RefusedRun } from '../../compile/refused-run.ts';
import { isMissing, shapeText } from './example-spec.ts';
import { readContext, readSteps, type SequenceBatch, type SequenceFeature } from './sequence-lists.ts';
import { copyInto, type ValueColumn, valueColumn } from './value-column.ts';
import { WireReader } from './wire-reader.ts';

/** A batch whose tensors are made; one example alone has no axis for the batch. */
export interface SequenceInput extends SequenceBatch {
  readonly isBatch: boolean;
}

/** A dense feature; for lists the shape of one step. */
export interface DenseFeature extends SequenceFeature {
  readonly shape: readonly number[];
}

/** How many values each example has, or each step of each: what says how large tensors are. */
export interface Counts {
  /** Of examples; -1 for one that does not have the feature. */
  readonly rows: readonly number[];
  /** Of lists, all steps one after the other. */
  readonly steps: readonly number[];
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + Math.max(0, count), 0);
const largest = (counts: readonly number[]): number => counts.reduce((most, count) => Math.max(most, count), 0);

/** How many values of a feature of the context each example has. @throws RefusedRun */
export function countContext(input: SequenceInput, feature: SequenceFeature): Counts {
  const reader = new WireReader();
  return { rows: input.serialized.map((_, example) => readContext(reader, input, { feature, example })), steps: [] };
}

/** How many steps of a list each example has, and how many values each of these. @throws RefusedRun */
export function countSteps(input: SequenceInput, feature: SequenceFeature): Counts {
  const [reader, steps] = [new WireReader(), [] as number[]];
  return { rows: input.serialized.map((_, example) => readSteps(reader, input, { feature, example, onStep: (count) => void steps.push(count) })), steps };
}

/** All values one after the other, read a second time. */
function valuesOf(input: SequenceInput, feature: SequenceFeature, { isList, total }: { readonly isList: boolean; readonly total: number }): Tensor {
  const column = valueColumn(feature.dtype, total);
  const reader = new WireReader();
  for (const example of input.serialized.keys()) {
    if (isList) readSteps(reader, input, { feature, example, sink: column.sink, onStep: () => {} });
    else readContext(reader, input, { feature, example, sink: column.sink });
  }
  return column.tensor([total]);
}

type Sparse = readonly [indices: Tensor, values: Tensor, shape: Tensor];

function integers(numbers: readonly number[], shape: readonly number[] = [numbers.length]): Tensor {
  return { dtype: 'INT64', shape, data: BigInt64Array.from(numbers, BigInt) };
}

function sparse(values: Tensor, places: readonly number[], shape: readonly number[]): Sparse {
  return [integers(places, [values.data.length, shape.length]), values, integers(shape)];
}

/** A feature of the context as a sparse tensor. */
export function contextSparse(input: SequenceInput, feature: SequenceFeature, { rows }: Counts): Sparse {
  const values = valuesOf(input, feature, { isList: false, total: sum(rows) });
  const places = rows.flatMap((count, example) => Array.from({ length: Math.max(0, count) }, (_, at) => (input.isBatch ? [example, at] : [at])).flat());
  return sparse(values, places, [...(input.isBatch ? [rows.length] : []), largest(rows)]);
}

/** A list as a sparse tensor. */
export function listSparse(input: SequenceInput, feature: SequenceFeature, { rows, steps }: Counts): Sparse {
  const values = valuesOf(input, feature, { isList: true, total: sum(steps) });
  const places: number[] = [];
  let at = 0;
  for (const [example, count] of rows.entries()) {
    for (let step = 0; step < count; step++, at++) for (let place = 0; place < (steps[at] ?? 0); place++) places.push(...(input.isBatch ? [example] : []), step, place);
  }
  return sparse(values, places, [...(input.isBatch ? [rows.length] : []), largest(rows), largest(steps)]);
}

function splits(counts: readonly number[], dtype: 'INT32' | 'INT64'): Tensor {
  let end = 0;
  const ends = [0, ...counts.map((count) => (end += Math.max(0, count)))];
  return dtype === 'INT32' ? { dtype, shape: [ends.length], data: Int32Array.from(ends) } : integers(ends);
}

/** Of one example there are no rows to split: TensorFlow gives a scalar that means nothing. */
const none = (dtype: 'INT32' | 'INT64'): Tensor => (dtype === 'INT32' ? { dtype, shape: [], data: new Int32Array(1) } : integers([0], []));

/** A feature of the context as a ragged tensor: values, and where each row begins. */
export function contextRagged(input: SequenceInput, feature: SequenceFeature, { counts: { rows }, dtype }: RaggedParts): readonly [values: Tensor, splits: Tensor] {
  return [valuesOf(input, feature, { isList: false, total: sum(rows) }), input.isBatch ? splits(rows, dtype) : none(dtype)];
}

interface RaggedParts {
  readonly counts: Counts;
  readonly dtype: 'INT32' | 'INT64';
}

/** A list as a ragged tensor: values, where the steps of each example begin, and where each step does. */
export function listRagged(input: SequenceInput, feature: SequenceFeature, { counts: { rows, steps }, dtype }: RaggedParts): readonly [values: Tensor, outer: Tensor, inner: Tensor] {
  return [valuesOf(input, feature, { isList: true, total: sum(steps) }), input.isBatch ? splits(rows, dtype) : none(dtype), splits(steps, dtype)];
}

/** A feature of the context of a fixed shape. @throws RefusedRun */
export function contextDense(input: SequenceInput, feature: DenseFeature, { counts: { rows }, filler }: { readonly counts: Counts; readonly filler: Tensor | undefined }): Tensor {
  const { name, dtype, shape } = feature;
  const size = elementCount(shape);
  if (rows.some((count) => count !== -1) && largest(rows) !== size) throw new RefusedRun('INVALID_ARGUMENT', `Inconsistent max number of elements for feature ${name}: expected ${size}, but found ${largest(rows)}`);
  const column = valueColumn(dtype, rows.length * size);
  const reader = new WireReader();
  for (const [example, count] of rows.entries()) {
    if (count === -1) fillIn(feature, column, { filler, at: example * size });
    if (count !== -1 && count !== size) throw new RefusedRun('INVALID_ARGUMENT', `Unexpected number of elements in example ${input.nameOf(example)}`);
    column.sink.at = example * size;
    if (count !== -1) readContext(reader, input, { feature, example, sink: column.sink });
  }
  return column.tensor([...(input.isBatch ? [rows.length] : []), ...shape]);
}

function fillIn(feature: DenseFeature, column: ValueColumn, { filler, at }: { readonly filler: Tensor | undefined; readonly at: number }): void {
  if (filler === undefined || filler.data.length === 0) throw new RefusedRun('INVALID_ARGUMENT', isMissing(feature));
  copyInto(column, filler, at);
}

/** A list whose steps have a fixed shape: values, filled up with zeros, and how many steps each example has. @throws RefusedRun */
export function listDense(input: SequenceInput, feature: DenseFeature, { counts, mayMiss }: { readonly counts: Counts; readonly mayMiss: boolean }): readonly [values: Tensor, lengths: Tensor] {
  const { name, dtype, shape } = feature;
  const size = elementCount(shape);
  const totals = totalsOf(counts);
  const most = largest(totals);
  if (most % size !== 0) throw new RefusedRun('INVALID_ARGUMENT', `Feature list '${name}' has an unexpected number of values.  Total values size: ${most} is not consistent with output shape: ${shapeText([-1, ...shape])}`);
  const column = valueColumn(dtype, input.serialized.length * most);
  const reader = new WireReader();
  for (const [example, steps] of counts.rows.entries()) {
    if (steps === -1 && !mayMiss) throw new RefusedRun('INVALID_ARGUMENT', `Name: ${input.nameOf(example)}, Feature list '${name}' is required but could not be found.  Did you mean to include it in feature_list_dense_missing_assumed_empty or feature_list_dense_defaults?`);
    column.sink.at = example * most;
    const onStep = (count: number, step: number): void => {
      if (count !== size) throw new RefusedRun('INVALID_ARGUMENT', `Name: ${input.nameOf(example)}, Key: ${name}, Index: ${step}.  Number of values != expected.  values size: ${count} but output shape: ${shapeText(shape)}`);
    };
    readSteps(reader, input, { feature, example, sink: column.sink, onStep });
  }
  const lengths = counts.rows.map((count) => Math.max(0, count));
  return [column.tensor([...(input.isBatch ? [lengths.length] : []), most / size, ...shape]), integers(lengths, input.isBatch ? [lengths.length] : [])];
}

/** Of each example how many values its steps have together. */
function totalsOf({ rows, steps }: Counts): readonly number[] {
  let at = 0;
  return rows.map((count) => sum(steps.slice(at, (at += Math.max(0, count)))));
}
