import { frontAxis } from '../axes.ts';
import { rearrange } from '../elements.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { dependsOnRows, isLiteral, isPositive, isSameSize, literal, literalOf, ONE, type Size } from '../size.ts';
import { literalShape, tensorOf, type TensorValue, UNKNOWN } from '../value.ts';

/** Exporters write the largest 32 or 64-bit integer for "to the end"; no batch has so many rows. */
const TO_THE_END = 2 ** 31 - 1;

/** One axis of a slice. Numbers that are `undefined` are the same for all requests, and no more is known. */
interface Cut {
  readonly axis: number;
  readonly start: Size;
  readonly end: Size;
  readonly step: Size;
}

const slice: Rule = (call) => {
  const value = call.value(0);
  const { shape, batch } = value;
  const cuts = cutsOf(call, shape?.length);
  if (shape === undefined) return [UNKNOWN];
  const sizes = shape.map((size, axis) => {
    const cut = cuts.find((each) => each.axis === axis);
    if (cut === undefined) return size;
    if ([cut.start, cut.step].some(dependsOnRows) || (dependsOnRows(cut.end) && axis !== batch?.axis)) throw ends('it cuts at a place that depends on the number of rows');
    if (batch?.axis !== axis) return slicedSize(call, size, cut);
    if (!isWhole(cut, size)) throw ends('it takes a part of the batch');
    return size;
  });
  const known = literalShape(sizes);
  if (value.elements === undefined || known === undefined) return [tensorOf(sizes, batch)];
  return [sliceElements(value, known, cuts)];
};

function cutsOf(call: NodeCall, rank: number | undefined): readonly Cut[] {
  const [starts, stops, axes, steps] = call.opset < 10 ? attributesOf(call) : inputsOf(call);
  if (starts === undefined || stops === undefined || starts.length !== stops.length) throw ends('which part it takes is not known');
  return starts.map((start, at) => {
    const axis = axes === undefined ? at : literalOf(axes[at] ?? ONE);
    if (axis === undefined) throw ends('the axes it cuts are not known');
    return { axis: rank === undefined ? axis : frontAxis(axis, rank), start, end: stops[at] ?? ONE, step: steps?.[at] ?? ONE };
  });
}

type Lists = readonly (readonly Size[] | undefined)[];

function attributesOf(call: NodeCall): Lists {
  return ['starts', 'ends', 'axes'].map((name) => call.integers(name)?.map(literal));
}

function inputsOf(call: NodeCall): Lists {
  return [call.knownElements(1), call.knownElements(2), call.has(3) ? call.knownElements(3) : undefined, call.has(4) ? call.knownElements(4) : undefined];
}

/** Whether all of the batch is taken, in order. */
function isWhole({ start, end, step }: Cut, size: Size): boolean {
  const last = literalOf(end);
  return isLiteral(start, 0) && isLiteral(step, 1) && (isSameSize(end, size) || (last !== undefined && last >= TO_THE_END));
}

function slicedSize(call: NodeCall, size: Size, cut: Cut): Size {
  if (isWhole(cut, size)) return size;
  const range = knownRange(cut, size);
  if (range !== undefined) return literal(range.count);
  const start = literalOf(cut.start);
  const end = literalOf(cut.end);
  const isTail = isLiteral(cut.step, 1) && start !== undefined && start >= 0 && end !== undefined && end >= TO_THE_END;
  return isTail ? call.sizes.add(size, literal(-start)) : call.sizes.dimension();
}

/** The positions a slice takes, as the operator's definition clamps them; only where all its numbers are known. */
function knownRange(cut: Cut, size: Size): { readonly first: number; readonly step: number; readonly count: number } | undefined {
  const [start, end, step, length] = [cut.start, cut.end, cut.step, size].map(literalOf);
  if (start === undefined || end === undefined || step === undefined || length === undefined || step === 0) return undefined;
  const clamp = (at: number, low: number, high: number): number => Math.max(low, Math.min(high, at < 0 ? at + length : at));
  const [first, last] = step > 0 ? [clamp(start, 0, length), clamp(end, 0, length)] : [clamp(start, 0, length - 1), clamp(end, -1, length - 1)];
  return { first, step, count: Math.max(0, Math.ceil((last - first) / step)) };
}

function sliceElements(value: TensorValue, known: readonly number[], cuts: readonly Cut[]): TensorValue {
  const ranges = known.map((_, axis) => {
    const cut = cuts.find((each) => each.axis === axis);
    return cut === undefined ? { first: 0, step: 1 } : knownRange(cut, value.shape?.[axis] ?? ONE);
  });
  if (!ranges.every((range) => range !== undefined)) throw ends('which part of a shape it takes is not known');
  return rearrange(value, known, (position) => position.map((at, axis) => (ranges[axis]?.first ?? 0) + at * (ranges[axis]?.step ?? 1)));
}

const pad: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  call.requireFree(2);
  const { axes, pads } = padsOf(call, shape.length);
  const sizes = shape.map((size, axis) => {
    const at = axes.indexOf(axis);
    if (at === -1) return size;
    const [before, after] = [pads?.[at], pads?.[at + axes.length]];
    if (axis !== value.batch?.axis) return before === undefined || after === undefined ? call.sizes.dimension() : paddedSize(call, size, [before, after]);
    if (before === undefined || after === undefined || !isLiteral(before, 0) || !isLiteral(after, 0)) throw ends('it adds rows to the batch');
    return size;
  });
  return [tensorOf(sizes, value.batch)];
};

function paddedSize(call: NodeCall, size: Size, pads: readonly [Size, Size]): Size {
  if (pads.some(dependsOnRows)) throw ends('it pads by the number of rows');
  if (!pads.every((each) => literalOf(each) !== undefined || isPositive(each))) return call.sizes.dimension();
  return pads.reduce((left, right) => call.sizes.add(left, right), size);
}

function padsOf(call: NodeCall, rank: number): { readonly axes: readonly number[]; readonly pads: readonly Size[] | undefined } {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  if (call.opset < 11) return { axes: all, pads: call.integers('pads')?.map(literal) };
  const axes = call.has(3) ? call.literals(3) : all;
  if (axes === undefined) throw ends('the axes it pads are not known');
  return { axes: axes.map((axis) => frontAxis(axis, rank)), pads: call.elements(1) };
}

export const slicing: RuleFamily = {
  title: 'Parts of a tensor, and padding',
  domain: 'ai.onnx',
  holds: 'all of the batch is taken, in order, and nothing is added to it',
  rules: { Pad: pad, Slice: slice },
};
