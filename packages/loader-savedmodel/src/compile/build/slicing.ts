import type { Shape, Size } from '../ir/dimension.ts';
import { axisOf, rankOf, shapeOf, type Value } from '../ir/value.ts';
import { cast } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { inOrder, inPlace, physical, transposed } from './order.ts';
import { unsqueeze } from './reshape.ts';
import { elementsOf } from './shape-lists.ts';

/** Beyond the end of any axis. */
export const TO_END: number = Number.MAX_SAFE_INTEGER;

/** A part along one axis. */
export interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step?: number;
}

/** Parts along axes, with numbers that are known. */
export function slice(b: GraphBuilder, value: Value, cuts: readonly Cut[]): Value {
  if (cuts.length === 0) return value;
  const shape = shapeOf(value);
  const whole = cuts.map((cut) => ({ step: 1, ...cut, axis: axisOf(cut.axis, shape.length) }));
  const sizes = shape.map((size, axis) => {
    const cut = whole.find((each) => each.axis === axis);
    return cut === undefined ? size : cutSize(b, size, cut);
  });
  const places = whole.map(({ axis }) => value.order?.indexOf(axis) ?? axis);
  const [only] = whole;
  const elements = shape.length === 1 && only !== undefined ? cutElements(value, only) : undefined;
  const lists = [whole.map(({ start }) => start), whole.map(({ end }) => end), places, whole.map(({ step }) => step)].map((list) => b.list(list));
  const lying = value.order === undefined ? value : physical(value);
  return b.one('Slice', [lying, ...lists], { dtype: value.dtype, shape: sizes, order: value.order, elements });
}

function cutSize(b: GraphBuilder, size: Size, { start, end, step }: Required<Cut>): Size {
  if (typeof size === 'number') {
    const [from, to] = [bounded(start, size, step), bounded(end, size, step)];
    return Math.max(0, Math.ceil((to - from) / step));
  }
  return start === 0 && end === TO_END && step === 1 ? size : b.sizes.next();
}

function bounded(place: number, size: number, step: number): number {
  const at = place < 0 ? place + size : place;
  return step > 0 ? Math.min(Math.max(at, 0), size) : Math.min(Math.max(at, -1), size - 1);
}

function cutElements({ elements }: Value, { start, end, step = 1 }: Cut): readonly (Size | undefined)[] | undefined {
  if (elements === undefined) return undefined;
  const [from, to] = [bounded(start, elements.length, step), bounded(end, elements.length, step)];
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, at) => elements[from + at * step]);
}

/** Elements along an axis by their places, which must be inside of it: ONNX Runtime refuses others, and counts from the end. */
export function gather(b: GraphBuilder, value: Value, { indices, axis = 0 }: { readonly indices: Value; readonly axis?: number }): Value {
  const places = indices.dtype === 'INT32' || indices.dtype === 'INT64' ? indices : cast(b, indices, 'INT64');
  if (value.dtype === 'BYTES' && axisOf(axis, rankOf(value)) < rankOf(value) - 1) return gatherStrings(b, value, { places, axis: axisOf(axis, rankOf(value)) });
  const at = value.shape === undefined ? axis : axisOf(axis, value.shape.length);
  const { shape } = value;
  const gathered = shape === undefined || places.shape === undefined ? undefined : [...shape.slice(0, at), ...places.shape, ...shape.slice(at + 1)];
  const elements = value.elements !== undefined && places.elements !== undefined && shape?.length === 1 ? places.elements.map((place) => elementAt(value, place)) : undefined;
  return b.one('Gather', [inPlace(b, value), inPlace(b, places)], { dtype: value.dtype, shape: gathered, elements }, { axis: at });
}

/** ONNX Runtime's `Gather` copies one string of each row that it picks and leaves the others empty; its `GatherND` copies them all. */
function gatherStrings(b: GraphBuilder, value: Value, { places, axis }: { readonly places: Value; readonly axis: number }): Value {
  const others = shapeOf(value).map((_, at) => at).filter((at) => at !== axis);
  const rows = inPlace(b, transposed(b, value, [axis, ...others]));
  const listed = cast(b, unsqueeze(b, places, rankOf(places)), 'INT64');
  const picked = b.one('GatherND', [rows, inPlace(b, listed)], { dtype: 'BYTES', shape: [...shapeOf(places), ...shapeOf(rows).slice(1)] });
  const own = shapeOf(places).map((_, at) => at);
  const rest = others.map((_, at) => own.length + at);
  return transposed(b, picked, [...rest.slice(0, axis), ...own, ...rest.slice(axis)]);
}

function elementAt({ elements = [] }: Value, place: Size | undefined): Size | undefined {
  return typeof place === 'number' ? elements.at(place) : undefined;
}

/** One after the other along an axis. */
export function concat(b: GraphBuilder, values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (first === undefined) throw new Error('nothing to put together');
  if (values.length === 1) return first;
  const isKnown = values.every((value) => value.shape !== undefined);
  const leading = isKnown ? values.find((value) => value.order !== undefined) : undefined;
  const lying = values.map((value) => (leading?.order === undefined ? inPlace(b, value) : physical(inOrder(b, value, leading.order))));
  if (!isKnown) return b.one('Concat', lying, { dtype: first.dtype, shape: undefined }, { axis });
  const at = axisOf(axis, rankOf(first));
  const place = leading?.order?.indexOf(at) ?? at;
  const shape = concatShape(b, values.map(shapeOf), at);
  const elements = shape.length === 1 ? joinedElements(values) : undefined;
  return b.one('Concat', lying, { dtype: first.dtype, shape, order: leading?.order, elements }, { axis: place });
}

/** Of lists of whole numbers: some may be known where others are not. */
function joinedElements(lists: readonly Value[]): Value['elements'] {
  const known = lists.map((list) => (list.dtype === 'INT32' || list.dtype === 'INT64' ? elementsOf(list) : undefined));
  const isAnyKnown = known.some((list) => list?.some((each) => each !== undefined));
  return isAnyKnown && known.every((list) => list !== undefined) ? known.flat() : undefined;
}

function concatShape(b: GraphBuilder, shapes: readonly Shape[], axis: number): Shape {
  const [first = []] = shapes;
  return first.map((_, at) => {
    const sizes = shapes.map((shape) => shape[at] ?? 1);
    if (at !== axis) return sizes.find((size) => typeof size === 'number') ?? sizes[0] ?? 1;
    return sizes.every((size) => typeof size === 'number') ? sizes.reduce((sum, size) => sum + size, 0) : b.sizes.next();
  });
}


/** Parts of given sizes along an axis. */
export function split(b: GraphBuilder, value: Value, { axis, sizes }: { readonly axis: number; readonly sizes: readonly number[] }): readonly Value[] {
  const shape = shapeOf(value);
  const at = axisOf(axis, shape.length);
  if (sizes.length === 1) return [value];
  const place = value.order?.indexOf(at) ?? at;
  const outputs = sizes.map((size) => ({ dtype: value.dtype, shape: shape.with(at, size), order: value.order }));
  return b.make('Split', [value.order === undefined ? value : physical(value), b.list(sizes)], { attributes: { axis: place }, outputs });
}
