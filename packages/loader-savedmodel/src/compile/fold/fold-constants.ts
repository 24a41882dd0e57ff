import { bytesPerElement, type DType, elementCount, type TensorData } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import { isFloat, storedTensor, tensorOf } from '../ir/constant-data.ts';
import { isFixed } from '../ir/dimension.ts';
import type { NodeParts } from '../ir/node-parts.ts';
import type { Value } from '../ir/value.ts';
import { canCast, castElements } from './cast-elements.ts';
import { calculate, canCalculate, dividesByZero } from './elementwise.ts';
import { type Movement, MOVEMENTS } from './movements.ts';
import { canReduce, reduceElements } from './reduce-elements.ts';

/** What is made of constants may be larger than they are, but not by much: a broadcast is better made by each run. */
const MOST_GROWTH = 2;
const ALWAYS_SMALL = 4096;
/** Results up to here are kept; larger ones are made when they are written. */
const KEPT_BYTES = 2 ** 16;

/** Operators whose result is never the memory of what they are given. */
const MAKING: ReadonlySet<string> = new Set(['Transpose', 'Slice', 'Concat', 'Gather', 'Expand']);

type Output = { readonly dtype: DType; readonly shape: readonly number[] };

/** Computes a node whose inputs are all known; `undefined` where that cannot or should not be done. */
export function foldConstants(operator: string, inputs: readonly (Value | undefined)[], { attributes = {}, outputs }: NodeParts): readonly StoredTensor[] | undefined {
  const constants = inputs.map((input) => input?.constant);
  const [first, ...others] = outputs;
  if (first === undefined || others.length > 0 || constants[0] === undefined || inputs.some((input) => input !== undefined && input.constant === undefined)) return undefined;
  const known = constants.filter((constant) => constant !== undefined);
  const { shape } = first;
  if (!isFixed(shape) || grows(shape, known)) return undefined;
  const make = plan(operator, known, { attributes, output: { dtype: first.dtype, shape } });
  if (make === undefined) return undefined;
  const isKept = elementCount(shape) * Math.max(1, bytesPerElement(first.dtype)) <= KEPT_BYTES;
  return [isKept ? keep({ dtype: first.dtype, shape }, make) : { dtype: first.dtype, shape, read: make, isMade: MAKING.has(operator) }].filter((stored) => stored !== undefined);
}

function keep({ dtype, shape }: Output, make: () => TensorData): StoredTensor {
  return storedTensor(dtype, shape, make());
}

function grows(shape: readonly number[], inputs: readonly StoredTensor[]): boolean {
  const count = elementCount(shape);
  return count > ALWAYS_SMALL && count > MOST_GROWTH * inputs.reduce((sum, input) => sum + elementCount(input.shape), 0);
}

interface PlanParts {
  readonly attributes: NonNullable<NodeParts['attributes']>;
  readonly output: Output;
}

/** How a node's result is computed, or that it is not. Strings are only moved. */
function plan(operator: string, inputs: readonly StoredTensor[], { attributes, output }: PlanParts): (() => TensorData) | undefined {
  const [first] = inputs;
  if (first === undefined) return undefined;
  const movement: Movement | undefined = Object.hasOwn(MOVEMENTS, operator) ? MOVEMENTS[operator] : undefined;
  if (movement !== undefined) return movement(inputs, { attributes, output });
  if (operator === 'Cast' && canCast(first.dtype, output.dtype)) {
    const isSafe = !['FP32', 'FP64'].includes(first.dtype) || ['FP32', 'FP64', 'BOOL'].includes(output.dtype);
    if (isSafe) return () => castElements(tensorOf(first), output.dtype) ?? first.read();
    const cast = elementCount(first.shape) <= ALWAYS_SMALL ? castElements(tensorOf(first), output.dtype) : undefined;
    return cast === undefined ? undefined : () => cast;
  }
  if (canReduce(operator, first.dtype)) return reduction(operator, inputs, { attributes, output });
  if (!canCalculate(operator, first.dtype)) return undefined;
  if (['Div', 'Mod'].includes(operator) && dividesByZero(operator, inputs.map(tensorOf))) return undefined;
  if (operator === 'Mod' && attributes['fmod'] !== undefined) return undefined;
  return () => calculate(operator, inputs.map(tensorOf), output);
}

/** Fractions when they are asked for; whole numbers at once, since they may not fit. */
function reduction(operator: string, inputs: readonly StoredTensor[], { attributes, output }: PlanParts): (() => TensorData) | undefined {
  const [first] = inputs;
  if (first === undefined) return undefined;
  const make = (): TensorData | undefined => reduceElements(operator, tensorOf(first), { axes: axesOf(inputs, attributes), shape: output.shape });
  if (isFloat(first.dtype)) return () => make() ?? first.read();
  const made = elementCount(first.shape) <= ALWAYS_SMALL ? make() : undefined;
  return made === undefined ? undefined : () => made;
}

function axesOf([tensor, axes]: readonly StoredTensor[], attributes: PlanParts['attributes']): readonly number[] {
  const listed = axes === undefined ? attributes['axes'] : Array.from(axes.read() as BigInt64Array, Number);
  const rank = tensor?.shape.length ?? 0;
  if (!Array.isArray(listed)) return Array.from({ length: rank }, (_, axis) => axis);
  return listed.map((axis: number) => (axis < 0 ? axis + rank : axis));
}
