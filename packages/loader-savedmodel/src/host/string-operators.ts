import { allocateData, elementCount, type Tensor } from '@servable/core';
import { broadcastSteps, stepsOf, walkElements } from '../compile/fold/move-elements.ts';
import { axisOf } from '../compile/ir/value.ts';
import { RefusedRun } from '../compile/refused-run.ts';
import { bytesOf, type HostAttributes, integersOf } from './host-op.ts';

type Strings = Extract<Tensor, { dtype: 'BYTES' }>;
type Inputs = readonly (Tensor | undefined)[];

/** One of ONNX's operators on strings. Inputs that a node leaves out are `undefined`. */
export type StringOperator = (inputs: Inputs, attributes: HostAttributes) => readonly Tensor[];

const strings = (shape: readonly number[], data: readonly Uint8Array[]): Strings => ({ dtype: 'BYTES', shape, data });

function shapeOf(tensor: Tensor | undefined): readonly number[] {
  return tensor?.shape ?? [];
}

function walked(tensor: Tensor | undefined, walk: Parameters<typeof walkElements>[2]): Strings {
  return strings(walk.shape, walkElements('BYTES', bytesOf(tensor), walk) as readonly Uint8Array[]);
}

const reshape: StringOperator = ([input, target], { allowzero }) => {
  const [shape, given] = [integersOf(target), shapeOf(input)];
  const copied = shape.map((size, axis) => (size === 0 && allowzero !== 1 ? (given[axis] ?? 0) : size));
  const rest = elementCount(given) / elementCount(copied.filter((size) => size !== -1));
  const whole = copied.map((size) => (size === -1 ? rest : size));
  const isWhole = whole.every((size) => Number.isSafeInteger(size) && size >= 0) && copied.filter((size) => size === -1).length <= 1;
  if (!isWhole || elementCount(whole) !== elementCount(given)) {
    throw new RefusedRun('INVALID_ARGUMENT', `Input to reshape is a tensor with ${elementCount(given)} values, but the requested shape has [${shape}]`);
  }
  return [strings(whole, bytesOf(input))];
};

const squeeze: StringOperator = ([input, axes]) => {
  const shape = shapeOf(input);
  const gone = integersOf(axes).map((axis) => axisOf(axis, shape.length));
  const wrong = gone.find((axis) => shape[axis] !== 1);
  if (wrong !== undefined) throw new RefusedRun('INVALID_ARGUMENT', `Can not squeeze dim[${wrong}], expected a dimension of 1, got ${shape[wrong] ?? 0}`);
  return [strings(shape.filter((_, axis) => !gone.includes(axis)), bytesOf(input))];
};

const unsqueeze: StringOperator = ([input, axes]) => {
  const [axis = 0] = integersOf(axes);
  return [strings(shapeOf(input).toSpliced(axisOf(axis, shapeOf(input).length + 1), 0, 1), bytesOf(input))];
};

const transpose: StringOperator = ([input], { perm }) => {
  const order = perm as readonly number[];
  const steps = stepsOf(shapeOf(input));
  return [walked(input, { shape: order.map((axis) => shapeOf(input)[axis] ?? 1), start: 0, steps: order.map((axis) => steps[axis] ?? 0) })];
};

const expand: StringOperator = ([input, target]) => {
  const shape = broadcast([shapeOf(input), integersOf(target)]);
  return [walked(input, { shape, start: 0, steps: broadcastSteps(shapeOf(input), shape) })];
};

/** The shape that all of these are broadcast to. */
function broadcast(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, at) => {
    const sizes = shapes.map((shape) => shape[at - rank + shape.length] ?? 1);
    const size = sizes.find((each) => each !== 1) ?? 1;
    if (sizes.some((each) => each !== 1 && each !== size)) throw new RefusedRun('INVALID_ARGUMENT', `Incompatible shapes: ${shapes.map((shape) => `[${shape}]`).join(' vs. ')}`);
    return size;
  });
}

const tile: StringOperator = ([input, repeats]) => {
  const [shape, times] = [shapeOf(input), integersOf(repeats)];
  // Each axis as two, the times and the size: the times are steps of nothing.
  const steps = stepsOf(shape);
  const both = shape.flatMap((size, axis) => [times[axis] ?? 1, size]);
  const made = walked(input, { shape: both, start: 0, steps: shape.flatMap((_, axis) => [0, steps[axis] ?? 0]) });
  return [strings(shape.map((size, axis) => size * (times[axis] ?? 1)), made.data)];
};

