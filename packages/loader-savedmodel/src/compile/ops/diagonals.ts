import { binary, chain, compare, like, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { places, placesUpTo } from '../build/places.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { countOf, elementsOf, joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { concat, slice } from '../build/slicing.ts';
import { cast } from '../build/elementwise.ts';
import type { Size } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { knownInput } from './shape.ts';

/** Diagonals side by side, from the lowest to the highest; 0 is the main one, those above it are more. */
interface Band {
  readonly lowest: number;
  readonly highest: number;
  /** Whether shorter diagonals above the main one, or below it, begin where the longest does; others end where it does. */
  readonly isLeftAbove: boolean;
  readonly isLeftBelow: boolean;
}

const MAIN: Band = { lowest: 0, highest: 0, isLeftAbove: true, isLeftBelow: true };

/** The first version of an op has the main diagonal, the second all at the left, the third says where. @param at - the input that says which diagonals */
function bandOf(call: OpCall, at: number): Band {
  if (!/V\d$/u.test(call.op)) return MAIN;
  const listed = knownInput(call, at, 'list of diagonals');
  const [lowest = 0, highest = lowest] = listed;
  if (lowest > highest) throw new RefusedRun('INVALID_ARGUMENT', `lower_diag_index must not be larger than upper_diag_index: ${lowest} > ${highest}`);
  const align = call.op.endsWith('V3') ? call.attributes.text('align', 'RIGHT_LEFT') : 'LEFT_LEFT';
  return { lowest, highest, isLeftAbove: align.startsWith('LEFT'), isLeftBelow: align.endsWith('LEFT') };
}

/** Rows and columns of matrices, as lists of one. */
interface Extent {
  readonly rows: Value;
  readonly columns: Value;
}

function longestOf(b: GraphBuilder, { rows, columns }: Extent, { lowest, highest }: Band): Value {
  return binary(b, 'Min', [binary(b, 'Add', [rows, b.list([Math.min(highest, 0)])]), binary(b, 'Sub', [columns, b.list([Math.max(lowest, 0)])])]);
}

/** Where shorter diagonals begin among the places of the longest. @param diagonal - numbers of diagonals */
function offsetsOf(b: GraphBuilder, diagonal: Value, { extent, band, longest }: { readonly extent: Extent; readonly band: Band; readonly longest: Value }): { readonly lengths: Value; readonly offsets: Value } {
  const zero = like(b, diagonal, 0);
  const below = binary(b, 'Add', [extent.rows, binary(b, 'Min', [diagonal, zero])]);
  const above = binary(b, 'Sub', [extent.columns, binary(b, 'Max', [diagonal, zero])]);
  const lengths = binary(b, 'Min', [below, above]);
  const right = binary(b, 'Sub', [longest, lengths]);
  const isLeft = [
    ...(band.isLeftAbove ? [compare(b, 'GreaterOrEqual', [diagonal, zero])] : []),
    ...(band.isLeftBelow ? [compare(b, 'LessOrEqual', [diagonal, zero])] : []),
  ];
  return { lengths, offsets: isLeft.length === 0 ? right : where(b, chain(b, 'Or', isLeft), [zero, right]) };
}

/** Refused for diagonals outside of the matrix. */
function checkedLongest(b: GraphBuilder, extent: Extent, band: Band): Value {
  const isInside = (diagonal: number): Value => {
    const isAbove = compare(b, 'Less', [b.list([diagonal]), extent.columns]);
    const isBelow = compare(b, 'Less', [b.list([-diagonal]), extent.rows]);
    return binary(b, 'And', [isAbove, isBelow]);
  };
  const distinct = band.lowest === band.highest ? [band.lowest] : [band.lowest, band.highest];
  // The main diagonal of an empty matrix is empty.
  const tests = distinct.filter((diagonal) => diagonal !== 0).map(isInside);
  const longest = longestOf(b, extent, band);
  return tests.length === 0 ? longest : refuseUnless(b, longest, { condition: chain(b, 'And', tests), message: 'a diagonal is out of bound' });
}

/** What stands on the diagonals of matrices: for one diagonal a list, for several one above the other. */
const part: Emitter = (call) => {
  const { b } = call;
  const x = inPlace(b, call.input(0));
  const rank = rankOf(x);
  if (rank < 2) throw new RefusedRun('INVALID_ARGUMENT', 'input must be at least 2-dim');
  const band = bandOf(call, 1);
  const extent = { rows: sizeList(b, x, rank - 2), columns: sizeList(b, x, rank - 1) };
  const longest = checkedLongest(b, extent, band);
  const length = longest.elements?.[0] ?? b.sizes.next();
  const diagonal = b.list(Array.from({ length: band.highest - band.lowest + 1 }, (_, at) => band.highest - at));
  const column = unsqueeze(b, diagonal, 1);
  const { lengths, offsets } = offsetsOf(b, column, { extent, band, longest });
  const along = binary(b, 'Sub', [placesUpTo(b, longest, length), offsets]);
  const isThere = binary(b, 'And', [compare(b, 'GreaterOrEqual', [along, like(b, along, 0)]), compare(b, 'Less', [along, lengths])]);
  const row = binary(b, 'Sub', [along, binary(b, 'Min', [column, like(b, column, 0)])]);
  const place = binary(b, 'Add', [binary(b, 'Mul', [row, extent.columns]), binary(b, 'Add', [along, binary(b, 'Max', [column, like(b, column, 0)])])]);
  const picked = pickedFrom(b, flattened(b, x), { place, isThere });
  const isList = band.lowest === band.highest;
  const filled = /V\d$/u.test(call.op) && !isList ? where(b, isThere, [picked, call.input(2)]) : picked;
  if (!isList) return filled;
  return b.one('Squeeze', [inPlace(b, filled), b.list([rank - 2])], { dtype: x.dtype, shape: [...shapeOf(x).slice(0, -2), length] });
};

/** With its last two axes as one. */
function flattened(b: GraphBuilder, x: Value): Value {
  const rank = rankOf(x);
  const lead = slice(b, shapeList(b, x), [{ axis: 0, start: 0, end: rank - 2 }]);
  const [rows, columns] = [sizeList(b, x, rank - 2), sizeList(b, x, rank - 1)];
  const area = binary(b, 'Mul', [rows, columns]);
  return b.one('Reshape', [x, joinLists(b, [lead, area])], { dtype: x.dtype, shape: [...shapeOf(x).slice(0, -2), area.elements?.[0] ?? b.sizes.next()] }, { allowzero: 1 });
}

/** Elements along the last axis; of what is not there the first. */
function pickedFrom(b: GraphBuilder, flat: Value, { place, isThere }: { readonly place: Value; readonly isThere: Value }): Value {
  const inside = inPlace(b, where(b, isThere, [place, like(b, place, 0)]));
  const rank = rankOf(flat);
  return b.one('Gather', [flat, inside], { dtype: flat.dtype, shape: [...shapeOf(flat).slice(0, -1), ...shapeOf(inside)] }, { axis: rank - 1 });
}

/** Of every element of a matrix where it stands among its diagonals, and whether it does. */
function onDiagonals(b: GraphBuilder, extent: Extent, { band, longest }: { readonly band: Band; readonly longest: Value }): { readonly place: Value; readonly isThere: Value } {
  const [height, width] = [extent.rows, extent.columns].map((each): Size => elementsOf(each)?.[0] ?? b.sizes.next());
  const row = unsqueeze(b, placesUpTo(b, extent.rows, height ?? 1), 1);
  const column = placesUpTo(b, extent.columns, width ?? 1);
  const diagonal = binary(b, 'Sub', [column, row]);
  const isThere = binary(b, 'And', [compare(b, 'GreaterOrEqual', [diagonal, like(b, diagonal, band.lowest)]), compare(b, 'LessOrEqual', [diagonal, like(b, diagonal, band.highest)])]);
  const { offsets } = offsetsOf(b, diagonal, { extent, band, longest });
  const along = binary(b, 'Add', [binary(b, 'Sub', [column, binary(b, 'Max', [diagonal, like(b, diagonal, 0)])]), offsets]);
  const above = binary(b, 'Sub', [like(b, diagonal, band.highest), diagonal]);
  return { place: binary(b, 'Add', [binary(b, 'Mul', [above, longest]), along]), isThere };
}

/** Matrices that have what a tensor has on their diagonals. */
const matrices: Emitter = (call) => {
  const { b, op } = call;
  const x = inPlace(b, call.input(0));
  const band = bandOf(call, 1);
  const isNew = /V\d$/u.test(op);
  const longest = sizeList(b, x, rankOf(x) - 1);
  const extent = extentOf(call, { longest, band, isNew });
  const isList = band.lowest === band.highest;
  const { place, isThere } = onDiagonals(b, extent, { band, longest });
  const picked = pickedFrom(b, withOne(b, isList ? x : flattened(b, x)), { place, isThere });
  return where(b, isThere, [picked, isNew ? call.input(4) : like(b, x, 0)]);
};

/** With something to pick along the last axis, also where a diagonal has no elements. */
function withOne(b: GraphBuilder, flat: Value): Value {
  const size = shapeOf(flat).at(-1);
  if (typeof size === 'number' && size > 0) return flat;
  const one = expand(b, like(b, flat, 0), joinLists(b, [slice(b, shapeList(b, flat), [{ axis: 0, start: 0, end: -1 }]), b.list([1])]));
  return concat(b, [flat, { ...one, shape: [...shapeOf(flat).slice(0, -1), 1] }], rankOf(flat) - 1);
}

/** Sizes that are not said follow from the diagonals. */
function extentOf(call: OpCall, { longest, band, isNew }: { readonly longest: Value; readonly band: Band; readonly isNew: boolean }): Extent {
  const { b } = call;
  const least = {
    rows: binary(b, 'Sub', [longest, b.list([Math.min(band.highest, 0)])]),
    columns: binary(b, 'Add', [longest, b.list([Math.max(band.lowest, 0)])]),
  };
  const square = binary(b, 'Max', [least.rows, least.columns]);
  if (!isNew) return { rows: square, columns: square };
  const [rows, columns] = [2, 3].map((at) => reshape(b, cast(b, call.input(at), 'INT64'), b.list([1])));
  if (rows === undefined || columns === undefined) return { rows: square, columns: square };
  const minus = b.list([-1]);
  const [isOpenRows, isOpenColumns] = [compare(b, 'Equal', [rows, minus]), compare(b, 'Equal', [columns, minus])];
  const extent = {
    rows: where(b, isOpenRows, [where(b, isOpenColumns, [square, least.rows]), rows]),
    columns: where(b, isOpenColumns, [where(b, isOpenRows, [square, least.columns]), columns]),
  };
  const isLarge = binary(b, 'And', [compare(b, 'GreaterOrEqual', [extent.rows, least.rows]), compare(b, 'GreaterOrEqual', [extent.columns, least.columns])]);
  const isTight = binary(b, 'Or', [compare(b, 'Equal', [extent.rows, least.rows]), compare(b, 'Equal', [extent.columns, least.columns])]);
  const message = 'The number of rows or columns is not consistent with the specified diagonals';
  return { rows: refuseUnless(b, extent.rows, { condition: binary(b, 'And', [isLarge, isTight]), message }), columns: extent.columns };
}

/** Matrices with other diagonals. */
const replaced: Emitter = (call) => {
  const { b } = call;
  const [x, given] = [inPlace(b, call.input(0)), inPlace(b, call.input(1))];
  const rank = rankOf(x);
  if (rank < 2) throw new RefusedRun('INVALID_ARGUMENT', 'input must be at least 2-dim');
  const band = bandOf(call, 2);
  const extent = { rows: sizeList(b, x, rank - 2), columns: sizeList(b, x, rank - 1) };
  const isFitting = compare(b, 'Equal', [sizeList(b, given, rankOf(given) - 1), checkedLongest(b, extent, band)]);
  const longest = refuseUnless(b, sizeList(b, given, rankOf(given) - 1), { condition: isFitting, message: 'the diagonals are not as long as those of the matrix' });
  const { place, isThere } = onDiagonals(b, extent, { band, longest });
  const isList = band.lowest === band.highest;
  const picked = pickedFrom(b, isList ? given : flattened(b, given), { place, isThere });
  return where(b, isThere, [picked, x]);
};

/** A tensor on the diagonal of one of twice as many axes. */
const tensorDiagonal: Emitter = (call) => {
  const { b } = call;
  const x = inPlace(b, call.input(0));
  const flat = reshape(b, x, b.list([-1]));
  const numbers = places(b, flat, 0);
  const made = where(b, compare(b, 'Equal', [unsqueeze(b, numbers, 1), numbers]), [flat, like(b, x, 0)]);
  return b.one('Reshape', [inPlace(b, made), joinLists(b, [shapeList(b, x), shapeList(b, x)])], { dtype: x.dtype, shape: [...shapeOf(x), ...shapeOf(x)] }, { allowzero: 1 });
};

/** What stands on the diagonal of a tensor whose second half of axes is as its first. */
const tensorDiagonalPart: Emitter = (call) => {
  const { b } = call;
  const x = inPlace(b, call.input(0));
  const rank = rankOf(x);
  if (rank % 2 === 1 || rank === 0) throw new RefusedRun('INVALID_ARGUMENT', `The rank of the tensor should be even and positive, got shape [${shapeOf(x)}]`);
  const [first, second] = [0, rank / 2].map((start) => slice(b, shapeList(b, x), [{ axis: 0, start, end: start + rank / 2 }]));
  if (first === undefined || second === undefined) throw new RefusedRun('INVALID_ARGUMENT', 'the tensor has no axes');
  const half = refuseUnless(b, first, { condition: compare(b, 'Equal', [first, second]), message: 'Invalid shape: the halves of the axes differ' });
  const count = reduce(b, 'ReduceProd', half, { axes: [0], keepsAxes: true });
  const size = count.elements?.[0] ?? b.sizes.next();
  const flat = b.one('Reshape', [x, unsqueeze(b, countOf(b, x), 0)], { dtype: x.dtype, shape: [b.sizes.next()] }, { allowzero: 1 });
  const at = binary(b, 'Mul', [placesUpTo(b, count, size), binary(b, 'Add', [count, b.list([1])])]);
  const picked = b.one('Gather', [flat, inPlace(b, at)], { dtype: x.dtype, shape: [size] }, { axis: 0 });
  return b.one('Reshape', [picked, half], { dtype: x.dtype, shape: shapeOf(x).slice(0, rank / 2) }, { allowzero: 1 });
};

/** What stands on diagonals. */
export const DIAGONALS: OpFamily = {
  title: 'Diagonals',
  ops: {
    Diag: tensorDiagonal,
    DiagPart: tensorDiagonalPart,
    MatrixDiag: matrices,
    MatrixDiagPart: part,
    MatrixDiagPartV2: part,
    MatrixDiagPartV3: part,
    MatrixDiagV2: matrices,
    MatrixDiagV3: matrices,
    MatrixSetDiag: replaced,
    MatrixSetDiagV2: replaced,
    MatrixSetDiagV3: replaced,
  },
};
