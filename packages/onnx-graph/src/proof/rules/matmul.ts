import { broadcast } from '../axes.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { literalOf, ONE, type Size } from '../size.ts';
import { isSameBatchSize, tensorOf, type TensorValue, UNKNOWN } from '../value.ts';

type Batch = TensorValue['batch'];

/** numpy's `matmul`: the last two axes are multiplied, those before them broadcast. */
export function matmul(call: NodeCall, left: TensorValue, right: TensorValue): TensorValue {
  if (left.shape === undefined || right.shape === undefined) {
    if (left.batch === undefined && right.batch === undefined) return UNKNOWN;
    throw ends('it multiplies rows with a tensor of unknown rank');
  }
  const [a, b] = [asMatrices(left.shape, left.batch, 'row'), asMatrices(right.shape, right.batch, 'column')];
  if (a.batch?.axis === a.shape.length - 1 || b.batch?.axis === b.shape.length - 2) throw ends('it sums over the batch');
  const [rows, columns] = [a.batch?.axis === a.shape.length - 2, b.batch?.axis === b.shape.length - 1];
  if ((rows && b.batch !== undefined) || (columns && a.batch !== undefined)) throw ends('it multiplies every row with every other');
  const outer = broadcast([outerOf(a), outerOf(b)], call.sizes);
  const rank = (outer.shape?.length ?? 0) + 2;
  const shape = [...(outer.shape ?? []), a.shape.at(-2) ?? ONE, b.shape.at(-1) ?? ONE];
  const batch = rows ? at(a.batch, rank - 2) : columns ? at(b.batch, rank - 1) : outer.batch;
  return dropAxes(shape, batch, { row: left.shape.length === 1, column: right.shape.length === 1 });
}

interface Matrices {
  readonly shape: readonly Size[];
  readonly batch: Batch;
}

/** A vector is a matrix of one row or one column. */
function asMatrices(shape: readonly Size[], batch: Batch, kind: 'row' | 'column'): Matrices {
  if (shape.length === 0) throw ends('it multiplies a scalar');
  if (shape.length > 1) return { shape, batch };
  return kind === 'row' ? { shape: [ONE, ...shape], batch: at(batch, 1) } : { shape: [...shape, ONE], batch };
}

function at(batch: Batch, axis: number): Batch {
  return batch === undefined ? undefined : { ...batch, axis };
}

/** The axes that are broadcast. */
function outerOf({ shape, batch }: Matrices): TensorValue {
  return tensorOf(shape.slice(0, -2), batch !== undefined && batch.axis < shape.length - 2 ? batch : undefined);
}

/** The axis that a vector was given is taken away again. */
function dropAxes(shape: readonly Size[], batch: Batch, gone: { readonly row: boolean; readonly column: boolean }): TensorValue {
  const isKept = (axis: number): boolean => !(gone.row && axis === shape.length - 2) && !(gone.column && axis === shape.length - 1);
  const isShifted = batch !== undefined && gone.row && batch.axis === shape.length - 1;
  return tensorOf(shape.filter((_, axis) => isKept(axis)), isShifted ? at(batch, batch.axis - 1) : batch);
}

/** The last two axes swapped. */
export function swapLast({ shape, batch, elements }: TensorValue): TensorValue {
  if (shape === undefined) return { shape, batch, elements };
  const rank = shape.length;
  if (rank < 2) throw ends('it turns a tensor that is no matrix');
  const swapped = shape.with(rank - 1, shape[rank - 2] ?? ONE).with(rank - 2, shape[rank - 1] ?? ONE);
  const axis = batch === undefined || batch.axis < rank - 2 ? batch?.axis : batch.axis === rank - 1 ? rank - 2 : rank - 1;
  return tensorOf(swapped, axis === undefined ? undefined : at(batch, axis));
}

/** Inputs `first` and `second` multiplied, each turned when its attribute says so. */
export function transposedProduct(call: NodeCall, first: number, second: number): TensorValue {
  const left = call.integer('transA', 0) === 0 ? call.data(first) : swapLast(call.data(first));
  const right = call.integer('transB', 0) === 0 ? call.data(second) : swapLast(call.data(second));
  return matmul(call, left, right);
}

export const gemm: Rule = (call) => {
  const product = transposedProduct(call, 0, 1);
  return [call.has(2) ? addTo(call, product, call.data(2)) : product];
};