const slice: StringOperator = ([input, starts, ends, axes, steps]) => {
  const shape = [...shapeOf(input)];
  const base = stepsOf(shape);
  const walk = [...base];
  const [from, to] = [integersOf(starts), integersOf(ends)];
  const along = axes === undefined ? from.map((_, at) => at) : integersOf(axes);
  const strides = steps === undefined ? along.map(() => 1) : integersOf(steps);
  let start = 0;
  for (const [at, named] of along.entries()) {
    const axis = axisOf(named, shape.length);
    const size = shape[axis] ?? 1;
    const stride = strides[at] ?? 1;
    const [first, last] = [bounded(from[at] ?? 0, size, stride), bounded(to[at] ?? 0, size, stride)];
    shape[axis] = Math.max(0, Math.ceil((last - first) / stride));
    start += first * (base[axis] ?? 0);
    walk[axis] = (base[axis] ?? 0) * stride;
  }
  return [walked(input, { shape, start, steps: walk })];
};

function bounded(place: number, size: number, stride: number): number {
  const at = place < 0 ? place + size : place;
  return stride > 0 ? Math.min(Math.max(at, 0), size) : Math.min(Math.max(at, -1), size - 1);
}

const concat: StringOperator = (inputs, { axis: named }) => {
  const [first] = inputs;
  const axis = axisOf(Number(named), shapeOf(first).length);
  for (const each of inputs) {
    const isEqual = shapeOf(each).length === shapeOf(first).length && shapeOf(each).every((size, at) => at === axis || size === shapeOf(first)[at]);
    if (!isEqual) throw new RefusedRun('INVALID_ARGUMENT', `ConcatOp : Dimensions of inputs should match: shape[0] = [${shapeOf(first)}] vs. [${shapeOf(each)}]`);
  }
  const outer = elementCount(shapeOf(first).slice(0, axis));
  const parts = inputs.map((each) => ({ data: bytesOf(each), length: elementCount(shapeOf(each).slice(axis)) }));
  const data: Uint8Array[] = [];
  for (let row = 0; row < outer; row++) for (const { data: source, length } of parts) for (let at = 0; at < length; at++) data.push(source[row * length + at] as Uint8Array);
  return [strings(shapeOf(first).with(axis, inputs.reduce((sum, each) => sum + (shapeOf(each)[axis] ?? 0), 0)), data)];
};

const split: StringOperator = ([input, sizes], { axis: named, num_outputs: count }) => {
  const shape = shapeOf(input);
  const axis = axisOf(Number(named ?? 0), shape.length);
  const listed = sizes === undefined ? evenSizes(shape[axis] ?? 0, Number(count)) : integersOf(sizes);
  const whole = listed.reduce((sum, size) => sum + size, 0);
  if (whole !== shape[axis]) throw new RefusedRun('INVALID_ARGUMENT', `Determined shape must either match input shape along split_dim exactly if fully specified, got ${whole} and ${shape[axis] ?? 0}`);
  const steps = stepsOf(shape);
  let start = 0;
  return listed.map((size) => {
    const part = walked(input, { shape: shape.with(axis, size), start: start * (steps[axis] ?? 0), steps });
    start += size;
    return part;
  });
};

function evenSizes(size: number, count: number): readonly number[] {
  return Array.from({ length: count }, () => Math.floor(size / count));
}

const gather: StringOperator = ([input, indices], { axis: named }) => {
  const shape = shapeOf(input);
  const axis = axisOf(Number(named ?? 0), shape.length);
  const size = shape[axis] ?? 0;
  const places = checkedPlaces(integersOf(indices), size);
  const [outer, inner] = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis + 1))];
  const source = bytesOf(input);
  const data: Uint8Array[] = [];
  for (let row = 0; row < outer; row++) for (const place of places) for (let at = 0; at < inner; at++) data.push(source[(row * size + place) * inner + at] as Uint8Array);
  return [strings([...shape.slice(0, axis), ...shapeOf(indices), ...shape.slice(axis + 1)], data)];
};

function checkedPlaces(places: readonly number[], size: number): readonly number[] {
  const wrong = places.findIndex((place) => place < -size || place >= size);
  if (wrong !== -1) throw new RefusedRun('INVALID_ARGUMENT', `indices[${wrong}] = ${places[wrong] ?? 0} is not in [0, ${size})`);
  return places.map((place) => axisOf(place, size));
}

const gatherNd: StringOperator = ([input, indices], { batch_dims: shared = 0 }) => {
  const shape = shapeOf(input);
  const steps = stepsOf(shape);
  const depth = shapeOf(indices).at(-1) ?? 0;
  const batch = Number(shared);
  const [listed, picked] = [integersOf(indices), elementCount(shape.slice(batch + depth))];
  const [rows, rowsOfBatch] = [elementCount(shapeOf(indices).slice(0, -1)), elementCount(shapeOf(indices).slice(batch, -1))];
  const source = bytesOf(input);
  const data: Uint8Array[] = [];
  for (let row = 0; row < rows; row++) {
    let start = batch === 0 ? 0 : Math.floor(row / rowsOfBatch) * (steps[batch - 1] ?? 0);
    for (let at = 0; at < depth; at++) start += (checkedPlaces([listed[row * depth + at] ?? 0], shape[batch + at] ?? 0)[0] ?? 0) * (steps[batch + at] ?? 0);
    for (let at = 0; at < picked; at++) data.push(source[start + at] as Uint8Array);
  }
  return [strings([...shapeOf(indices).slice(0, -1), ...shape.slice(batch + depth)], data)];
};

