import { binary, cast } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { transposed } from '../build/order.ts';
import { matrixProduct } from '../build/products.ts';
import { reshapeTo } from '../build/reshape.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { einsum } from './einsum.ts';

/** With its last two axes the other way round. */
export function flipped(b: GraphBuilder, value: Value, isFlipped: boolean): Value {
  if (!isFlipped) return value;
  const rank = rankOf(value);
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return transposed(b, value, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

const matMul: Emitter = (call) => {
  const [x, y] = call.pair();
  const { b, attributes } = call;
  for (const [at, value] of [x, y].entries()) if (rankOf(value) !== 2) throw new RefusedRun('INVALID_ARGUMENT', `In[${at}] and In[${1 - at}] has different ndims: [${shapeOf(value)}] is no matrix`);
  const [left, right] = [flipped(b, x, attributes.flag('transpose_a')), flipped(b, y, attributes.flag('transpose_b'))];
  checkInner(left, right);
  return matrixProduct(b, left, right);
};

function checkInner(left: Value, right: Value): void {
  const [columns, rows] = [shapeOf(left).at(-1), shapeOf(right).at(-2)];
  if (typeof columns === 'number' && typeof rows === 'number' && columns !== rows) {
    throw new RefusedRun('INVALID_ARGUMENT', `Matrix size-incompatible: In[0]: [${shapeOf(left)}], In[1]: [${shapeOf(right)}]`);
  }
}

const batchMatMul: Emitter = (call) => {
  const [x, y] = call.pair();
  const { b, attributes } = call;
  if (rankOf(x) < 2 || rankOf(y) < 2) throw new RefusedRun('INVALID_ARGUMENT', 'In[0] and In[1] must have at least 2 dimensions');
  const [left, right] = [flipped(b, x, attributes.flag('adj_x')), flipped(b, y, attributes.flag('adj_y'))];
  checkInner(left, right);
  return matrixProduct(b, left, right, attributes.dtype('Tout', x.dtype));
};

/** Matrices of which many numbers are 0: the product is in single precision. */
const sparseProduct: Emitter = (call) => {
  const { b, attributes } = call;
  const [left, right] = call.pair().map((value, at) => flipped(b, cast(b, value, 'FP32'), attributes.flag(at === 0 ? 'transpose_a' : 'transpose_b')));
  if (left === undefined || right === undefined) throw new RefusedRun('INVALID_ARGUMENT', 'it multiplies two matrices');
  checkInner(left, right);
  return matrixProduct(b, left, right);
};

/** Channels are last, or by `data_format` second. */
const biasAdd: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, bias] = call.pair();
  const isFirst = attributes.text('data_format', 'NHWC').startsWith('NC');
  if (!isFirst) return binary(b, 'Add', [x, bias]);
  const channels = shapeOf(bias)[0] ?? 1;
  return binary(b, 'Add', [x, reshapeTo(b, bias, [channels, ...Array.from({ length: rankOf(x) - 2 }, () => 1)])]);
};

/** Products of matrices. */
export const MATRIX: OpFamily = {
  title: 'Matrices',
  ops: {
    BatchMatMul: batchMatMul,
    BatchMatMulV2: batchMatMul,
    BatchMatMulV3: batchMatMul,
    BiasAdd: biasAdd,
    BiasAddV1: (call) => binary(call.b, 'Add', call.pair()),
    Einsum: einsum,
    MatMul: matMul,
    SparseMatMul: sparseProduct,
  },
};
