import { agreeingBatch, frontAxis, requireApart } from '../axes.ts';
import { rearrange } from '../elements.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import { reshape, targetShape } from '../reshape.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { dependsOnRows, divide, literalOf, literal, ONE, productOf, type Size } from '../size.ts';
import { freeTensor, literalShape, tensorOf, type TensorValue, UNKNOWN } from '../value.ts';

const reshapeRule: Rule = (call) => {
  const value = call.value(0);
  const numbers = call.knownElements(1);
  return [reshape(value, targetShape(value, numbers, call.integer('allowzero', 0) === 1), call.sizes)];
};

const flatten: Rule = (call) => {
  const shape = call.shape(0);
  const axis = call.integer('axis', 1);
  const front = axis < 0 ? axis + shape.length : axis;
  return [reshape(call.value(0), [productOf(shape.slice(0, front)), productOf(shape.slice(front))], call.sizes)];
};

const squeeze: Rule = (call) => {
  const value = call.value(0);
  const shape = call.shape(0);
  // An empty list means the same as none.
  const given = call.axes(1, 13);
  const axes = given?.length === 0 ? undefined : given;
  if (axes === undefined && value.batch !== undefined) throw ends('it takes every dimension of size 1 away, and a batch of one row is one');
  const gone = new Set(axes?.map((axis) => frontAxis(axis, shape.length)) ?? onesOf(shape));
  if (value.batch !== undefined && gone.has(value.batch.axis)) throw ends('it takes the batch away');
  const kept = shape.filter((_, axis) => !gone.has(axis));
  return [moved(value, kept, (axis) => axis - countBelow(gone, axis))];
};

function onesOf(shape: readonly Size[]): readonly number[] {
  if (!shape.every((size) => literalOf(size) !== undefined)) throw ends('which dimensions are of size 1 is not known');
  return shape.flatMap((size, axis) => (literalOf(size) === 1 ? [axis] : []));
}

const unsqueeze: Rule = (call) => {
  const value = call.value(0);
  const shape = call.shape(0);
  const axes = call.axes(1, 13) ?? [];
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => frontAxis(axis, rank)));
  const kept = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !added.has(axis));
  const sizes = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? ONE : (shape[kept.indexOf(axis)] ?? ONE)));
  return [moved(value, sizes, (axis) => kept[axis] ?? axis)];
};

/** The same numbers in the same order under another shape, with the batch where `axisOf` puts it. */
function moved({ batch, elements }: TensorValue, shape: readonly Size[], axisOf: (axis: number) => number): TensorValue {
  if (batch === undefined) return freeTensor(shape, elements);
  return tensorOf(shape, { ...batch, axis: axisOf(batch.axis) });
}

function countBelow(axes: ReadonlySet<number>, limit: number): number {
  return [...axes].filter((axis) => axis < limit).length;
}

const transpose: Rule = (call) => {
  const value = call.value(0);
  const shape = call.shape(0);
  const order = (call.integers('perm') ?? shape.map((_, axis) => shape.length - 1 - axis)).map((axis) => frontAxis(axis, shape.length));
  const sizes = order.map((axis) => shape[axis] ?? ONE);
  if (value.batch !== undefined) return [tensorOf(sizes, { ...value.batch, axis: order.indexOf(value.batch.axis) })];
  const known = literalShape(sizes);
  if (known === undefined || value.elements === undefined) return [freeTensor(sizes)];
  return [rearrange(value, known, (position) => shape.map((_, axis) => position[order.indexOf(axis)] ?? 0))];
};

const concat: Rule = (call) => {
  const values = Array.from({ length: call.inputCount }, (_, index) => call.value(index));
  const joined = concatElements(call, values);
  if (joined !== undefined) return [joined];
  return [concatAlong(call, call.allData(), call.integer('axis', 1))];
};

/** Sizes put together to a shape. */
function concatElements(call: NodeCall, values: readonly TensorValue[]): TensorValue | undefined {
  const isVector = values.every((value) => value.batch === undefined && value.shape?.length === 1);
  if (!isVector || !values.some((value) => value.elements !== undefined)) return undefined;
  const parts = values.map((_, index) => call.elements(index));
  if (!parts.every((part) => part !== undefined)) return undefined;
  const elements = parts.flat();
  return freeTensor([literal(elements.length)], elements);
}

/** Tensors joined along an axis that is not the batch's. */
export function concatAlong(call: NodeCall, values: readonly TensorValue[], axis: number): TensorValue {
  const [first] = values;
  if (first === undefined) return UNKNOWN;
  if (values.every(({ batch, shape }) => batch === undefined && shape === undefined)) return UNKNOWN;
  const rank = values.find(({ shape }) => shape !== undefined)?.shape?.length ?? 0;
  const front = frontAxis(axis, rank);
  const batch = agreeingBatch(values);
  if (batch?.axis === front) throw ends('it puts one request after the other, along the batch');
  const shape = Array.from({ length: rank }, (_, at) => {
    const own = values.map((value) => value.shape?.[at]);
    if (at !== front) return own.find((size) => size !== undefined && literalOf(size) !== undefined) ?? own.find((size) => size !== undefined) ?? ONE;
    return own.every((size) => size !== undefined) ? own.reduce((left, right) => call.sizes.add(left, right)) : call.sizes.dimension();
  });
  return tensorOf(shape, batch);
}

const split: Rule = (call) => {
  const value = call.value(0);
  const shape = call.shape(0);
  const axis = frontAxis(call.integer('axis', 0), shape.length);
  requireApart(value, axis);
  const parts = splitSizes(call, shape[axis] ?? ONE);
  if (value.elements !== undefined && shape.length === 1) return splitElements(call, value.elements, parts);
  return parts.map((size) => tensorOf(shape.with(axis, size), value.batch));
};

function splitSizes(call: NodeCall, size: Size): readonly Size[] {
  const count = call.outputCount;
  const given = call.opset < 13 ? call.integers('split')?.map(literal) : call.has(1) ? call.elements(1) : undefined;
  if (given?.some(dependsOnRows) === true) throw ends('it splits by the number of rows');
  if (given?.length === count) return given;
  const each = divide(size, literal(count));
  return Array.from({ length: count }, () => each ?? call.sizes.dimension());
}

function splitElements(call: NodeCall, elements: readonly Size[], parts: readonly Size[]): readonly TensorValue[] {
  const lengths = parts.map(literalOf);
  let from = 0;
  return lengths.map((length) => {
    if (length === undefined) throw ends('the sizes it splits into are not known');
    from += length;
    return freeTensor([literal(length)], elements.slice(from - length, from));
  });
}

export const layout: RuleFamily = {
  title: 'Another shape or order',
  domain: 'ai.onnx',
  holds: 'the new shape has one dimension in which all of a row stay together, and nothing is joined or cut along it',
  rules: {
    Concat: concat,
    Flatten: flatten,
    Reshape: reshapeRule,
    Split: split,
    Squeeze: squeeze,
    Transpose: transpose,
    Unsqueeze: unsqueeze,
  },
};
