import { binary, cast, like } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { placesUpTo } from '../build/places.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { type Scatter, scatterJoined } from '../build/scattering.ts';
import { countOf, shapeList } from '../build/shape-lists.ts';
import { rankOf, type Value } from '../ir/value.ts';
import { type Emitter, OpCall, type OpFamily } from '../op-call.ts';
import { fromStart } from './indexing.ts';
import { stridedSlice } from './slicing.ts';

/** A list of all elements, row by row. */
function flat(b: GraphBuilder, value: Value): Value {
  return b.one('Reshape', [inPlace(b, value), unsqueeze(b, countOf(b, value), 0)], { dtype: value.dtype, shape: [b.sizes.next()] }, { allowzero: 1 });
}

/** A tensor with other numbers where a slice of it lies. */
const sliceUpdate: Emitter = (call) => {
  const { b, op, node, attributes } = call;
  const x = inPlace(b, call.input(0));
  const numbers = placesUpTo(b, countOf(b, x), b.sizes.next());
  const places = b.one('Reshape', [numbers, shapeList(b, x)], { dtype: 'INT64', shape: x.shape }, { allowzero: 1 });
  const cut = stridedSlice(new OpCall({ b, op, node, inputs: [places, call.input(1), call.input(2), call.input(3)], attributes }));
  const given = expand(b, call.input(4), shapeList(b, cut));
  const made = b.one('ScatterElements', [flat(b, x), flat(b, cut), flat(b, given)], { dtype: x.dtype, shape: [b.sizes.next()] }, { axis: 0 });
  return b.one('Reshape', [made, shapeList(b, x)], { dtype: x.dtype, shape: x.shape }, { allowzero: 1 });
};

/** Rows of a tensor replaced, or added to. One number alone stands for one row. */
const rowsUpdate = (write: (b: GraphBuilder, given: Value) => Value, reduction?: Scatter['reduction']): Emitter => (call) => {
  const { b } = call;
  const [x, given] = [inPlace(b, call.input(0)), call.input(2)];
  const list = rankOf(call.input(1)) === 0 ? reshape(b, call.input(1), b.list([1])) : call.input(1);
  const indices = unsqueeze(b, cast(b, fromStart(b, list), 'INT64'), 1);
  const rows = write(b, rankOf(given) < rankOf(x) ? unsqueeze(b, given, 0) : given);
  if (reduction === undefined) return b.one('ScatterND', [x, inPlace(b, indices), inPlace(b, rows)], { dtype: x.dtype, shape: x.shape });
  return scatterJoined(b, x, { indices, updates: rows, reduction });
};

const negative = (b: GraphBuilder, given: Value): Value => binary(b, 'Sub', [like(b, given, 0), given]);

/** Tensors with parts that are replaced. */
export const UPDATES: OpFamily = {
  title: 'Updates of parts',
  ops: {
    InplaceAdd: rowsUpdate((_, given) => given, 'add'),
    InplaceSub: rowsUpdate(negative, 'add'),
    InplaceUpdate: rowsUpdate((_, given) => given),
    TensorStridedSliceUpdate: sliceUpdate,
  },
};
