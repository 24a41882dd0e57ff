import { isFloat, isInteger, isUnsigned } from '../ir/constant-data.ts';
import { binary, cast, chain, compare, like, unary, where } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { log1p } from './math.ts';

type Pair = readonly [Value, Value];
type OfTwo = (b: GraphBuilder, pair: Pair) => Value;

/** An op of two inputs of one type, in terms of a function of values. */
export function ofTwo(write: OfTwo): Emitter {
  return (call) => write(call.b, sameTypes(call));
}

/** Both inputs, of the type that the node says. */
export function sameTypes(call: OpCall): Pair {
  const [x, y] = call.pair();
  const dtype = call.attributes.dtype('T', x.dtype);
  for (const [at, value] of [x, y].entries()) {
    if (value.dtype !== dtype) throw new RefusedRun('INVALID_ARGUMENT', `input ${at} of node '${call.node}' (${call.op}) expected type ${dtype} != ${value.dtype}. Export the model again`);
  }
  return [x, y];
}

const both = (operator: string): Emitter => ofTwo((b, pair) => binary(b, operator, pair));

/** Of strings one after the other. */
const add: OfTwo = (b, [x, y]) => {
  if (x.dtype !== 'BYTES') return binary(b, 'Add', [x, y]);
  return b.one('StringConcat', [inPlace(b, x), inPlace(b, y)], { dtype: 'BYTES', shape: x.shape });
};

/**
 * The divisor of whole numbers, and whether it is -1. Division by 0, and of the smallest number by -1, ends the process: 0 is refused, as TensorFlow
 * does, and for -1 the caller has another way.
 */
function safeDivisor(b: GraphBuilder, divisor: Value): { readonly divisor: Value; readonly isMinusOne: Value | undefined } {
  const known = knownNumbers(divisor);
  if (known?.includes(0) === false && !known.includes(-1)) return { divisor, isMinusOne: undefined };
  const condition = unary(b, 'Not', compare(b, 'Equal', [divisor, like(b, divisor, 0)]));
  const nonzero = refuseUnless(b, divisor, { condition, message: 'Integer division by zero' });
  if (isUnsigned(divisor.dtype)) return { divisor: nonzero, isMinusOne: undefined };
  const isMinusOne = compare(b, 'Equal', [nonzero, like(b, divisor, -1)]);
  return { divisor: where(b, isMinusOne, [like(b, divisor, 1), nonzero]), isMinusOne };
}

/** Whole numbers: cut off towards 0. */
const truncateDivide: OfTwo = (b, [x, y]) => {
  const { divisor, isMinusOne } = safeDivisor(b, y);
  const quotient = binary(b, 'Div', [x, divisor]);
  return isMinusOne === undefined ? quotient : where(b, isMinusOne, [binary(b, 'Sub', [like(b, x, 0), quotient]), quotient]);
};

/** Whole numbers: the rest has the sign of the divisor. By 1, as -1 is taken, it is 0. */
const floorRest: OfTwo = (b, [x, y]) => binary(b, 'Mod', [x, safeDivisor(b, y).divisor]);

/** Whole numbers: the rest has the sign of what is divided. ONNX Runtime's `Mod` of this kind goes by way of doubles, which do not hold all of 64 bits. */
const truncateRest: OfTwo = (b, [x, y]) => restOf(b, x, safeDivisor(b, y).divisor);

function restOf(b: GraphBuilder, x: Value, divisor: Value): Value {
  if (x.dtype !== 'INT64' && x.dtype !== 'UINT64') return binary(b, 'Mod', [x, divisor], { attributes: { fmod: 1 } });
  return binary(b, 'Sub', [x, binary(b, 'Mul', [binary(b, 'Div', [x, divisor]), divisor])]);
}

const floorDivide: OfTwo = (b, [x, y]) => {
  if (isFloat(x.dtype)) return unary(b, 'Floor', binary(b, 'Div', [x, y]));
  const { divisor, isMinusOne } = safeDivisor(b, y);
  const rest = restOf(b, x, divisor);
  const cut = binary(b, 'Div', [x, divisor]);
  const zero = like(b, x, 0);
  const differs = binary(b, 'Xor', [compare(b, 'Less', [rest, zero]), compare(b, 'Less', [divisor, zero])]);
  const isLess = binary(b, 'And', [unary(b, 'Not', compare(b, 'Equal', [rest, zero])), differs]);
  const quotient = isUnsigned(x.dtype) ? cut : binary(b, 'Sub', [cut, cast(b, isLess, x.dtype)]);
  return isMinusOne === undefined ? quotient : where(b, isMinusOne, [binary(b, 'Sub', [like(b, x, 0), quotient]), quotient]);
};

const floorMod: OfTwo = (b, [x, y]) => {
  if (!isFloat(x.dtype)) return floorRest(b, [x, y]);
  const rest = binary(b, 'Mod', [x, y], { attributes: { fmod: 1 } });
  const zero = like(b, x, 0);
  const differs = binary(b, 'Xor', [compare(b, 'Less', [rest, zero]), compare(b, 'Less', [y, zero])]);
  const isRest = unary(b, 'Not', compare(b, 'Equal', [rest, zero]));
  return where(b, binary(b, 'And', [differs, isRest]), [binary(b, 'Add', [rest, y]), rest]);
};

const truncateMod: OfTwo = (b, [x, y]) => (isFloat(x.dtype) ? binary(b, 'Mod', [x, y], { attributes: { fmod: 1 } }) : truncateRest(b, [x, y]));

const divide: OfTwo = (b, [x, y]) => (isFloat(x.dtype) ? binary(b, 'Div', [x, y]) : truncateDivide(b, [x, y]));

