import { binary, cast, compare, like, where } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { guardedBy, zerosWhere } from '../build/guards.ts';
import { inPlace, transposed } from '../build/order.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { elementsOf, joinLists, sizeList } from '../build/shape-lists.ts';
import { concat, type Cut, gather, slice, TO_END } from '../build/slicing.ts';
import { axisOf, rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { checkedAxis, knownInput } from './shape.ts';

/** One place of a `StridedSlice`: what it does to which axis of its input. */
type Step =
  | { readonly kind: 'new' }
  | { readonly kind: 'keep'; readonly axis: number }
  | { readonly kind: 'take'; readonly axis: number; readonly at: number }
  | { readonly kind: 'cut'; readonly axis: number; readonly at: number };

const isSet = (mask: number, at: number): boolean => ((mask >> at) & 1) === 1;

interface Masks {
  readonly ellipsis: number;
  readonly added: number;
  readonly shrink: number;
}

/** Reads the masks: which of the listed places stand for which axes. Pure. */
export function stridedSteps(count: number, rank: number, { ellipsis, added, shrink }: Masks): readonly Step[] {
  const steps: Step[] = [];
  const listed = Array.from({ length: count }, (_, at) => at);
  const dotsAt = listed.find((at) => isSet(ellipsis, at)) ?? count;
  const consuming = listed.filter((at) => at !== dotsAt && (!isSet(added, at) || isSet(ellipsis, at)));
  const hidden = rank - consuming.length;
  if (hidden < 0) throw new RefusedRun('INVALID_ARGUMENT', `Index out of range using input dim ${rank}; input has only ${rank} dims`);
  let axis = 0;
  const keepHidden = (): void => {
    for (let each = 0; each < hidden; each++) steps.push({ kind: 'keep', axis: axis++ });
  };
  for (const at of listed) {
    if (at === dotsAt) keepHidden();
    else if (isSet(added, at)) steps.push({ kind: 'new' });
    else if (isSet(shrink, at)) steps.push({ kind: 'take', axis: axis++, at });
    else steps.push({ kind: 'cut', axis: axis++, at });
  }
  if (dotsAt === count) keepHidden();
  return steps;
}

/** One end of a cut: a number, or a list of one that only a run knows. */
type End = number | Value;

function endOf(b: GraphBuilder, list: Value, at: number): End {
  const element = list.elements?.[at] ?? knownNumbers(list)?.[at];
  return typeof element === 'number' ? element : cast(b, gather(b, list, { indices: b.list([at]) }), 'INT64');
}

/** A start, an end and a step for each axis, and masks that say which of them count. */
export function stridedSlice(call: OpCall): Value {
  const { b, attributes } = call;
  const [x, begin, end] = [call.input(0), call.input(1), call.input(2)];
  const strides = knownInput(call, 3, 'list of strides');
  const masks = { ellipsis: attributes.integer('ellipsis_mask', 0), added: attributes.integer('new_axis_mask', 0), shrink: attributes.integer('shrink_axis_mask', 0) };
  const steps = stridedSteps(strides.length, rankOf(x), masks);
  const [beginMask, endMask] = [attributes.integer('begin_mask', 0), attributes.integer('end_mask', 0)];
  const cuts = steps.flatMap((step): OpenCut[] => {
    if (step.kind !== 'cut') return [];
    const stride = strides[step.at] ?? 1;
    if (stride === 0) throw new RefusedRun('INVALID_ARGUMENT', `strides[${step.at}] must be non-zero`);
    const first = stride > 0 ? 0 : TO_END;
    const last = stride > 0 ? TO_END : -TO_END;
    return [{ axis: step.axis, step: stride, start: isSet(beginMask, step.at) ? first : endOf(b, begin, step.at), end: isSet(endMask, step.at) ? last : endOf(b, end, step.at) }];
  });
  const cut = cutBy(b, x, cuts.filter(({ start, end: to, step }) => !(start === 0 && to === TO_END && step === 1)));
  const taken = steps.toReversed().reduce((value, step) => (step.kind === 'take' ? takeOne(b, value, { axis: step.axis, place: endOf(b, begin, step.at), at: step.at }) : value), cut);
  const kept = steps.filter(({ kind }) => kind !== 'take');
  return kept.reduce((value, step, axis) => (step.kind === 'new' ? unsqueeze(b, value, axis) : value), taken);
}

interface OpenCut {
  readonly axis: number;
  readonly start: End;
  readonly end: End;
  readonly step: number;
}

function isKnown(cut: OpenCut): cut is OpenCut & Cut {
  return typeof cut.start === 'number' && typeof cut.end === 'number';
}

/**
 * Backwards from a place that may be before the first, where nothing is taken: ONNX takes the first. Counted in the tensor's reverse it is beyond the
 * end, where ONNX takes nothing either.
 */
function mayStartBefore({ start, step }: OpenCut, size: number | string): boolean {
  if (step > 0) return false;
  return typeof start !== 'number' || (start < 0 && (typeof size === 'string' || start + size < 0));
}

function fromOtherEnd(b: GraphBuilder, { axis, start, end, step }: OpenCut): OpenCut {
  const turn = (place: End): End => (typeof place === 'number' ? -1 - place : binary(b, 'Sub', [b.list([-1]), place]));
  return { axis, step: -step, start: turn(start), end: turn(end) };
}

function cutBy(b: GraphBuilder, given: Value, wanted: readonly OpenCut[]): Value {
  const turned = wanted.filter((cut) => mayStartBefore(cut, shapeOf(given)[cut.axis] ?? 1));
  const x = slice(b, given, turned.map(({ axis }) => ({ axis, start: TO_END, end: -TO_END, step: -1 })));
  const cuts = wanted.map((cut) => (turned.includes(cut) ? fromOtherEnd(b, cut) : cut));
  const known = slice(b, x, cuts.filter(isKnown));
  const open = cuts.filter((cut) => !isKnown(cut));
  if (open.length === 0) return known;
  const list = (ends: readonly End[]): Value => joinLists(b, ends.map((each) => (typeof each === 'number' ? b.list([each]) : each)));
  const shape = shapeOf(known).map((size, axis) => (open.some((cut) => cut.axis === axis) ? b.sizes.next() : size));
  const lists = [list(open.map(({ start }) => start)), list(open.map(({ end }) => end)), b.list(open.map(({ axis }) => axis)), b.list(open.map(({ step }) => step))];
  return b.one('Slice', [inPlace(b, known), ...lists], { dtype: x.dtype, shape });
}

/** One place of an axis, which goes away. ONNX Runtime refuses one outside of it. */
function takeOne(b: GraphBuilder, value: Value, { axis, place, at }: { readonly axis: number; readonly place: End; readonly at: number }): Value {
  const size = shapeOf(value)[axis];
  if (typeof place === 'number' && typeof size === 'number' && (place < -size || place >= size)) {
    throw new RefusedRun('INVALID_ARGUMENT', `slice index ${place} of dimension ${at} out of bounds.`);
  }
  const index = typeof place === 'number' ? b.scalar('INT64', place) : reshape(b, place, b.list([]));
  return gather(b, value, { indices: index, axis });
}

/** A start and a size for each axis; -1 is to the end. */
const sliceOp: Emitter = (call) => {
  const { b } = call;
  const [x, begin, size] = [call.input(0), call.input(1), call.input(2)];
  const axes = shapeOf(x).map((_, axis) => axis);
  const cuts = axes.map((axis): OpenCut => {
    const [start, length] = [endOf(b, begin, axis), endOf(b, size, axis)];
    checkSlice(shapeOf(x)[axis], start, length);
    return { axis, step: 1, start, end: sum(b, start, length) };
  });
  const cut = cutBy(b, x, cuts.filter(({ start, end }) => !(start === 0 && end === TO_END)));
  const sizes = elementsOf(size);
  // What is known of sizes holds also where the starts are not known.
  return { ...cut, shape: shapeOf(cut).map((known, axis) => (typeof known === 'string' && sizes?.[axis] !== undefined && sizes[axis] !== -1 ? (sizes[axis] ?? known) : known)) };
};

function sum(b: GraphBuilder, start: End, length: End): End {
  if (length === -1) return TO_END;
  if (typeof start === 'number' && typeof length === 'number') return start + length;
  const [first, second] = [start, length].map((end) => (typeof end === 'number' ? b.list([end]) : end));
  if (first === undefined || second === undefined) throw new Error('two ends are given');
  const end = binary(b, 'Add', [first, second]);
  return typeof length === 'number' ? end : where(b, compare(b, 'Less', [second, b.list([0])]), [b.list([TO_END]), end]);
}

function checkSlice(size: number | string | undefined, start: End, length: End): void {
  if (typeof size !== 'number' || typeof start !== 'number' || typeof length !== 'number') return;
  if (start < 0 || start > size || (length !== -1 && start + length > size)) throw new RefusedRun('INVALID_ARGUMENT', `Expected begin and size of a slice inside of [0, ${size}], but got ${start} and ${length}`);
}

const reverse: Emitter = (call) => {
  const x = call.input(0);
  const axes = knownInput(call, 1, 'list of axes').map((axis) => checkedAxis(axis, rankOf(x)));
  return slice(call.b, x, axes.map((axis) => ({ axis, start: TO_END, end: -TO_END, step: -1 })));
};

/** The older op: of each axis whether it is reversed. */
const reverseMarked: Emitter = (call) => {
  const { b } = call;
  const x = call.input(0);
  const marks = knownInput(call, 1, 'list of axes');
  const rows = marks.length === 0 ? b.scalar('INT64', 1) : sizeList(b, x, 0);
  const some = zerosWhere(b, compare(b, 'Greater', [rows, like(b, rows, 0)]), 'Invalid input first dimension. Found 0.');
  return slice(b, some.constant === undefined ? guardedBy(b, x, [some]) : x, marks.flatMap((mark, axis) => (mark === 0 ? [] : [{ axis, start: TO_END, end: -TO_END, step: -1 }])));
};

/** The first of each row in reverse, as many as its length says. */
const reverseSequence: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, lengths] = [inPlace(b, call.input(0)), call.input(1)];
  const [batch, time] = [attributes.integer('batch_dim', 0), attributes.integer('seq_dim')];
  // ONNX has the two as its first axes.
  const order = [batch, time, ...shapeOf(x).map((_, axis) => axis).filter((axis) => axis !== batch && axis !== time)];
  const ahead = inPlace(b, transposed(b, x, order));
  const made = b.one('ReverseSequence', [ahead, cast(b, inPlace(b, lengths), 'INT64')], { dtype: x.dtype, shape: ahead.shape }, { batch_axis: 0, time_axis: 1 });
  return transposed(b, made, order.map((_, axis) => order.indexOf(axis)));
};

