import { binary, cast, compare, like, where } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { guardedBy, zerosWhere } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { placesUpTo } from '../build/places.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { gather } from '../build/slicing.ts';
import type { Size } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered } from '../uncovered.ts';

/** Diagonals by how many columns they begin to the right of the first: from the lowest to the highest. */
interface Band {
  readonly lowest: number;
  readonly highest: number;
  /** Whether diagonals that are shorter than the longest end with it, to the right of the main one and to the left. */
  readonly endsRight: { readonly above: boolean; readonly below: boolean };
}

/** The size of a matrix, as numbers that a run may be the first to know. */
interface Extent {
  readonly rows: Value;
  readonly columns: Value;
}

const plus = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Add', [x, y]);
const minus = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Sub', [x, y]);
const whole = (b: GraphBuilder, number: number): Value => b.scalar('INT64', number);
const scalar = (b: GraphBuilder, list: Value): Value => reshape(b, cast(b, list, 'INT64'), b.list([]));
const sizeOf = (b: GraphBuilder, x: Value, axis: number): Value => scalar(b, sizeList(b, x, axis));
const knownSize = (b: GraphBuilder, value: Value): Size => value.elements?.[0] ?? knownNumbers(value)?.[0] ?? b.sizes.next();

/** The band of a call: of the oldest form the main diagonal. */
function bandOf(call: OpCall, at: number): Band {
  if (!/V[23]$/u.test(call.op)) return { lowest: 0, highest: 0, endsRight: { above: false, below: false } };
  const known = knownNumbers(call.input(at));
  if (known === undefined) throw new Uncovered('its diagonals are only known at run time');
  const [lowest = 0, highest = lowest] = known;
  if (lowest > highest) throw new RefusedRun('INVALID_ARGUMENT', `diag_index[0] must not be larger than diag_index[1]: ${lowest} > ${highest}`);
  const align = call.op.endsWith('V2') ? 'LEFT_LEFT' : call.attributes.text('align', 'RIGHT_LEFT');
  return { lowest, highest, endsRight: { above: align.startsWith('RIGHT'), below: align.endsWith('RIGHT') } };
}

/** How long the longest diagonal is. */
function longest(b: GraphBuilder, { rows, columns }: Extent, { lowest, highest }: Band): Value {
  return binary(b, 'Min', [plus(b, rows, whole(b, Math.min(highest, 0))), minus(b, columns, whole(b, Math.max(lowest, 0)))]);
}

/** By how much each diagonal stands further right in its row of the list, so that it ends with the longest. */
function shiftOf(b: GraphBuilder, diagonals: Value, { extent, band, width }: { readonly extent: Extent; readonly band: Band; readonly width: Value }): Value {
  const zero = whole(b, 0);
  const right = binary(b, 'Max', [diagonals, zero]);
  const left = binary(b, 'Min', [diagonals, zero]);
  const length = binary(b, 'Min', [minus(b, extent.columns, right), plus(b, extent.rows, left)]);
  const { above, below } = band.endsRight;
  const isShifted = (is: boolean, comparison: string): Value => binary(b, 'And', [b.scalar('BOOL', is ? 1 : 0), compare(b, comparison, [diagonals, zero])]);
  const shifts = binary(b, 'Or', [isShifted(above, 'GreaterOrEqual'), isShifted(below, 'LessOrEqual')]);
  return where(b, shifts, [minus(b, width, length), zero]);
}

/** For each place of a matrix whether it lies on one of the diagonals, and where it stands in their list: one diagonal after the other. */
function placesInList(b: GraphBuilder, extent: Extent, { band, width }: { readonly band: Band; readonly width: Value }): { readonly isOn: Value; readonly places: Value } {
  const row = unsqueeze(b, placesUpTo(b, extent.rows, knownSize(b, extent.rows)), 1);
  const column = placesUpTo(b, extent.columns, knownSize(b, extent.columns));
  const diagonal = minus(b, column, row);
  const isOn = binary(b, 'And', [compare(b, 'LessOrEqual', [diagonal, whole(b, band.highest)]), compare(b, 'GreaterOrEqual', [diagonal, whole(b, band.lowest)])]);
  const along = plus(b, minus(b, column, binary(b, 'Max', [diagonal, whole(b, 0)])), shiftOf(b, diagonal, { extent, band, width }));
  const listed = plus(b, binary(b, 'Mul', [minus(b, whole(b, band.highest), diagonal), width]), along);
  return { isOn, places: where(b, isOn, [listed, whole(b, 0)]) };
}

