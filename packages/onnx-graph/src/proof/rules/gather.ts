import { frontAxis, requireApart } from '../axes.ts';
import { rearrange } from '../elements.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { literal, literalOf, type Size } from '../size.ts';
import { isSameBatchSize, literalShape, tensorOf, type TensorValue } from '../value.ts';

const gather: Rule = (call) => {
  const picked = pickElements(call);
  if (picked !== undefined) return [picked];
  const [data, indices] = [call.data(0), call.data(1)];
  if (data.batch !== undefined && indices.batch !== undefined) throw ends('it looks up every row in every other');
  const [from, at] = [call.shape(0), call.shape(1)];
  const axis = frontAxis(call.integer('axis', 0), from.length);
  requireApart(data, axis);
  const shape = [...from.slice(0, axis), ...at, ...from.slice(axis + 1)];
  if (indices.batch !== undefined) return [tensorOf(shape, { ...indices.batch, axis: axis + indices.batch.axis })];
  if (data.batch === undefined) return [tensorOf(shape, undefined)];
  const isBefore = data.batch.axis < axis;
  return [tensorOf(shape, { ...data.batch, axis: isBefore ? data.batch.axis : data.batch.axis - 1 + at.length })];
};

/** Sizes taken out of a shape. */
function pickElements(call: NodeCall): TensorValue | undefined {
  const data = call.value(0);
  const { shape: at, elements: indices, batch } = call.value(1);
  const [from, to] = [literalShape(data.shape), literalShape(at)];
  const known = indices?.map(literalOf);
  if (data.elements === undefined || batch !== undefined || from?.length !== 1 || to === undefined) return undefined;
  if (known === undefined || !known.every((index) => index !== undefined)) return undefined;
  const length = from[0] ?? 0;
  if (!known.every((index) => index >= -length && index < length)) throw ends('it looks up a place that is not there');
  return rearrange(data, to, (position) => {
    const index = known[position.reduce((sum, step, axis) => sum * (to[axis] ?? 1) + step, 0)] ?? 0;
    return [index < 0 ? index + length : index];
  });
}

const gatherElements: Rule = (call) => {
  const [data, indices] = [call.data(0), call.data(1)];
  const shape = call.shape(1);
  const axis = frontAxis(call.integer('axis', 0), call.shape(0).length);
  if (data.batch === undefined) {
    if (indices.batch !== undefined && indices.batch.axis !== axis) throw ends('it looks up rows by their place in the batch');
    return [tensorOf(shape, indices.batch)];
  }
  requireAligned(data, indices);
  requireApart(data, axis);
  return [tensorOf(shape, data.batch)];
};

/** Both have the batch in the same dimension, so that each row meets its own. */
function requireAligned(data: TensorValue, ...others: readonly TensorValue[]): void {
  for (const { batch } of others) {
    if (batch !== undefined && data.batch !== undefined && batch.axis === data.batch.axis && isSameBatchSize(batch, data.batch)) continue;
    throw ends('it uses rows by their place in the batch');
  }
}

const gatherNd: Rule = (call) => {
  const [data, indices] = [call.data(0), call.data(1)];
  const [from, at] = [call.shape(0), call.shape(1)];
  const shared = call.integer('batch_dims', 0);
  const depth = literalOf(at.at(-1) ?? literal(0));
  if (depth === undefined) throw ends('how many axes it looks up is not known');
  const shape = [...at.slice(0, -1), ...from.slice(shared + depth)];
  if (indices.batch?.axis === at.length - 1) throw ends('it looks up places that several rows make together');
  if (data.batch === undefined && indices.batch !== undefined) {
    if (indices.batch.axis < shared) throw ends('it looks up rows by their place in the batch');
    return [tensorOf(shape, indices.batch)];
  }
  if (data.batch === undefined) return [tensorOf(shape, undefined)];
  if (data.batch.axis < shared) {
    requireAligned(data, indices);
    return [tensorOf(shape, data.batch)];
  }
  if (indices.batch !== undefined) throw ends('it looks up every row in every other');
  if (data.batch.axis < shared + depth) throw ends('it picks rows out of the batch');
  return [tensorOf(shape, { ...data.batch, axis: at.length - 1 + data.batch.axis - shared - depth })];
};