/** Adds what is broadcast to the product, and never the other way round. */
export function addTo(call: NodeCall, product: TensorValue, added: TensorValue): TensorValue {
  const sum = broadcast([product, added], call.sizes);
  if (product.shape?.length !== sum.shape?.length) throw ends('it adds a tensor of a higher rank');
  if (product.batch === undefined && added.batch !== undefined) throw ends('it adds rows to a product of one row');
  return product.batch === undefined ? sum : product;
}

/** Zero points and scales of what has rows must be one number: they would belong to rows else. */
export function requireOneNumber(call: NodeCall, ...indices: readonly number[]): void {
  for (const index of indices) {
    if (!call.has(index)) continue;
    const { shape } = call.free(index);
    const isOne = shape?.every((size) => literalOf(size) === 1) === true;
    if (!isOne) throw ends(`its input ${index} has numbers of its own along an axis that may be the batch`);
  }
}

/** Parameters of an operand: any when it is the same for all requests. */
export function requireParameters(call: NodeCall, operand: number, ...indices: readonly number[]): void {
  if (call.data(operand).batch === undefined) call.requireFree(...indices);
  else requireOneNumber(call, ...indices);
}

const matmulInteger: Rule = (call) => {
  requireParameters(call, 0, 2);
  requireParameters(call, 1, 3);
  return [matmul(call, call.data(0), call.data(1))];
};

const quantizedMatmul: Rule = (call) => {
  requireParameters(call, 0, 1, 2);
  requireParameters(call, 3, 4, 5);
  requireOneNumber(call, 6, 7);
  return [matmul(call, call.data(0), call.data(3))];
};

const einsum: Rule = (call) => {
  const values = call.allData();
  const equation = call.text('equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (equation.includes('.') || terms.length !== values.length) throw ends(`it has the equation '${equation}', which is not followed`);
  const sizes = new Map<string, Size>();
  let batch: { readonly letter: string; readonly size: NonNullable<Batch> } | undefined;
  for (const [index, term] of terms.entries()) {
    const value = values[index];
    if (value?.shape?.length !== term.length) throw ends('the ranks of its inputs are not known');
    for (const [axis, size] of value.shape.entries()) if (literalOf(sizes.get(term[axis] ?? '') ?? ONE) === 1) sizes.set(term[axis] ?? '', size);
    if (value.batch === undefined) continue;
    const letter = term[value.batch.axis] ?? '';
    if (batch !== undefined && (batch.letter !== letter || !isSameBatchSize(batch.size, value.batch))) throw ends('it multiplies rows that stand on different axes');
    batch = { letter, size: value.batch };
  }
  const output = right ?? implicitOutput(left);
  if (batch !== undefined) requireOneRowEach(terms, values, { letter: batch.letter, output });
  const shape = output.split('').map((letter) => sizes.get(letter) ?? ONE);
  return [tensorOf(shape, batch === undefined ? undefined : { ...batch.size, axis: output.indexOf(batch.letter) })];
};

/** The batch's letter is summed over nowhere, and stands for nothing else. */
function requireOneRowEach(terms: readonly string[], values: readonly TensorValue[], { letter, output }: { readonly letter: string; readonly output: string }): void {
  if (output.split(letter).length !== 2) throw ends('it sums over the batch');
  for (const [index, term] of terms.entries()) {
    const uses = term.split(letter).length - 1;
    if (uses > 1 || (uses === 1 && values[index]?.batch === undefined)) throw ends('it multiplies rows with a tensor that has a size of its own there');
    if (uses === 0 && values[index]?.batch !== undefined) throw ends('it multiplies rows that stand on different axes');
  }
}

/** Without an arrow: the letters that stand once, in the alphabet's order. */
function implicitOutput(left: string): string {
  const letters = left.replaceAll(',', '').split('');
  return letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort().join('');
}

export const products: RuleFamily = {
  title: 'Products of matrices',
  domain: 'ai.onnx',
  holds: 'the batch is not summed over, and rows meet weights or their own row only',
  rules: { Einsum: einsum, Gemm: gemm, MatMul: (call) => [matmul(call, call.data(0), call.data(1))], MatMulInteger: matmulInteger, QLinearMatMul: quantizedMatmul },
};
