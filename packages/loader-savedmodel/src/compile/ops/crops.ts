import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { concat, gather } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { boundedPlaces, type ResizedAxis, resizedAxes, roundedUp, single } from './resized-axis.ts';

/** Points of pictures: for each its picture, row and column, of shapes that are broadcast. */
interface Points {
  readonly picture: Value;
  readonly row: Value;
  readonly column: Value;
}

/** The channels of each point. */
function at(b: GraphBuilder, pictures: Value, { picture, row, column }: Points): Value {
  const target = broadcastList(b, [picture, row, column]);
  const listed = [picture, row, column].map((each) => unsqueeze(b, inPlace(b, expand(b, each, target)), rankOf(row)));
  const indices = inPlace(b, concat(b, listed, rankOf(row)));
  return b.one('GatherND', [inPlace(b, pictures), indices], { dtype: pictures.dtype, shape: [...shapeOf(indices).slice(0, -1), shapeOf(pictures)[3] ?? 1] });
}

/** The shape of several of one rank that are broadcast: along each axis one of them says how long it is. */
function broadcastList(b: GraphBuilder, values: readonly Value[]): Value {
  const [first] = values;
  if (first === undefined) throw new Error('nothing to broadcast');
  return joinLists(b, shapeOf(first).map((_, axis) => sizeList(b, values.find((value) => shapeOf(value)[axis] !== 1) ?? first, axis)));
}

/** Where rows or columns of crops lie in their picture, one line for each box. */
function cropPlaces(b: GraphBuilder, { input, output, places }: ResizedAxis, [low, high]: readonly [Value, Value]): Value {
  const one = single(b, 1);
  const last = binary(b, 'Sub', [input, one]);
  const times = (x: Value, y: Value): Value => binary(b, 'Mul', [x, y]);
  const isSeveral = compare(b, 'Greater', [output, one]);
  const scale = binary(b, 'Div', [times(binary(b, 'Sub', [high, low]), last), binary(b, 'Sub', [output, one])]);
  const several = binary(b, 'Add', [times(low, last), times(places, scale)]);
  const middle = times(times(single(b, 0.5), binary(b, 'Add', [low, high])), last);
  return where(b, isSeveral, [several, middle]);
}

const cropAndResize: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, boxes, given] = [inPlace(b, call.input(0)), cast(b, call.input(1), 'FP32'), call.input(2)];
  const method = attributes.text('method', 'bilinear');
  if (method !== 'bilinear' && method !== 'nearest') throw new Uncovered(`its method is ${method}`);
  const [rows, columns] = resizedAxes(b, x, call.input(3));
  const end = (index: number): Value => gather(b, boxes, { indices: b.list([index]), axis: 1 });
  const y = unsqueeze(b, cropPlaces(b, rows, [end(0), end(2)]), 2);
  const z = unsqueeze(b, cropPlaces(b, columns, [end(1), end(3)]), 1);
  const picture = reshape(b, checkedPictures(b, x, given), b.list([-1, 1, 1]));
  const point = (row: Value, column: Value): Value => cast(b, at(b, x, { picture, row: boundedPlaces(b, row, rows.input), column: boundedPlaces(b, column, columns.input) }), 'FP32');
  const isInside = binary(b, 'And', [inside(b, y, rows.input), inside(b, z, columns.input)]);
  const crop = method === 'nearest' ? point(roundedUp(b, y), roundedUp(b, z)) : between(b, [y, z], point);
  return where(b, unsqueeze(b, isInside, 3), [crop, single(b, attributes.float('extrapolation_value', 0))]);
};

/** Numbers of pictures that there are. */
function checkedPictures(b: GraphBuilder, pictures: Value, numbers: Value): Value {
  const wide = cast(b, numbers, 'INT64');
  const count = sizeList(b, pictures, 0);
  const condition = binary(b, 'And', [compare(b, 'GreaterOrEqual', [wide, like(b, wide, 0)]), compare(b, 'Less', [wide, count])]);
  return refuseUnless(b, wide, { condition, message: 'box_index has values outside [0, batch_size)' });
}

function inside(b: GraphBuilder, place: Value, input: Value): Value {
  const last = binary(b, 'Sub', [input, single(b, 1)]);
  return binary(b, 'And', [compare(b, 'GreaterOrEqual', [place, single(b, 0)]), compare(b, 'LessOrEqual', [place, last])]);
}

/** What lies between four points, by how near it is to each. */
function between(b: GraphBuilder, [y, x]: readonly [Value, Value], point: (row: Value, column: Value) => Value): Value {
  const [top, bottom, left, right] = [unary(b, 'Floor', y), unary(b, 'Ceil', y), unary(b, 'Floor', x), unary(b, 'Ceil', x)];
  const toward = (first: Value, second: Value, share: Value): Value => binary(b, 'Add', [first, binary(b, 'Mul', [binary(b, 'Sub', [second, first]), unsqueeze(b, share, 3)])]);
  const [across, down] = [binary(b, 'Sub', [x, left]), binary(b, 'Sub', [y, top])];
  return toward(toward(point(top, left), point(top, right), across), toward(point(bottom, left), point(bottom, right), across), down);
}

/** Parts of pictures, each brought to one size. */
export const CROPS: OpFamily = { title: 'Crops', ops: { CropAndResize: cropAndResize } };
