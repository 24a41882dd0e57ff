import { binary, cast, compare, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace, transposed } from '../build/order.ts';
import { placesUpTo } from '../build/places.ts';
import { matrixProduct } from '../build/products.ts';
import { reduce } from '../build/reducing.ts';
import { reshape } from '../build/reshape.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { gather } from '../build/slicing.ts';
import type { Shape } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { type ResizedAxis, resizedAxes, scaleOf, single } from './resized-axis.ts';
import { asChannelsFirst } from './windows.ts';

/** How much of each old place (rows) each new one (columns) is made of. */
type WeightsOf = (axis: ResizedAxis, at: 0 | 1) => Value;

/** Rows and columns by a matrix each, channels first so that both are products of two matrices: ONNX Runtime refuses a batch of none in others. */
function sampled(call: OpCall, weightsOf: WeightsOf): Value {
  const { b } = call;
  const x = cast(b, call.input(0), 'FP32');
  const [rows, columns] = resizedAxes(b, x, call.input(1));
  const layout = { rank: rankOf(x), isChannelsLast: true };
  const input = asChannelsFirst(b, x, layout);
  const [batch, channels, height, width] = [0, 1, 2, 3].map((axis) => sizeList(b, input, axis));
  if (batch === undefined || height === undefined || width === undefined || channels === undefined) throw new Uncovered('its pictures have fewer than four axes');
  const outer = shapeOf(input).slice(0, 2);
  const across = lastAxis(b, input, { weights: weightsOf(columns, 1), from: width, to: [batch, channels, height, columns.count], shape: [...outer, rows.from, columns.to] });
  const turned = inPlace(b, transposed(b, across, [0, 1, 3, 2]));
  const made = lastAxis(b, turned, { weights: weightsOf(rows, 0), from: height, to: [batch, channels, columns.count, rows.count], shape: [...outer, columns.to, rows.to] });
  return transposed(b, made, [0, 3, 2, 1]);
}

interface Sampling {
  readonly weights: Value;
  readonly from: Value;
  readonly to: readonly Value[];
  readonly shape: Shape;
}

function lastAxis(b: GraphBuilder, x: Value, { weights, from, to, shape }: Sampling): Value {
  const lines = to.slice(0, -1).reduce((product, size) => binary(b, 'Mul', [product, size]));
  const flat = reshape(b, x, joinLists(b, [lines, from]));
  return b.one('Reshape', [matrixProduct(b, flat, weights), joinLists(b, to)], { dtype: 'FP32', shape }, { allowzero: 1 });
}

/** The numbers of the old places, as a column. */
function oldPlaces(b: GraphBuilder, { input, from }: ResizedAxis): Value {
  return reshape(b, cast(b, placesUpTo(b, cast(b, input, 'INT64'), from), 'FP32'), b.list([-1, 1]));
}

/** How much of an old place lies in the span of a new one. What is beyond the last belongs to it. */
const overlaps = (call: OpCall, axis: ResizedAxis): Value => {
  const { b } = call;
  const scale = scaleOf(call, axis);
  const old = oldPlaces(b, axis);
  const next = binary(b, 'Add', [old, single(b, 1)]);
  const ends = where(b, compare(b, 'Less', [next, axis.input]), [next, single(b, Number.POSITIVE_INFINITY)]);
  const start = binary(b, 'Mul', [axis.places, scale]);
  const end = binary(b, 'Mul', [binary(b, 'Add', [axis.places, single(b, 1)]), scale]);
  const shared = binary(b, 'Sub', [binary(b, 'Min', [end, ends]), binary(b, 'Max', [start, old])]);
  return binary(b, 'Div', [binary(b, 'Max', [shared, single(b, 0)]), scale]);
};

/** A curve that says how much a place weighs by its distance, and beyond which distance nothing does. */
interface Kernel {
  readonly radius: number;
  readonly weigh: (b: GraphBuilder, distance: Value) => Value;
}

const lanczos = (radius: number): Kernel => ({
  radius,
  weigh: (b, distance) => {
    const turns = binary(b, 'Mul', [distance, single(b, Math.PI)]);
    const slow = unary(b, 'Sin', binary(b, 'Div', [turns, single(b, radius)]));
    const wave = binary(b, 'Mul', [binary(b, 'Mul', [single(b, radius), unary(b, 'Sin', turns)]), slow]);
    const curve = binary(b, 'Div', [wave, binary(b, 'Mul', [turns, turns])]);
    const inside = where(b, compare(b, 'LessOrEqual', [distance, single(b, 1e-3)]), [single(b, 1), curve]);
    return where(b, compare(b, 'Greater', [distance, single(b, radius)]), [single(b, 0), inside]);
  },
});

const GAUSSIAN: Kernel = {
  radius: 1.5,
  weigh: (b, distance) => {
    const curve = unary(b, 'Exp', binary(b, 'Mul', [binary(b, 'Mul', [distance, distance]), single(b, -2)]));
    return where(b, compare(b, 'Less', [distance, single(b, 1.5)]), [curve, single(b, 0)]);
  },
};