/** What goes out at the end comes in at the start. */
const roll: Emitter = (call) => {
  const x = call.input(0);
  const shifts = knownInput(call, 1, 'shift');
  const axes = knownInput(call, 2, 'axis').map((axis) => checkedAxis(axis, rankOf(x)));
  return axes.reduce((value, axis, at) => rolled(call, value, { axis, shift: shifts[at] ?? 0 }), x);
};

function rolled({ b }: OpCall, value: Value, { axis, shift }: { readonly axis: number; readonly shift: number }): Value {
  const size = shapeOf(value)[axis] ?? 1;
  if (typeof size === 'number') {
    const by = size === 0 ? 0 : ((shift % size) + size) % size;
    if (by === 0) return value;
    return concat(b, [slice(b, value, [{ axis, start: size - by, end: TO_END }]), slice(b, value, [{ axis, start: 0, end: size - by }])], axis);
  }
  const length = sizeList(b, value, axis);
  const places = b.one('Range', [b.scalar('INT64', 0), reshape(b, length, b.list([])), b.scalar('INT64', 1)], { dtype: 'INT64', shape: [size] });
  // Of an axis without elements there are no places either.
  const some = binary(b, 'Max', [length, b.list([1])]);
  const moved = binary(b, 'Mod', [binary(b, 'Sub', [places, like(b, places, shift)]), some]);
  return gather(b, value, { indices: moved, axis: axisOf(axis, rankOf(value)) });
}

/** Parts of tensors. */
export const SLICING: OpFamily = {
  title: 'Slices',
  ops: {
    ReverseSequence: reverseSequence,
    Reverse: reverseMarked,
    ReverseV2: reverse,
    Roll: roll,
    Slice: sliceOp,
    StridedSlice: stridedSlice,
  },
};
