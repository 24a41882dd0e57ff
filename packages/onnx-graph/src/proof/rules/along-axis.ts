import { frontAxis, requireApart } from '../axes.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { literalOf, ONE, productOf, type Size } from '../size.ts';
import { freeTensor, tensorOf, type TensorValue } from '../value.ts';

/** Works along one axis and keeps the shape. */
function along(byDefault: number): Rule {
  return (call) => {
    const value = call.data(0);
    requireApart(value, frontAxis(call.integer('axis', byDefault), call.shape(0).length));
    return [value];
  };
}

/** Before opset 13 the axes from `axis` on are taken together as one. */
const softmax: Rule = (call) => {
  if (call.opset >= 13) return along(-1)(call);
  const value = call.data(0);
  const first = frontAxis(call.integer('axis', 1), call.shape(0).length);
  if (value.batch !== undefined && value.batch.axis >= first) throw ends(`it works along all axes from ${first} on, and the batch is one of them`);
  return [value];
};

/** The axis to sum along is an input, which may be unknown. */
const cumulative: Rule = (call) => {
  const value = call.data(0);
  const axis = call.literals(1)?.[0];
  if (axis === undefined && value.batch !== undefined) throw ends('the axis it works along is not known');
  if (axis !== undefined) requireApart(value, frontAxis(axis, call.shape(0).length));
  return [value];
};

const argument: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  const axis = frontAxis(call.integer('axis', 0), shape.length);
  requireApart(value, axis);
  return [withoutAxes(value, shape, { axes: [axis], isKept: call.integer('keepdims', 1) === 1 })];
};

const topK: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  const count = call.opset < 10 ? undefined : call.elements(1)?.[0];
  if (call.opset >= 10) call.requireFree(1);
  const axis = frontAxis(call.integer('axis', -1), shape.length);
  requireApart(value, axis);
  const size = count !== undefined && literalOf(count) !== undefined ? count : call.sizes.dimension();
  const best = tensorOf(shape.with(axis, size), value.batch);
  return [best, best];
};

/** `since`: the opset that made the axes an input. */
function reduce(since: number): Rule {
  return (call) => {
    const given = call.axes(1, since);
    const axes = given?.length === 0 ? undefined : given;
    const isKept = call.integer('keepdims', 1) === 1;
    if (axes === undefined && call.opset >= since && call.integer('noop_with_empty_axes', 0) === 1) return [call.data(0)];
    const value = call.data(0);
    if (axes === undefined && value.batch !== undefined) throw ends('it reduces all axes, and the batch is one of them');
    const shape = call.shape(0);
    const reduced = axes?.map((axis) => frontAxis(axis, shape.length)) ?? shape.map((_, axis) => axis);
    for (const axis of reduced) requireApart(value, axis);
    return [withoutAxes(value, shape, { axes: reduced, isKept })];
  };
}

/** Reducing a vector of sizes is how exporters multiply them. */
const reduceProduct: Rule = (call) => {
  const { elements, shape, batch } = call.value(0);
  if (elements === undefined || batch !== undefined || shape?.length !== 1) return reduce(18)(call);
  return [freeTensor(call.integer('keepdims', 1) === 1 ? [ONE] : [], [productOf(elements)])];
};

interface Reduction {
  readonly axes: readonly number[];
  readonly isKept: boolean;
}

function withoutAxes({ batch }: TensorValue, shape: readonly Size[], { axes, isKept }: Reduction): TensorValue {
  if (isKept) return tensorOf(shape.map((size, axis) => (axes.includes(axis) ? ONE : size)), batch);
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  const gone = batch === undefined ? 0 : new Set(axes.filter((axis) => axis < batch.axis)).size;
  return tensorOf(kept, batch === undefined ? undefined : { ...batch, axis: batch.axis - gone });
}

/** By default over the batch and all places, one mean for each channel. */
const meanVariance: Rule = (call) => {
  const value = call.data(0);
  const rank = call.shape(0).length;
  for (const axis of call.integers('axes') ?? [0, 2, 3]) requireApart(value, frontAxis(axis, rank));
  return [value];
};

const reductions = (names: string, since: number): Record<string, Rule> => Object.fromEntries(names.split(' ').map((name) => [name, reduce(since)]));

export const alongAxis: RuleFamily = {
  title: 'Along one axis or some',
  domain: 'ai.onnx',
  holds: 'none of the axes is the batch; `Softmax`, `LogSoftmax` and `Hardmax` before opset 13 work along all axes from `axis` on',
  rules: {
    ArgMax: argument,
    ArgMin: argument,
    CumProd: cumulative,
    CumSum: cumulative,
    Hardmax: softmax,
    LogSoftmax: softmax,
    LpNormalization: along(-1),
    MeanVarianceNormalization: meanVariance,
    ...reductions('ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceSumSquare', 18),
    ReduceProd: reduceProduct,
    ReduceSum: reduce(13),
    Softmax: softmax,
    TopK: topK,
  },
  neverFails: (
    'ArgMax ArgMin CumProd CumSum Hardmax LogSoftmax LpNormalization MeanVarianceNormalization ReduceL1 ReduceL2 ReduceLogSum ' +
    'ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Softmax'
  ).split(' '),
};