const compress: StringOperator = ([input, condition], { axis: named }) => {
  const [shape, test] = [shapeOf(input), condition === undefined ? [] : Array.from<number | bigint | Uint8Array>(condition.data)];
  const [flat, axis] = named === undefined ? [[elementCount(shape)], 0] : [shape, axisOf(Number(named), shape.length)];
  const places = test.flatMap((each, at) => (Number(each) === 1 ? [at] : []));
  const wrong = places.find((place) => place >= (flat[axis] ?? 0));
  if (wrong !== undefined) throw new RefusedRun('INVALID_ARGUMENT', `index ${wrong} is not in [0, ${flat[axis] ?? 0})`);
  const indices: Tensor = { dtype: 'INT64', shape: [places.length], data: BigInt64Array.from(places, BigInt) };
  return gather([strings(flat, bytesOf(input)), indices], { axis });
};

const scatterNd: StringOperator = ([input, indices, updates]) => {
  const shape = shapeOf(input);
  const steps = stepsOf(shape);
  const depth = shapeOf(indices).at(-1) ?? 0;
  const [listed, source] = [integersOf(indices), bytesOf(updates)];
  const [rows, length] = [elementCount(shapeOf(indices).slice(0, -1)), elementCount(shape.slice(depth))];
  if (source.length !== rows * length) throw new RefusedRun('INVALID_ARGUMENT', `Must have updates.shape = indices.shape[:batch_dim] + params_shape[slice_dim:], got updates.shape: [${shapeOf(updates)}], indices.shape: [${shapeOf(indices)}], params_shape: [${shape}]`);
  const data = [...bytesOf(input)];
  for (let row = 0; row < rows; row++) {
    const start = placeOf(listed.slice(row * depth, (row + 1) * depth), shape, steps);
    for (let at = 0; at < length; at++) data[start + at] = source[row * length + at] as Uint8Array;
  }
  return [strings(shape, data)];
};

function placeOf(place: readonly number[], shape: readonly number[], steps: readonly number[]): number {
  return place.reduce((start, each, axis) => start + (checkedPlaces([each], shape[axis] ?? 0)[0] ?? 0) * (steps[axis] ?? 0), 0);
}

const where: StringOperator = ([condition, yes, no]) => {
  const shape = broadcast([shapeOf(condition), shapeOf(yes), shapeOf(no)]);
  const spread = (tensor: Tensor | undefined): readonly Uint8Array[] => walked(tensor, { shape, start: 0, steps: broadcastSteps(shapeOf(tensor), shape) }).data;
  const [first, second] = [spread(yes), spread(no)];
  const test = condition === undefined ? [] : walkElements('BOOL', condition.data, { shape, start: 0, steps: broadcastSteps(condition.shape, shape) });
  return [strings(shape, first.map((each, at) => (test[at] === 1 ? each : (second[at] ?? each))))];
};

const equal: StringOperator = ([left, right]) => {
  const shape = broadcast([shapeOf(left), shapeOf(right)]);
  const [first, second] = [left, right].map((tensor) => walked(tensor, { shape, start: 0, steps: broadcastSteps(shapeOf(tensor), shape) }).data);
  const data = allocateData('BOOL', elementCount(shape)) as Uint8Array;
  for (let at = 0; at < data.length; at++) data[at] = Number(Buffer.compare(first?.[at] ?? data, second?.[at] ?? data) === 0);
  return [{ dtype: 'BOOL', shape, data }];
};

const shape: StringOperator = ([input], { start = 0, end }) => {
  const sizes = shapeOf(input).slice(Number(start), end === undefined ? undefined : Number(end));
  return [{ dtype: 'INT64', shape: [sizes.length], data: BigInt64Array.from(sizes, BigInt) }];
};

const size: StringOperator = ([input]) => [{ dtype: 'INT64', shape: [], data: BigInt64Array.of(BigInt(elementCount(shapeOf(input)))) }];

/** ONNX's operators on strings, by name: what of a graph works on strings runs here, for ONNX Runtime's strings end at a zero in one of its forms. */
export const STRING_OPERATORS: Readonly<Record<string, StringOperator>> = {
  Compress: compress,
  Concat: concat,
  Equal: equal,
  Expand: expand,
  Gather: gather,
  GatherND: gatherNd,
  Identity: ([input]) => [strings(shapeOf(input), bytesOf(input))],
  Reshape: reshape,
  ScatterND: scatterNd,
  Shape: shape,
  Size: size,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
};
