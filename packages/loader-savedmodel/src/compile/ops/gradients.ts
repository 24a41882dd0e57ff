import { binary, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { reduce } from '../build/reducing.ts';
import { wholeSum } from '../build/whole-numbers.ts';
import { isFloat } from '../ir/constant-data.ts';
import { rankOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { layoutOf } from './windows.ts';

type Write = (b: GraphBuilder, gradient: Value, known: Value, call: OpCall) => Value;

const times = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Mul', [x, y]);

/** The gradient is the first input; the second is what the function was given, or what it gave. */
const gradientFirst = (write: Write): Emitter => (call) => write(call.b, call.input(0), call.input(1), call);
const gradientSecond = (write: Write): Emitter => (call) => write(call.b, call.input(1), call.input(0), call);

/** Passed on where a condition holds, else another way. */
const passedWhere = (isPassed: Write, otherwise: Write = (b, gradient) => like(b, gradient, 0)): Write => (b, gradient, known, call) =>
  where(b, isPassed(b, gradient, known, call), [gradient, otherwise(b, gradient, known, call)]);

const isAbove0: Write = (b, _, known) => compare(b, 'Greater', [known, like(b, known, 0)]);
const isBelow6: Write = (b, gradient, known, call) => binary(b, 'And', [isAbove0(b, gradient, known, call), compare(b, 'Less', [known, like(b, known, 6)])]);
const isNotBelow0: Write = (b, _, known) => compare(b, 'GreaterOrEqual', [known, like(b, known, 0)]);

const SELU_SCALE = 1.0507009873554805;
const SELU_SCALE_ALPHA = 1.7580993408473768;

const selu: Write = (b, gradient, known, call) => {
  const above = times(b, gradient, like(b, gradient, SELU_SCALE));
  return where(b, isNotBelow0(b, gradient, known, call), [above, times(b, gradient, binary(b, 'Add', [known, like(b, known, SELU_SCALE_ALPHA)]))]);
};

const softplus: Write = (b, gradient, known) => binary(b, 'Div', [gradient, binary(b, 'Add', [unary(b, 'Exp', unary(b, 'Neg', known)), like(b, known, 1)])]);

const softsign: Write = (b, gradient, known) => {
  const size = binary(b, 'Add', [unary(b, 'Abs', known), like(b, known, 1)]);
  return binary(b, 'Div', [gradient, times(b, size, size)]);
};

const sigmoid: Write = (b, gradient, known) => times(b, gradient, times(b, known, binary(b, 'Sub', [like(b, known, 1), known])));
const tanh: Write = (b, gradient, known) => times(b, gradient, binary(b, 'Sub', [like(b, known, 1), times(b, known, known)]));
const inverse: Write = (b, gradient, known) => times(b, unary(b, 'Neg', gradient), times(b, known, known));
const root: Write = (b, gradient, known) => binary(b, 'Div', [times(b, gradient, like(b, gradient, 0.5)), known]);
const inverseRoot: Write = (b, gradient, known) => times(b, times(b, gradient, like(b, gradient, -0.5)), times(b, known, times(b, known, known)));

/** Of each channel the sum of all else. */
const biasAdd: Emitter = (call) => {
  const { b } = call;
  const x = call.input(0);
  const { isChannelsLast } = layoutOf(call, rankOf(x));
  const channel = isChannelsLast ? rankOf(x) - 1 : 1;
  const axes = Array.from({ length: rankOf(x) }, (_, axis) => axis).filter((axis) => axis !== channel);
  const sum = (value: Value): Value => reduce(b, 'ReduceSum', value, { axes, keepsAxes: false });
  return inPlace(b, isFloat(x.dtype) ? sum(x) : wholeSum(b, x, sum));
};

/** Gradients of functions of one number, as models have them that explain or correct what they say. */
export const GRADIENTS: OpFamily = {
  title: 'Gradients',
  ops: {
    BiasAddGrad: biasAdd,
    EluGrad: gradientFirst(passedWhere(isNotBelow0, (b, gradient, known) => times(b, gradient, binary(b, 'Add', [known, like(b, known, 1)])))),
    InvGrad: gradientSecond(inverse),
    LeakyReluGrad: gradientFirst(passedWhere(isAbove0, (b, gradient, _, { attributes }) => times(b, gradient, like(b, gradient, attributes.float('alpha', 0.2))))),
    ReciprocalGrad: gradientSecond(inverse),
    Relu6Grad: gradientFirst(passedWhere(isBelow6)),
    ReluGrad: gradientFirst(passedWhere(isAbove0)),
    RsqrtGrad: gradientSecond(inverseRoot),
    SeluGrad: gradientFirst(selu),
    SigmoidGrad: gradientSecond(sigmoid),
    SoftplusGrad: gradientFirst(softplus),
    SoftsignGrad: gradientFirst(softsign),
    SqrtGrad: gradientSecond(root),
    TanhGrad: gradientSecond(tanh),
  },
};
