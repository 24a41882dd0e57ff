import { binary, clamp, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { inPlace } from '../build/order.ts';
import { cast } from '../build/elementwise.ts';
import { rankOf, type Value } from '../ir/value.ts';
import type { OpFamily } from '../op-call.ts';
import { expm1, ofOne, softplus } from './math.ts';

/** Keeps what is above 0, and else scales `exp(x) - 1`. */
function exponential(b: GraphBuilder, x: Value, [scale, slope]: readonly [number, number]): Value {
  const below = binary(b, 'Mul', [like(b, x, scale * slope), expm1(b, binary(b, 'Min', [x, like(b, x, 0)]))]);
  const above = scale === 1 ? x : binary(b, 'Mul', [like(b, x, scale), x]);
  return where(b, compare(b, 'Less', [x, like(b, x, 0)]), [below, above]);
}

/** `Softmax` or `LogSoftmax` along the last axis. */
function softmax(b: GraphBuilder, operator: string, x: Value): Value {
  const kernel = kernelType(operator, x.dtype);
  const input = inPlace(b, cast(b, x, kernel));
  return cast(b, b.one(operator, [input], { dtype: kernel, shape: input.shape }, { axis: rankOf(x) - 1 }), x.dtype);
}

const SELU = { scale: 1.0507009873554805, slope: 1.6732632423543772 };

/** Activations. */
export const ACTIVATION: OpFamily = {
  title: 'Activations',
  ops: {
    Elu: ofOne((b, x) => (x.dtype === 'FP64' ? exponential(b, x, [1, 1]) : unary(b, 'Elu', x))),
    LeakyRelu: (call) => {
      const { b } = call;
      const x = call.input(0);
      const alpha = call.attributes.float('alpha', 0.2);
      if (x.dtype !== 'FP64') return unary(b, 'LeakyRelu', x, { attributes: { alpha: { float: alpha } } });
      return where(b, compare(b, 'Greater', [x, like(b, x, 0)]), [x, binary(b, 'Mul', [x, like(b, x, alpha)])]);
    },
    LogSoftmax: ofOne((b, x) => softmax(b, 'LogSoftmax', x)),
    Relu: ofOne((b, x) => (x.dtype === 'FP32' ? unary(b, 'Relu', x) : binary(b, 'Max', [x, like(b, x, 0)]))),
    Relu6: ofOne((b, x) => clamp(b, x, { min: 0, max: 6 })),
    Selu: ofOne((b, x) => (x.dtype === 'FP64' ? exponential(b, x, [SELU.scale, SELU.slope]) : unary(b, 'Selu', x))),
    Softmax: ofOne((b, x) => softmax(b, 'Softmax', x)),
    Softplus: ofOne((b, x) => (x.dtype === 'FP64' ? softplus(b, x) : unary(b, 'Softplus', x))),
    Softsign: ofOne((b, x) => binary(b, 'Div', [x, binary(b, 'Add', [like(b, x, 1), unary(b, 'Abs', x)])])),
  },
};