/** The list of diagonals along one axis; before it are the axes of many matrices. */
function flatList(b: GraphBuilder, list: Value, { lowest, highest }: Band): { readonly flat: Value; readonly width: Value } {
  const rank = rankOf(list);
  const width = sizeOf(b, list, rank - 1);
  if (lowest === highest) return { flat: list, width };
  const count = shapeOf(list)[rank - 2];
  if (typeof count === 'number' && count !== highest - lowest + 1) throw new RefusedRun('INVALID_ARGUMENT', `The number of diagonals provided in the input does not match the lower_diag_index and upper_diag_index range: ${count}`);
  const lead = Array.from({ length: rank - 2 }, (_, axis) => sizeList(b, list, axis));
  const length = reshape(b, binary(b, 'Mul', [width, whole(b, highest - lowest + 1)]), b.list([1]));
  return { flat: reshape(b, list, joinLists(b, [...lead, length])), width };
}

/** Matrices of diagonals, with a number beside them. */
const matrixOf: Emitter = (call) => {
  const { b } = call;
  const band = bandOf(call, 1);
  const { flat, width } = flatList(b, inPlace(b, call.input(0)), band);
  const extent = extentOf(call, { band, width });
  const { isOn, places } = placesInList(b, extent, { band, width });
  const picked = gather(b, flat, { indices: places, axis: rankOf(flat) - 1 });
  return where(b, isOn, [picked, call.inputs[4] ?? like(b, flat, 0)]);
};

/** As large as said, else as the diagonals need: square where nothing is said. */
function extentOf(call: OpCall, { band, width }: { readonly band: Band; readonly width: Value }): Extent {
  const { b } = call;
  const least = { rows: minus(b, width, whole(b, Math.min(band.highest, 0))), columns: plus(b, width, whole(b, Math.max(band.lowest, 0))) };
  const [rows, columns] = [2, 3].map((at) => (call.inputs[at] === undefined ? -1 : knownNumbers(call.input(at))?.[0]));
  if (rows === undefined || columns === undefined) throw new Uncovered('the size of its matrix is only known at run time');
  if (rows === -1 && columns === -1) {
    const size = binary(b, 'Max', [least.rows, least.columns]);
    return { rows: size, columns: size };
  }
  checkSizes(b, { rows, columns }, least);
  return { rows: rows === -1 ? least.rows : whole(b, rows), columns: columns === -1 ? least.columns : whole(b, columns) };
}

function checkSizes(b: GraphBuilder, given: { readonly rows: number; readonly columns: number }, least: Extent): void {
  for (const name of ['rows', 'columns'] as const) {
    const [size, needed] = [given[name], knownNumbers(least[name])?.[0]];
    if (needed !== undefined && size !== -1 && size < needed) throw new RefusedRun('INVALID_ARGUMENT', `The number of ${name} is too small: ${size}, the diagonals need ${needed}`);
  }
  const [rows, columns] = [knownNumbers(least.rows)?.[0], knownNumbers(least.columns)?.[0]];
  const isOdd = given.rows !== -1 && given.columns !== -1 && rows !== undefined && columns !== undefined && given.rows !== rows && given.columns !== columns;
  if (isOdd) throw new RefusedRun('INVALID_ARGUMENT', 'The number of rows or columns is not consistent with the specified d_lower, d_upper, and diagonal');
}

/** The diagonals of matrices, one in each row where there are several. */
const partOf: Emitter = (call) => {
  const { b } = call;
  const band = bandOf(call, 1);
  const { lowest, highest } = band;
  const x = inPlace(b, call.input(0));
  const rank = rankOf(x);
  const extent = { rows: sizeOf(b, x, rank - 2), columns: sizeOf(b, x, rank - 1) };
  const width = longest(b, extent, band);
  const diagonals = unsqueeze(b, minus(b, whole(b, highest), placesUpTo(b, whole(b, highest - lowest + 1), highest - lowest + 1)), 1);
  const along = minus(b, placesUpTo(b, width, knownSize(b, width)), shiftOf(b, diagonals, { extent, band, width }));
  const [right, left] = [binary(b, 'Max', [diagonals, whole(b, 0)]), binary(b, 'Min', [diagonals, whole(b, 0)])];
  const [row, column] = [minus(b, along, left), plus(b, along, right)];
  const isInside = [compare(b, 'GreaterOrEqual', [along, whole(b, 0)]), compare(b, 'Less', [row, extent.rows]), compare(b, 'Less', [column, extent.columns])].reduce((all, each) => binary(b, 'And', [all, each]));
  const places = where(b, isInside, [plus(b, binary(b, 'Mul', [row, extent.columns]), column), whole(b, 0)]);
  const lead = Array.from({ length: rank - 2 }, (_, axis) => sizeList(b, x, axis));
  const flat = reshape(b, x, joinLists(b, [...lead, reshape(b, binary(b, 'Mul', [extent.rows, extent.columns]), b.list([1]))]));
  const picked = where(b, isInside, [gather(b, flat, { indices: places, axis: rank - 2 }), call.inputs[2] ?? like(b, x, 0)]);
  const held = fits(call, extent, band);
  const made = held.length === 0 ? picked : guardedBy(b, picked, held);
  if (lowest !== highest) return made;
  return reshape(b, made, joinLists(b, [...lead, reshape(b, width, b.list([1]))]));
};

