import { fixedCount } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import { binary } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { inPlace } from './order.ts';
import { placesUpTo } from './places.ts';
import { reduce } from './reducing.ts';
import { squeeze, unsqueeze } from './reshape.ts';
import { countOf, shapeList } from './shape-lists.ts';
import { slice } from './slicing.ts';
import { stridesOf } from './strides.ts';
import { Uncovered } from '../uncovered.ts';

/** Updates, and where they go. */
export interface Scatter {
  /** Of 64 bits, none below 0; its last axis, of known size, has a place's numbers. */
  readonly indices: Value;
  readonly updates: Value;
  readonly reduction: 'add' | 'mul' | 'max' | 'min';
}

/**
 * ONNX Runtime's `ScatterND` joins updates of the same place in several threads at once, and loses some: it may have no more than one thread
 * takes, about 100 000 elements. Its `ScatterElements` takes one thread for any number, and much longer for each.
 */
const MOST_IN_ONE_THREAD = 50_000;

/** What is there, joined with updates. A place outside is refused. */
export function scatterJoined(b: GraphBuilder, base: Value, { indices, updates, reduction }: Scatter): Value {
  const count = fixedCount(updates.shape);
  const inputs = [inPlace(b, base), inPlace(b, indices), inPlace(b, updates)];
  if (count !== undefined && count <= MOST_IN_ONE_THREAD) return b.one('ScatterND', inputs, { dtype: base.dtype, shape: base.shape }, { reduction });
  return inOneThread(b, inPlace(b, base), { indices: inPlace(b, indices), updates: inPlace(b, updates), reduction });
}

function inOneThread(b: GraphBuilder, base: Value, { indices, updates, reduction }: Scatter): Value {
  const depth = shapeOf(indices).at(-1);
  if (typeof depth !== 'number') throw new Uncovered('how many numbers a place has is only known at run time');
  const sizes = shapeList(b, base);
  const rank = rankOf(base);
  const rows = flat(b, numberThrough(b, indices, slice(b, sizes, [{ axis: 0, start: 0, end: depth }])));
  // Element by element: along one axis ONNX Runtime needs half the time that it needs along two.
  const width = depth === rank ? undefined : reduce(b, 'ReduceProd', slice(b, sizes, [{ axis: 0, start: depth, end: rank }]), { axes: [0], keepsAxes: true });
  const places = width === undefined ? rows : flat(b, binary(b, 'Add', [binary(b, 'Mul', [unsqueeze(b, rows, 1), width]), placesUpTo(b, width, b.sizes.next())]));
  const made = b.one('ScatterElements', [flat(b, base), places, flat(b, updates)], { dtype: base.dtype, shape: [b.sizes.next()] }, { axis: 0, reduction });
  return b.one('Reshape', [made, sizes], { dtype: base.dtype, shape: base.shape }, { allowzero: 1 });
}

function flat(b: GraphBuilder, value: Value): Value {
  return rankOf(value) === 1 ? value : b.one('Reshape', [inPlace(b, value), unsqueeze(b, countOf(b, value), 0)], { dtype: value.dtype, shape: [b.sizes.next()] }, { allowzero: 1 });
}

/** Places as single numbers, row by row; what is outside along one axis is far outside of all. */
function numberThrough(b: GraphBuilder, indices: Value, sizes: Value): Value {
  if (shapeOf(indices).at(-1) === 1) return squeeze(b, indices, [-1]);
  const last = rankOf(indices) - 1;
  const isOutside = b.one('GreaterOrEqual', [indices, sizes], { dtype: 'BOOL', shape: indices.shape });
  const far = b.one('Where', [isOutside, b.scalar('INT64', 2n ** 40n), indices], { dtype: 'INT64', shape: indices.shape });
  const strides = stridesOf(b, sizes, Number(shapeOf(indices).at(-1)));
  return reduce(b, 'ReduceSum', binary(b, 'Mul', [far, strides]), { axes: [last], keepsAxes: false });
}