/** A product or quotient that is 0 wherever `zero` holds, whatever the other factor is. */
const zeroWhere = (b: GraphBuilder, isZero: Value, result: Value): Value => where(b, isZero, [like(b, result, 0), result]);
const isZero = (b: GraphBuilder, x: Value): Value => compare(b, 'Equal', [x, like(b, x, 0)]);

const power: OfTwo = (b, [x, y]) => {
  const known = knownNumbers(y);
  if (isFloat(x.dtype) && known?.length === 1 && known[0] === 2) return binary(b, 'Mul', [x, x]);
  if (isFloat(x.dtype)) return binary(b, 'Pow', [x, y]);
  const condition = compare(b, 'GreaterOrEqual', [y, like(b, y, 0)]);
  return wholePower(b, x, isUnsigned(y.dtype) ? y : refuseUnless(b, y, { condition, message: 'Integers to negative integer powers are not allowed' }));
};

/** By squaring, so that what does not fit wraps around as in TensorFlow. */
function wholePower(b: GraphBuilder, x: Value, exponent: Value): Value {
  const largest = Math.max(...(knownNumbers(exponent) ?? [Number.POSITIVE_INFINITY]));
  const steps = Number.isFinite(largest) ? Math.floor(Math.log2(Math.max(1, largest))) + 1 : 6;
  let [result, square, rest] = [binary(b, 'Add', [binary(b, 'Mul', [x, like(b, x, 0)]), like(b, x, 1)]), x, exponent];
  for (let step = 0; step < steps; step++) {
    const isOdd = compare(b, 'Equal', [binary(b, 'Mod', [rest, like(b, rest, 2)]), like(b, rest, 1)]);
    result = where(b, isOdd, [binary(b, 'Mul', [result, square]), result]);
    square = binary(b, 'Mul', [square, square]);
    rest = binary(b, 'Div', [rest, like(b, rest, 2)]);
  }
  return result;
}

const squaredDifference: OfTwo = (b, pair) => {
  const difference = binary(b, 'Sub', pair);
  return binary(b, 'Mul', [difference, difference]);
};

/** The angle of a point, from the arc tangent of the quotient, in the quadrant of its signs. */
const atan2: OfTwo = (b, [y, x]) => {
  const zero = like(b, x, 0);
  const angle = unary(b, 'Atan', binary(b, 'Div', [y, x]));
  const isLeft = compare(b, 'Less', [x, zero]);
  const turn = where(b, isNegative(b, y), [like(b, x, -Math.PI), like(b, x, Math.PI)]);
  const turned = where(b, isLeft, [binary(b, 'Add', [angle, turn]), angle]);
  const quarter = where(b, isNegative(b, y), [like(b, x, -Math.PI / 2), like(b, x, Math.PI / 2)]);
  const upright = where(b, compare(b, 'Equal', [y, y]), [quarter, y]);
  const onAxis = where(b, isZero(b, y), [where(b, isNegative(b, x), [turn, y]), upright]);
  const bothInfinite = binary(b, 'And', [unary(b, 'IsInf', x, { dtype: 'BOOL' }), unary(b, 'IsInf', y, { dtype: 'BOOL' })]);
  const diagonal = binary(b, 'Mul', [unary(b, 'Sign', y), where(b, isLeft, [like(b, x, (3 * Math.PI) / 4), like(b, x, Math.PI / 4)])]);
  return where(b, bothInfinite, [diagonal, where(b, isZero(b, x), [onAxis, turned])]);
};

/** -0 too: its reciprocal is below 0. */
function isNegative(b: GraphBuilder, x: Value): Value {
  const zero = like(b, x, 0);
  const isBelow = compare(b, 'Less', [x, zero]);
  return binary(b, 'Or', [isBelow, binary(b, 'And', [isZero(b, x), compare(b, 'Less', [unary(b, 'Reciprocal', x), zero])])]);
}

/** Arithmetic of two numbers. */
export const ARITHMETIC: OpFamily = {
  title: 'Arithmetic',
  ops: {
    Add: ofTwo(add),
    AddN: (call) => chain(call.b, 'Add', call.inputs),
    AccumulateNV2: (call) => chain(call.b, 'Add', call.inputs),
    AddV2: ofTwo(add),
    Atan2: ofTwo(atan2),
    Div: ofTwo(divide),
    DivNoNan: ofTwo((b, [x, y]) => zeroWhere(b, isZero(b, y), binary(b, 'Div', [x, y]))),
    FloorDiv: ofTwo(floorDivide),
    FloorMod: ofTwo(floorMod),
    Maximum: both('Max'),
    Minimum: both('Min'),
    Mod: ofTwo(truncateMod),
    Mul: both('Mul'),
    MulNoNan: ofTwo((b, [x, y]) => zeroWhere(b, isZero(b, y), binary(b, 'Mul', [x, y]))),
    Pow: ofTwo(power),
    RealDiv: both('Div'),
    SquaredDifference: ofTwo(squaredDifference),
    Sub: both('Sub'),
    TruncateDiv: ofTwo((b, pair) => (isInteger(pair[0].dtype) ? truncateDivide(b, pair) : divide(b, pair))),
    TruncateMod: ofTwo(truncateMod),
    Xdivy: ofTwo((b, [x, y]) => zeroWhere(b, isZero(b, x), binary(b, 'Div', [x, y]))),
    Xlog1py: ofTwo((b, [x, y]) => zeroWhere(b, isZero(b, x), binary(b, 'Mul', [x, log1p(b, y)]))),
    Xlogy: ofTwo((b, [x, y]) => zeroWhere(b, isZero(b, x), binary(b, 'Mul', [x, unary(b, 'Log', y)]))),
  },
};
