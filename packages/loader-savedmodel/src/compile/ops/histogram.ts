import { isFloat } from '../ir/constant-data.ts';
import { binary, cast, compare, like, unary } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { reshape } from '../build/reshape.ts';
import { elementsOf, shapeList } from '../build/shape-lists.ts';
import { slice } from '../build/slicing.ts';
import type { Emitter, OpFamily } from '../op-call.ts';

/** How many values fall into each of so many equal parts of a range; those outside of it into the first and the last. */
const histogram: Emitter = (call) => {
  const { b, attributes } = call;
  const [values, range] = call.pair();
  const bins = reshape(b, cast(b, call.input(2), 'INT64'), b.list([1]));
  const [low, high] = [0, 1].map((at) => slice(b, inPlace(b, range), [{ axis: 0, start: at, end: at + 1 }]));
  if (low === undefined || high === undefined) throw new Error('a range has two ends');
  const top = refuseUnless(b, high, { condition: compare(b, 'Less', [low, high]), message: 'value_range should satisfy value_range[0] < value_range[1]' });
  const isSome = compare(b, 'Greater', [bins, like(b, bins, 0)]);
  const count = refuseUnless(b, bins, { condition: isSome, message: 'nbins should be a positive number' });
  const wide = cast(b, count, 'FP64');
  const step = binary(b, 'Div', [cast(b, binary(b, 'Sub', [top, low]), 'FP64'), wide]);
  const flat = reshape(b, values, b.list([-1]));
  const checked = isFloat(flat.dtype)
    ? refuseUnless(b, flat, { condition: unary(b, 'Not', unary(b, 'IsNaN', flat, { dtype: 'BOOL' })), message: 'Histogram values must not contain NaN' })
    : flat;
  const above = cast(b, binary(b, 'Sub', [binary(b, 'Max', [checked, low]), low]), 'FP64');
  const last = binary(b, 'Sub', [wide, like(b, wide, 1)]);
  const bin = inPlace(b, cast(b, binary(b, 'Min', [binary(b, 'Div', [above, step]), last]), 'INT64'));
  const size = elementsOf(bins)?.[0] ?? b.sizes.next();
  const nothing = inPlace(b, expand(b, b.scalar('INT64', 0), count));
  const ones = expand(b, b.scalar('INT64', 1), shapeList(b, bin));
  const made = b.one('ScatterElements', [nothing, bin, ones], { dtype: 'INT64', shape: [size] }, { axis: 0, reduction: 'add' });
  return cast(b, made, attributes.dtype('dtype', 'INT32'));
};

/** Counts. */
export const HISTOGRAM: OpFamily = { title: 'Histograms', ops: { HistogramFixedWidth: histogram } };
