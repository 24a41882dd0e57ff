import { ends } from '../proof-end.ts';
import type { NodeCall } from '../node-call.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { dependsOnRows, isLiteral, isPositive, isSameSize, literal, literalOf, multiply, ONE, productOf, type Size, withoutRows } from '../size.ts';
import { batchTensor, freeTensor, type TensorValue, UNKNOWN } from '../value.ts';

/** The sizes of a tensor: what they depend on is kept with them. */
const shapeOf: Rule = (call) => {
  const { shape } = call.value(0);
  if (shape === undefined) return [UNKNOWN];
  const part = shape.slice(position(call.integer('start', 0), shape.length), position(call.integer('end', shape.length), shape.length));
  return [freeTensor([literal(part.length)], part)];
};

/** Clamped, as the operator's definition says. */
function position(index: number, rank: number): number {
  return Math.max(0, Math.min(rank, index < 0 ? index + rank : index));
}

const sizeOf: Rule = (call) => {
  const { shape } = call.value(0);
  return [freeTensor([], shape === undefined ? undefined : [productOf(shape)])];
};

const constant: Rule = (call) => {
  const tensor = call.attribute('value')?.tensor;
  if (tensor !== undefined) return [freeTensor(tensor.shape.map(literal), tensor.values?.map(literal))];
  const number = call.attribute('value_int')?.integer ?? call.attribute('value_float')?.float;
  if (number !== undefined) return [freeTensor([], [literal(number)])];
  const list = call.attribute('value_ints')?.integers ?? call.attribute('value_floats')?.floats;
  if (list !== undefined) return [freeTensor([literal(list.length)], list.map(literal))];
  return [call.attribute('value_string') === undefined ? UNKNOWN : freeTensor([])];
};

const constantOfShape: Rule = (call) => {
  const sizes = call.elements(0);
  if (sizes === undefined) return [UNKNOWN];
  const made = filled(sizes);
  const value = call.attribute('value')?.tensor;
  const number = value === undefined ? 0 : value.values?.[0];
  const shape = sizes.map(literalOf);
  const count = shape.reduce<number>((product, size) => product * (size ?? Number.NaN), 1);
  if (number === undefined || !(count <= 64)) return [made];
  return [freeTensor(sizes, Array.from({ length: count }, () => literal(number)))];
};

/** A tensor of one number everywhere: a dimension that depends on the rows can be taken as theirs. */
export function filled(sizes: readonly Size[]): TensorValue {
  const axis = sizes.findIndex(dependsOnRows);
  const size = sizes[axis];
  if (size === undefined) return freeTensor(sizes);
  return batchTensor(sizes, { axis, before: ONE, after: wholeRows(size) });
}

/** How often the rows go into a size. */
function wholeRows(size: Size): Size {
  const after = withoutRows(size);
  if (after === undefined || !isPositive(after)) throw ends('it makes a size that is not a multiple of the number of rows');
  return after;
}

const expand: Rule = (call) => {
  const target = call.knownElements(1);
  return [expandTo(call, call.data(0), target)];
};

/** Broadcasts a tensor to sizes of which one may be the batch's. */
function expandTo(call: NodeCall, value: TensorValue, target: readonly Size[]): TensorValue {
  const { shape, batch } = value;
  if (shape === undefined) {
    if (target.some(dependsOnRows)) throw ends('it expands a tensor of unknown rank to the batch');
    return UNKNOWN;
  }
  const rank = Math.max(shape.length, target.length);
  const at = (sizes: readonly Size[], axis: number): Size => sizes[axis - rank + sizes.length] ?? ONE;
  const own = batch === undefined ? undefined : batch.axis + rank - shape.length;
  const sizes = Array.from({ length: rank }, (_, axis) => expandSize(call, at(shape, axis), at(target, axis), axis === own));
  if (batch !== undefined && own !== undefined) return batchTensor(sizes, { ...batch, axis: own });
  const made = sizes.findIndex(dependsOnRows);
  const size = sizes[made];
  return size === undefined ? freeTensor(sizes) : batchTensor(sizes, { axis: made, before: ONE, after: wholeRows(size) });
}

function expandSize(call: NodeCall, from: Size, to: Size, isBatch: boolean): Size {
  if (isLiteral(to, 1) || isSameSize(from, to)) return from;
  if (isBatch) throw ends('it expands rows to another size');
  if (isLiteral(from, 1)) return to;
  if (dependsOnRows(to)) throw ends('it expands a tensor that has a size of its own there to the batch');
  return literalOf(from) === undefined ? call.sizes.dimension() : from;
}

const tile: Rule = (call) => {
  const value = call.data(0);
  const repeats = call.knownElements(1);
  const { shape, batch } = value;
  if (shape === undefined) {
    if (repeats.some(dependsOnRows)) throw ends('it repeats a tensor of unknown rank by the number of rows');
    return [UNKNOWN];
  }
  const sizes = shape.map((size, axis) => multiply(size, repeats[axis] ?? ONE));
  if (batch !== undefined) return [batchTensor(sizes, { ...batch, before: multiply(batch.before, repeats[batch.axis] ?? ONE) })];
  const axis = sizes.findIndex(dependsOnRows);
  const size = sizes[axis];
  // Repeated whole, so that each row gets all of it.
  return [size === undefined ? freeTensor(sizes) : batchTensor(sizes, { axis, before: ONE, after: wholeRows(size) })];
};

const range: Rule = (call) => {
  const [start, limit, step] = [0, 1, 2].map((index) => call.knownElements(index)[0] ?? ONE);
  if (start === undefined || limit === undefined || step === undefined) return [UNKNOWN];
  if ([start, limit, step].some(dependsOnRows)) throw ends('it counts up to the number of rows: what row i gets depends on where it stands');
  const known = [start, limit, step].map(literalOf);
  const [from, to, by] = known;
  if (from !== undefined && to !== undefined && by !== undefined && by !== 0) return [countedRange(from, to, by)];
  const isCounted = isLiteral(step, 1) && isWhole(start) && isWhole(limit);
  return [freeTensor([isCounted ? call.sizes.add(limit, multiply(start, literal(-1))) : call.sizes.dimension()])];
};

function countedRange(from: number, to: number, by: number): TensorValue {
  const count = Math.max(0, Math.ceil((to - from) / by));
  const elements = count > 64 ? undefined : Array.from({ length: count }, (_, index) => literal(from + index * by));
  return freeTensor([literal(count)], elements);
}

/** Sizes and sums of sizes are whole numbers; of others it is not known. */
function isWhole({ factor, atoms }: Size): boolean {
  return Number.isInteger(factor) && atoms.every((atom) => atom.isPositive || atom.terms?.every(isWhole) === true);
}

export const shapes: RuleFamily = {
  title: 'Sizes, and tensors made from sizes',
  domain: 'ai.onnx',
  holds: 'the number of rows becomes part of a shape, and of no number that is computed with',
  rules: {
    Constant: constant,
    ConstantOfShape: constantOfShape,
    Expand: expand,
    Range: range,
    Shape: shapeOf,
    Size: sizeOf,
    Tile: tile,
  },
};