/** Zeros while every diagonal begins inside of its matrix; none where that is known. */
function fits({ b, node }: OpCall, { rows, columns }: Extent, { lowest, highest }: Band): readonly Value[] {
  const [above, right] = [knownNumbers(rows)?.[0], knownNumbers(columns)?.[0]];
  const message = 'diagonal indices must be between the number of rows, below 0, and that of columns';
  const isKnown = above !== undefined && right !== undefined;
  const isFit = (each: number): boolean => each === 0 || (above !== undefined && right !== undefined && -above < each && each < right);
  if (isKnown && !(isFit(lowest) && isFit(highest))) throw new RefusedRun('INVALID_ARGUMENT', `${message} (node '${node}')`);
  if (isKnown || (lowest === 0 && highest === 0)) return [];
  const inside = [lowest, highest].filter((each) => each !== 0).map((each) => (each < 0 ? compare(b, 'Greater', [rows, whole(b, -each)]) : compare(b, 'Greater', [columns, whole(b, each)])));
  return inside.map((condition) => zerosWhere(b, condition, `${message} (node '${node}')`));
}

/** Matrices with other diagonals. */
const withDiagonals: Emitter = (call) => {
  const { b } = call;
  const band = bandOf(call, 2);
  const x = inPlace(b, call.input(0));
  const rank = rankOf(x);
  const extent = { rows: sizeOf(b, x, rank - 2), columns: sizeOf(b, x, rank - 1) };
  const { flat, width } = flatList(b, inPlace(b, call.input(1)), band);
  const { isOn, places } = placesInList(b, extent, { band, width });
  const made = where(b, isOn, [gather(b, flat, { indices: places, axis: rankOf(flat) - 1 }), x]);
  const held = fits(call, extent, band);
  return held.length === 0 ? made : guardedBy(b, made, held);
};

/** A tensor on the diagonal of one that has its axes twice. */
const tensorOf: Emitter = (call) => {
  const { b } = call;
  const x = inPlace(b, call.input(0));
  const flat = reshape(b, x, b.list([-1]));
  const places = placesUpTo(b, sizeList(b, flat, 0), shapeOf(flat)[0] ?? 1);
  const made = where(b, compare(b, 'Equal', [unsqueeze(b, places, 1), places]), [flat, like(b, flat, 0)]);
  const sizes = shapeOf(x).map((_, axis) => sizeList(b, x, axis));
  return reshape(b, made, joinLists(b, [...sizes, ...sizes]));
};

/** The other way around. */
const partOfTensor: Emitter = (call) => {
  const { b } = call;
  const x = inPlace(b, call.input(0));
  const half = rankOf(x) / 2;
  const sizes = Array.from({ length: half }, (_, axis) => sizeList(b, x, axis));
  const count = sizes.reduce((product, size) => binary(b, 'Mul', [product, size]));
  const step = plus(b, count, b.list([1]));
  const places = binary(b, 'Mul', [placesUpTo(b, count, knownSize(b, count)), step]);
  return reshape(b, gather(b, reshape(b, x, b.list([-1])), { indices: places }), joinLists(b, sizes));
};

/** Diagonals of matrices. */
export const DIAGONALS: OpFamily = {
  title: 'Diagonals',
  ops: {
    Diag: tensorOf,
    DiagPart: partOfTensor,
    MatrixDiag: matrixOf,
    MatrixDiagPart: partOf,
    MatrixDiagPartV2: partOf,
    MatrixDiagPartV3: partOf,
    MatrixDiagV2: matrixOf,
    MatrixDiagV3: matrixOf,
    MatrixSetDiag: withDiagonals,
    MatrixSetDiagV2: withDiagonals,
    MatrixSetDiagV3: withDiagonals,
  },
};
