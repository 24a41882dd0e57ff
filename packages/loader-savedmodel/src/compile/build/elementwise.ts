import type { DType } from '@servable/core';
import { elementTypeNumber } from '@servable/onnx-graph';
import { isFloat } from '../ir/constant-data.ts';
import { broadcastShapes, type Size } from '../ir/dimension.ts';
import type { NodeParts } from '../ir/node-parts.ts';
import type { Value } from '../ir/value.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { kernelType } from './kernel-types.ts';
import { aligned } from './order.ts';

/** What an elementwise node may have beside its operator. */
export interface ElementwiseParts {
  readonly attributes?: NodeParts['attributes'];
  /** Of the result, when it is not that of the inputs. */
  readonly dtype?: DType;
}

/** An operator on each element. */
export function unary(b: GraphBuilder, operator: string, value: Value, { attributes = {}, dtype }: ElementwiseParts = {}): Value {
  const kernel = kernelType(operator, value.dtype);
  const input = cast(b, value, kernel);
  const made = b.one(operator, [input], { dtype: dtype ?? kernel, shape: input.shape, order: input.order }, attributes);
  return cast(b, made, dtype ?? value.dtype);
}

/** An operator on each pair of elements, broadcast as in NumPy. @throws ShapeMismatch */
export function binary(b: GraphBuilder, operator: string, [first, second]: readonly [Value, Value], { attributes = {}, dtype }: ElementwiseParts = {}): Value {
  const kernel = kernelType(operator, first.dtype);
  const shape = broadcastShapes([first.shape, second.shape], b.sizes);
  const { values, order } = aligned(b, [cast(b, first, kernel), cast(b, second, kernel)], shape);
  const elements = listElements(operator, first, second);
  const made = b.one(operator, values, { dtype: dtype ?? kernel, shape, order, elements }, attributes);
  return cast(b, made, dtype ?? first.dtype);
}

/** `Add`, `Mul` and so on of many, from the left. */
export function chain(b: GraphBuilder, operator: string, [first, ...others]: readonly Value[]): Value {
  if (first === undefined) throw new Error(`${operator} of nothing`);
  return others.reduce((sum, next) => binary(b, operator, [sum, next]), first);
}

const COMPARISONS: ReadonlySet<string> = new Set(['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']);

/** A comparison of each pair of elements. */
export function compare(b: GraphBuilder, operator: string, pair: readonly [Value, Value]): Value {
  if (!COMPARISONS.has(operator)) throw new Error(`${operator} is no comparison`);
  return binary(b, operator, pair, { dtype: 'BOOL' });
}

/** Picks each element of one or the other. */
export function where(b: GraphBuilder, condition: Value, [yes, no]: readonly [Value, Value]): Value {
  const kernel = yes.dtype === 'BYTES' ? 'BYTES' : kernelType('Where', yes.dtype);
  const shape = broadcastShapes([condition.shape, yes.shape, no.shape], b.sizes);
  const { values, order } = aligned(b, [condition, cast(b, yes, kernel), cast(b, no, kernel)], shape);
  return cast(b, b.one('Where', values, { dtype: kernel, shape, order }), yes.dtype);
}

/** Numbers as another type, as C casts them. */
export function cast(b: GraphBuilder, value: Value, dtype: DType): Value {
  if (value.dtype === dtype) return value;
  const isList = (dtype === 'INT64' || dtype === 'INT32') && !isFloat(value.dtype);
  return b.one('Cast', [value], { dtype, shape: value.shape, order: value.order, elements: isList ? value.elements : undefined }, { to: elementTypeNumber(dtype) });
}

/** A number of the same type as a value. */
export function like(b: GraphBuilder, value: Value, number: number | bigint): Value {
  if (value.dtype === 'BYTES') throw new Error('a string is no number');
  if (value.dtype !== 'FP16' && value.dtype !== 'BF16') return b.scalar(value.dtype, number);
  return cast(b, b.scalar('FP32', number), value.dtype);
}

/** Only Relu and clamps see to elements alone. Clamped from below and above, where given; NaN stays NaN. */
export function clamp(b: GraphBuilder, value: Value, { min, max }: { readonly min?: number; readonly max?: number }): Value {
  const kernel = kernelType('Clip', value.dtype);
  const input = cast(b, value, kernel);
  const bound = (number: number | undefined): Value | undefined => (number === undefined ? undefined : like(b, input, number));
  const made = b.one('Clip', [input, bound(min), bound(max)], { dtype: kernel, shape: input.shape, order: input.order });
  return cast(b, made, value.dtype);
}

type Elements = readonly (Size | undefined)[];

/** What is known of short lists that are added, multiplied and so on. */
function listElements(operator: string, first: Value, second: Value): Elements | undefined {
  const [left, right] = [first.elements, second.elements];
  if (left === undefined || right === undefined || (left.length !== right.length && left.length !== 1 && right.length !== 1)) return undefined;
  const count = left.length === 0 || right.length === 0 ? 0 : Math.max(left.length, right.length);
  return Array.from({ length: count }, (_, at) => element(operator, left[left.length === 1 ? 0 : at], right[right.length === 1 ? 0 : at]));
}

function element(operator: string, left: Size | undefined, right: Size | undefined): Size | undefined {
  if (operator === 'Mul') return left === 1 ? right : right === 1 ? left : whole(left, right, (a, c) => a * c);
  if (operator === 'Add') return left === 0 ? right : right === 0 ? left : whole(left, right, (a, c) => a + c);
  if (operator === 'Sub') return right === 0 ? left : left !== undefined && left === right ? 0 : whole(left, right, (a, c) => a - c);
  if (operator === 'Div') return right === 1 ? left : whole(left, right, (a, c) => (c === 0 ? Number.NaN : Math.trunc(a / c)));
  if (operator === 'Max') return left === right ? left : whole(left, right, Math.max);
  if (operator === 'Min') return left === right ? left : whole(left, right, Math.min);
  return undefined;
}

function whole(left: Size | undefined, right: Size | undefined, join: (a: number, c: number) => number): number | undefined {
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  const result = join(left, right);
  return Number.isSafeInteger(result) ? result : undefined;
}
