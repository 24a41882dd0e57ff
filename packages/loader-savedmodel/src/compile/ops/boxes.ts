import { binary, cast, clamp, compare, like, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import { type GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace, transposed } from '../build/order.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { elementsOf, joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { concat, gather, slice } from '../build/slicing.ts';
import type { Shape, Size } from '../ir/dimension.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { largest } from './indexing.ts';
import { Uncovered } from '../uncovered.ts';

interface Candidates {
  /** `[groups, boxes, 4]` in single precision. */
  readonly boxes: Value;
  /** `[groups, classes, boxes]` in single precision. */
  readonly scores: Value;
  /** A list of one. */
  readonly most: Value;
  /** A list of one: boxes that share more than this with a better one go. */
  readonly overlap: Value;
  /** A list of one: only better boxes stay; all without it. */
  readonly least?: Value;
}

/** Numbers of groups, classes and boxes, the best of each class first. */
function selected(b: GraphBuilder, { boxes, scores, most, overlap, least }: Candidates): Value {
  const isShare = binary(b, 'And', [compare(b, 'GreaterOrEqual', [overlap, like(b, overlap, 0)]), compare(b, 'LessOrEqual', [overlap, like(b, overlap, 1)])]);
  const share = refuseUnless(b, overlap, { condition: isShare, message: 'iou_threshold must be in [0, 1]' });
  const count = refuseUnless(b, most, { condition: compare(b, 'GreaterOrEqual', [most, like(b, most, 0)]), message: 'max_output_size must be non-negative' });
  return b.one('NonMaxSuppression', [inPlace(b, boxes), inPlace(b, scores), count, share, least], { dtype: 'INT64', shape: [b.sizes.next(), 3] });
}

/** Scalars as lists of one. */
const listOf = (b: GraphBuilder, value: Value, dtype: 'FP32' | 'INT64'): Value => reshape(b, cast(b, value, dtype), b.list([1]));

/** The best boxes of one class; inputs differ from version to version, and so does what comes with their numbers. */
const suppressed: Emitter = (call) => {
  const { b, op, attributes } = call;
  const [boxes, scores] = call.pair();
  const [left, right] = [shapeOf(boxes), shapeOf(scores)];
  if (left.length !== 2 || right.length !== 1 || (typeof left[1] === 'number' && left[1] !== 4)) throw new RefusedRun('INVALID_ARGUMENT', 'boxes must be of the shape [boxes, 4] and scores of the shape [boxes]');
  if (op === 'NonMaxSuppressionV5' && !isZero(call.input(5))) throw new Uncovered('it lowers the scores of boxes that overlap (soft_nms_sigma)');
  const most = listOf(b, call.input(2), 'INT64');
  const overlap = op === 'NonMaxSuppression' ? b.scalar('FP32', attributes.float('iou_threshold', 0.5)) : call.input(3);
  const least = op === 'NonMaxSuppression' || op === 'NonMaxSuppressionV2' ? undefined : listOf(b, call.input(4), 'FP32');
  const candidates = { boxes: unsqueeze(b, cast(b, boxes, 'FP32'), 0), scores: unsqueeze(b, unsqueeze(b, cast(b, scores, 'FP32'), 0), 0), most, overlap: listOf(b, overlap, 'FP32') };
  const picked = reshape(b, slice(b, selected(b, least === undefined ? candidates : { ...candidates, least }), [{ axis: 1, start: 2, end: 3 }]), b.list([-1]));
  const isPadded = attributes.flag('pad_to_max_output_size');
  const finish = (value: Value): Value => (isPadded ? paddedTo(b, value, most) : value);
  const indices = finish(cast(b, picked, 'INT32'));
  const count = cast(b, reshape(b, sizeList(b, picked, 0), b.list([])), 'INT32');
  if (op === 'NonMaxSuppressionV5') return [indices, finish(gather(b, scores, { indices: picked })), count];
  return op === 'NonMaxSuppressionV4' ? [indices, count] : indices;
};

/** Of bit patterns too: 0 has none set. */
function isZero({ constant }: Value): boolean {
  return constant !== undefined && Array.from(constant.read() as ArrayLike<number>).every((bits) => bits === 0);
}

/** Zeros behind a list, up to a length. */
function paddedTo(b: GraphBuilder, list: Value, length: Value): Value {
  const zeros = expand(b, like(b, list, 0), length);
  const size: Size = elementsOf(length)?.[0] ?? b.sizes.next();
  return b.one('Slice', [concat(b, [list, zeros], 0), b.list([0]), length, b.list([0])], { dtype: list.dtype, shape: [size] });
}

/** The best boxes of several classes, for each group; the rest is zeros. */
const combined: Emitter = (call) => {
  const { b, attributes } = call;
  const { boxes, scores, isShared } = classified(call);
  const [groups, classes, count] = [0, 1, 2].map((axis) => sizeList(b, scores, axis));
  if (groups === undefined || classes === undefined || count === undefined) throw new Uncovered('its scores have no classes');
  const [perClass, total] = [listOf(b, call.input(2), 'INT64'), listOf(b, call.input(3), 'INT64')];
  // Each class with boxes of its own is a group of its own.
  const ranked = isShared ? scores : b.one('Reshape', [scores, joinLists(b, [binary(b, 'Mul', [groups, classes]), b.list([1]), count])], { dtype: 'FP32', shape: [b.sizes.next(), 1, shapeOf(scores)[2] ?? 1] }, { allowzero: 1 });
  const picked = selected(b, {
    boxes: isShared ? b.one('Squeeze', [boxes, b.list([2])], { dtype: 'FP32', shape: shapeOf(boxes).toSpliced(2, 1) }) : byClass(b, boxes, ranked),
    scores: ranked,
    most: perClass,
    overlap: listOf(b, call.input(4), 'FP32'),
    least: listOf(b, call.input(5), 'FP32'),
  });
  const size = attributes.flag('pad_per_class') ? binary(b, 'Min', [total, binary(b, 'Mul', [perClass, classes])]) : total;
  const best = bestOf(b, { scores: ranked, picked, rows: joinLists(b, [groups, binary(b, 'Mul', [classes, count])]), shape: [shapeOf(scores)[0] ?? 1, elementsOf(size)?.[0] ?? b.sizes.next()], size });
  const places = where(b, best.isThere, [best.places, like(b, best.places, 0)]);
  const [numbers, kinds] = [binary(b, 'Mod', [places, count]), binary(b, 'Div', [places, count])];
  const listed = isShared ? [numbers, like(b, numbers, 0)] : [numbers, kinds];
  const at = concat(b, listed.map((each) => unsqueeze(b, expand(b, each, shapeList(b, numbers)), 2)), 2);
  const found = b.one('GatherND', [boxes, at], { dtype: 'FP32', shape: [...shapeOf(places), 4] }, { batch_dims: 1 });
  const clipped = attributes.flag('clip_boxes', true) ? clamp(b, found, { min: 0, max: 1 }) : found;
  const zero = b.scalar('FP32', 0);
  const valid = reduce(b, 'ReduceSum', cast(b, best.isThere, 'INT32'), { axes: [1], keepsAxes: false });
  return [where(b, unsqueeze(b, best.isThere, 2), [clipped, zero]), where(b, best.isThere, [best.scores, zero]), where(b, best.isThere, [cast(b, kinds, 'FP32'), zero]), valid];
};

/** `[groups and classes, boxes, 4]` */
function byClass(b: GraphBuilder, boxes: Value, ranked: Value): Value {
  const moved = inPlace(b, transposed(b, boxes, [0, 2, 1, 3]));
  const target = joinLists(b, [sizeList(b, ranked, 0), sizeList(b, boxes, 1), b.list([4])]);
  return b.one('Reshape', [moved, target], { dtype: 'FP32', shape: [shapeOf(ranked)[0] ?? 1, shapeOf(boxes)[1] ?? 1, 4] }, { allowzero: 1 });
}

interface Classified {
  /** `[groups, boxes, 1 or classes, 4]` */
  readonly boxes: Value;
  /** `[groups, classes, boxes]` */
  readonly scores: Value;
  readonly isShared: boolean;
}

function classified(call: OpCall): Classified {
  const { b } = call;
  const [boxes, scores] = call.pair();
  const [kinds, classes] = [shapeOf(boxes)[2], shapeOf(scores)[2]];
  if (shapeOf(boxes).length !== 4 || shapeOf(scores).length !== 3) throw new RefusedRun('INVALID_ARGUMENT', 'boxes must be 4-D, and scores 3-D');
  if (typeof kinds !== 'number') throw new Uncovered('it is only known at run time whether classes share their boxes');
  if (kinds !== 1 && typeof classes === 'number' && kinds !== classes) throw new RefusedRun('INVALID_ARGUMENT', 'third dimension of boxes must be either 1 or num classes');
  return { boxes: inPlace(b, boxes), scores: inPlace(b, transposed(b, scores, [0, 2, 1])), isShared: kinds === 1 };
}

interface Best {
  readonly scores: Value;
  readonly picked: Value;
  /** The scores' shape, with one row for each group. */
  readonly rows: Value;
  /** How many are kept of each row, a list of one; and the shape that makes. */
  readonly size: Value;
  readonly shape: Shape;
}

/** Of what was picked in each group the best, whatever their class: scores, and where they stand among classes and boxes. */
function bestOf(b: GraphBuilder, { scores, picked, rows, size, shape }: Best): { readonly scores: Value; readonly places: Value; readonly isThere: Value } {
  const none = b.scalar('FP32', Number.NEGATIVE_INFINITY);
  const values = b.one('GatherND', [scores, picked], { dtype: 'FP32', shape: [b.sizes.next()] });
  const kept = b.one('ScatterND', [expand(b, none, shapeList(b, scores)), picked, values], { dtype: 'FP32', shape: shapeOf(scores) });
  const flat = b.one('Reshape', [kept, rows], { dtype: 'FP32', shape: [shape[0] ?? 1, b.sizes.next()] }, { allowzero: 1 });
  const more = { ...expand(b, none, joinLists(b, [slice(b, rows, [{ axis: 0, start: 0, end: 1 }]), size])), shape };
  const { values: best, places } = largest(b, concat(b, [flat, more], 1), { k: size, shape });
  return { scores: best, places, isThere: compare(b, 'Greater', [best, none]) };
}

/** Boxes around objects. */
export const BOXES: OpFamily = {
  title: 'Boxes',
  ops: {
    CombinedNonMaxSuppression: combined,
    NonMaxSuppression: suppressed,
    NonMaxSuppressionV2: suppressed,
    NonMaxSuppressionV3: suppressed,
    NonMaxSuppressionV4: suppressed,
    NonMaxSuppressionV5: suppressed,
  },
};
