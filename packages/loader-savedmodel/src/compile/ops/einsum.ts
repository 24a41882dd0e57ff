import type { GraphBuilder } from '../build/graph-builder.ts';
import { transposed } from '../build/order.ts';
import { matrixProduct } from '../build/products.ts';
import { reshapeTo, UnwrittenShape } from '../build/reshape.ts';
import type { Shape } from '../ir/dimension.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import type { OpCall } from '../op-call.ts';
import { contraction } from './contraction.ts';

/** An equation's letters, one for each axis. */
function letters(term: string): readonly string[] {
  return Array.from(term);
}

/** By one product of matrices where the sizes are such that it can be written at once, else in steps. */
export function einsum(call: OpCall): Value {
  const { b, attributes, inputs } = call;
  const equation = attributes.text('equation').replaceAll(' ', '');
  return asProduct(call, equation) ?? contraction(b, equation, inputs);
}

/** Of two inputs most equations are one product of matrices, once axes stand in the right order; transposes before it often cancel. */
function asProduct({ b, inputs }: OpCall, equation: string): Value | undefined {
  const [terms = '', result] = equation.split('->');
  const [left = '', right = '', ...others] = terms.split(',');
  const [x, y] = inputs;
  if (result === undefined || x === undefined || y === undefined || others.length > 0 || equation.includes('.')) return undefined;
  if ([left, right, result].some((term) => new Set(term).size !== term.length)) return undefined;
  const batch = letters(left).filter((letter) => right.includes(letter) && result.includes(letter));
  const inner = letters(left).filter((letter) => right.includes(letter) && !result.includes(letter));
  const rows = letters(left).filter((letter) => !right.includes(letter));
  const columns = letters(right).filter((letter) => !left.includes(letter));
  const isPlain = [...rows, ...columns].every((letter) => result.includes(letter));
  if (!isPlain || inner.length === 0 || result.length !== batch.length + rows.length + columns.length) return undefined;
  try {
    return matrixForm(b, { x, y, left, right, result }, { batch, inner, rows, columns });
  } catch (error) {
    if (error instanceof UnwrittenShape) return undefined;
    throw error;
  }
}

interface Terms {
  readonly x: Value;
  readonly y: Value;
  readonly left: string;
  readonly right: string;
  readonly result: string;
}

interface Groups {
  readonly batch: readonly string[];
  readonly inner: readonly string[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

function matrixForm(b: GraphBuilder, { x, y, left, right, result }: Terms, { batch, inner, rows, columns }: Groups): Value | undefined {
  const sizeOf = (letter: string): Shape[number] => {
    const size = left.includes(letter) ? shapeOf(x)[left.indexOf(letter)] : undefined;
    return typeof size === 'number' || !right.includes(letter) ? (size ?? 1) : (shapeOf(y)[right.indexOf(letter)] ?? 1);
  };
  const arrange = (value: Value, term: string, order: readonly string[]): Value => transposed(b, value, order.map((letter) => term.indexOf(letter)));
  const joined = (group: readonly string[]): Shape[number] | undefined => {
    const sizes = group.map(sizeOf).filter((size) => size !== 1);
    if (sizes.length <= 1) return sizes[0] ?? 1;
    return sizes.every((size) => typeof size === 'number') ? sizes.reduce((product: number, size) => product * size, 1) : undefined;
  };
  const [depth, height, width] = [joined(inner), joined(rows), joined(columns)];
  if (batch.length === 0) return depth === undefined || width === undefined ? undefined : rowsForm(b, { x, y, left, right, result }, { inner, rows, columns, depth, width, sizeOf });
  const lead = batch.map(sizeOf);
  // More than one unknown size cannot be written as a constant shape.
  if (depth === undefined || width === undefined || (height === undefined && batch.length > 0)) return undefined;
  if ([...lead, depth, height ?? 1, width].filter((size) => typeof size === 'string').length > 1 + (inner.length === 1 && rows.length === 1 && columns.length === 1 ? 8 : 0)) return undefined;
  const first = fold(b, arrange(x, left, [...batch, ...rows, ...inner]), { count: [batch.length, rows.length, inner.length], shape: [...lead, height ?? 1, depth] });
  const second = fold(b, arrange(y, right, [...batch, ...inner, ...columns]), { count: [batch.length, inner.length, columns.length], shape: [...lead, depth, width] });
  const order = [...batch, ...rows, ...columns];
  const product = matrixProduct(b, first, second);
  const isSplit = rows.length === 1 && columns.length === 1;
  const apart = isSplit ? product : reshapeTo(b, product, order.map(sizeOf));
  return transposed(b, apart, letters(result).map((letter) => order.indexOf(letter)));
}

interface Rows extends Omit<Groups, 'batch'> {
  readonly depth: Shape[number];
  readonly width: Shape[number];
  readonly sizeOf: (letter: string) => Shape[number];
}

/** Where nothing is shared but what is summed over, the rows may stand along as many axes as they like. */
function rowsForm(b: GraphBuilder, { x, y, left, right, result }: Terms, { inner, rows, columns, depth, width, sizeOf }: Rows): Value | undefined {
  const order = [...rows, ...columns];
  if (columns.length > 1 && columns.map(sizeOf).some((size) => typeof size === 'string')) return undefined;
  const arrange = (value: Value, term: string, axes: readonly string[]): Value => transposed(b, value, axes.map((letter) => term.indexOf(letter)));
  const first = arrange(x, left, [...rows, ...inner]);
  const second = arrange(y, right, [...inner, ...columns]);
  const flat = inner.length === 1 ? first : reshapeTo(b, first, [...rows.map(sizeOf), depth]);
  const table = inner.length === 1 && columns.length === 1 ? second : reshapeTo(b, second, [depth, width]);
  const product = matrixProduct(b, rows.length === 0 ? reshapeTo(b, flat, [1, depth]) : flat, table);
  const apart = rows.length > 0 && columns.length === 1 ? product : reshapeTo(b, product, order.map(sizeOf));
  return transposed(b, apart, letters(result).map((letter) => order.indexOf(letter)));
}

/** Several axes as one, where there are several. */
function fold(b: GraphBuilder, value: Value, { count: [, first, second], shape }: { readonly count: readonly [number, number, number]; readonly shape: Shape }): Value {
  return first === 1 && second === 1 ? value : reshapeTo(b, value, shape);
}