const scatterElements: Rule = (call) => {
  const values = [call.data(0), call.data(1), call.data(2)] as const;
  const [data, ...others] = values;
  const shape = call.shape(0);
  const axis = frontAxis(call.integer('axis', 0), shape.length);
  if (values.every(({ batch }) => batch === undefined)) return [tensorOf(shape, undefined)];
  requireAligned(data, ...others);
  requireApart(data, axis);
  return [tensorOf(shape, data.batch)];
};

/** `updates` is `[...indices without their last dimension, ...the data's dimensions that are not looked up]`. */
const scatterNd: Rule = (call) => {
  const [data, updates] = [call.data(0), call.data(2)];
  const [shape, at] = [call.shape(0), call.shape(1)];
  call.requireFree(1);
  const depth = literalOf(at.at(-1) ?? literal(0));
  if (depth === undefined) throw ends('how many axes it writes to is not known');
  if (data.batch === undefined && updates.batch === undefined) return [tensorOf(shape, undefined)];
  if (data.batch === undefined || data.batch.axis < depth) throw ends('it writes to places that are counted along the batch');
  const expected = at.length - 1 + data.batch.axis - depth;
  if (updates.batch?.axis !== expected || !isSameBatchSize(updates.batch, data.batch)) throw ends('what it writes does not have the batch on the same axis');
  return [tensorOf(shape, data.batch)];
};

const compress: Rule = (call) => {
  const data = call.data(0);
  call.requireFree(1);
  const shape = call.shape(0);
  const axis = call.attribute('axis')?.integer;
  if (axis === undefined && data.batch !== undefined) throw ends('it puts all rows in one line and picks out of it');
  if (axis === undefined) return [tensorOf(call.dimensions(1), undefined)];
  const front = frontAxis(axis, shape.length);
  requireApart(data, front);
  return [tensorOf(shape.with(front, call.sizes.dimension()), data.batch)];
};

const oneHot: Rule = (call) => {
  const indices = call.data(0);
  call.requireFree(1, 2);
  const shape = call.shape(0);
  const axis = frontAxis(call.integer('axis', -1), shape.length + 1);
  const depth = call.elements(1)?.[0];
  const added: Size = depth !== undefined && literalOf(depth) !== undefined ? depth : call.sizes.dimension();
  const { batch } = indices;
  const kept = batch === undefined ? undefined : { ...batch, axis: batch.axis >= axis ? batch.axis + 1 : batch.axis };
  return [tensorOf(shape.toSpliced(axis, 0, added), kept)];
};

const reverseSequence: Rule = (call) => {
  const data = call.data(0);
  const lengths = call.data(1);
  const shape = call.shape(0);
  const [along, batchAxis] = [frontAxis(call.integer('time_axis', 0), shape.length), frontAxis(call.integer('batch_axis', 1), shape.length)];
  if (data.batch === undefined && lengths.batch === undefined) return [data];
  requireApart(data, along);
  if (data.batch?.axis !== batchAxis) {
    call.requireFree(1);
    return [data];
  }
  requireAligned({ ...data, batch: { ...data.batch, axis: 0 } }, lengths);
  return [data];
};

const eyeLike: Rule = (call) => {
  if (call.value(0).batch !== undefined) throw ends('where it has ones depends on where a row stands in the batch');
  return [tensorOf(call.shape(0), undefined)];
};

export const trilu: Rule = (call) => {
  const data = call.data(0);
  call.requireFree(1);
  const shape = call.shape(0);
  if (data.batch !== undefined && data.batch.axis >= shape.length - 2) throw ends('what it keeps depends on where a row stands in the batch');
  return [data];
};

export const lookUp: RuleFamily = {
  title: 'Looking up and writing by index',
  domain: 'ai.onnx',
  holds: 'one table is looked up by each row, or each row by indices that are its own or the same for all; never along the batch',
  rules: {
    Compress: compress,
    EyeLike: eyeLike,
    Gather: gather,
    GatherElements: gatherElements,
    GatherND: gatherNd,
    OneHot: oneHot,
    ReverseSequence: reverseSequence,
    Scatter: scatterElements,
    ScatterElements: scatterElements,
    ScatterND: scatterNd,
    Trilu: trilu,
  },
};