const BOX: Kernel = {
  radius: 1,
  weigh: (b, distance) => {
    const edge = where(b, compare(b, 'Equal', [distance, single(b, 0.5)]), [single(b, 0.5), single(b, 0)]);
    return where(b, compare(b, 'Less', [distance, single(b, 0.5)]), [single(b, 1), edge]);
  },
};

const TRIANGLE: Kernel = { radius: 1, weigh: (b, distance) => binary(b, 'Max', [binary(b, 'Sub', [single(b, 1), distance]), single(b, 0)]) };

/** Two cubic curves: up to a distance of 1 and up to 2, with their coefficients from the highest power. */
const cubic = (near: readonly number[], far: readonly number[]): Kernel => ({
  radius: 2,
  weigh: (b, distance) => {
    const curve = ([first = 0, ...others]: readonly number[]): Value =>
      others.reduce((sum, number) => binary(b, 'Add', [binary(b, 'Mul', [sum, distance]), single(b, number)]), single(b, first));
    const outside = where(b, compare(b, 'GreaterOrEqual', [distance, single(b, 2)]), [single(b, 0), curve(far)]);
    return where(b, compare(b, 'GreaterOrEqual', [distance, single(b, 1)]), [outside, curve(near)]);
  },
});

const KERNELS: ReadonlyMap<string, Kernel> = new Map([
  ['lanczos1', lanczos(1)],
  ['lanczos3', lanczos(3)],
  ['lanczos5', lanczos(5)],
  ['gaussian', GAUSSIAN],
  ['box', BOX],
  ['triangle', TRIANGLE],
  ['keyscubic', cubic([1.5, -2.5, 0, 1], [-0.5, 2.5, -4, 2])],
  ['mitchellcubic', cubic([7 / 6, -2, 0, 8 / 9], [-7 / 18, 2, -10 / 3, 16 / 9])],
]);

/** Sums of weights below this are none. */
const NO_WEIGHT = 1000 * 2 ** -126;

/** A curve around the place in the picture that each new one is taken from, made wider where the picture becomes smaller. */
const underKernel = (call: OpCall, axis: ResizedAxis, at: 0 | 1): Value => {
  const { b, attributes } = call;
  const kernel = KERNELS.get(attributes.text('kernel_type', 'lanczos3'));
  if (kernel === undefined) throw new Uncovered(`its kernel is ${attributes.text('kernel_type')}`);
  const given = (input: number): Value => reshape(b, gather(b, cast(b, call.input(input), 'FP32'), { indices: b.list([at]) }), b.list([]));
  const inverse = binary(b, 'Div', [single(b, 1), given(2)]);
  const shift = binary(b, 'Mul', [unary(b, 'Neg', inverse), given(3)]);
  const width = attributes.flag('antialias', true) ? binary(b, 'Max', [inverse, single(b, 1)]) : single(b, 1);
  const plus = (x: Value, y: Value): Value => binary(b, 'Add', [x, y]);
  const minus = (x: Value, y: Value): Value => binary(b, 'Sub', [x, y]);
  const half = single(b, 0.5);
  const middle = plus(binary(b, 'Mul', [plus(axis.places, half), inverse]), shift);
  const old = oldPlaces(b, axis);
  const distance = unary(b, 'Abs', binary(b, 'Mul', [minus(plus(old, half), middle), binary(b, 'Div', [single(b, 1), width])]));
  const reach = binary(b, 'Mul', [single(b, kernel.radius), width]);
  const last = minus(axis.input, single(b, 1));
  const bounded = (place: Value): Value => binary(b, 'Max', [binary(b, 'Min', [place, last]), single(b, 0)]);
  const isAfter = compare(b, 'GreaterOrEqual', [old, bounded(unary(b, 'Ceil', minus(minus(middle, reach), half)))]);
  const isBefore = compare(b, 'LessOrEqual', [old, bounded(unary(b, 'Floor', minus(plus(middle, reach), half)))]);
  const isOutside = binary(b, 'Or', [compare(b, 'Less', [middle, single(b, 0)]), compare(b, 'Greater', [middle, axis.input])]);
  const isUnder = binary(b, 'And', [binary(b, 'And', [isAfter, isBefore]), unary(b, 'Not', isOutside)]);
  const weights = where(b, isUnder, [kernel.weigh(b, distance), single(b, 0)]);
  const sum = reduce(b, 'ReduceSum', weights, { axes: [0], keepsAxes: true });
  const isSome = compare(b, 'GreaterOrEqual', [unary(b, 'Abs', sum), single(b, NO_WEIGHT)]);
  return where(b, isSome, [binary(b, 'Mul', [weights, binary(b, 'Div', [single(b, 1), sum])]), single(b, 0)]);
};

const by = (weigh: (call: OpCall, axis: ResizedAxis, at: 0 | 1) => Value): Emitter => (call) => sampled(call, (axis, at) => weigh(call, axis, at));

/** Pictures of another size, each element made of a whole span of the old ones. */
export const AREA_SAMPLING: OpFamily = { title: 'Resizing by areas', ops: { ResizeArea: by(overlaps), ScaleAndTranslate: by(underKernel) } };
