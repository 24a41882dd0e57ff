import { binary, cast, chain, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import * as series from './series.ts';
import { digamma, inDouble, logGamma } from './special.ts';

const add = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Add', [x, y]);
const subtract = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Sub', [x, y]);
const multiply = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Mul', [x, y]);
const divide = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Div', [x, y]);

/** Where the series for small numbers end, of Bessel functions but those of the third kind, and of Dawson's. */
const [EDGE, THIRD_EDGE, DAWSON_EDGE] = [8, 2, 5];

/** A Chebyshev series at numbers from -1 to 1. */
function chebyshev(b: GraphBuilder, t: Value, [first = 0, ...others]: readonly number[]): Value {
  const twice = add(b, t, t);
  let [last, before] = [like(b, t, 0), like(b, t, 0)];
  for (const each of others.toReversed()) [last, before] = [add(b, subtract(b, multiply(b, twice, last), before), like(b, t, each)), last];
  return add(b, subtract(b, multiply(b, t, last), before), like(b, t, first));
}

/** `factor * x - 1` */
const scaled = (b: GraphBuilder, x: Value, factor: number): Value => subtract(b, multiply(b, x, like(b, x, factor)), like(b, x, 1));
/** `factor / x - 1` */
const inverse = (b: GraphBuilder, x: Value, factor: number): Value => subtract(b, divide(b, like(b, x, factor), x), like(b, x, 1));
const squareOf = (b: GraphBuilder, x: Value): Value => multiply(b, x, x);

/** One way up to an edge, another beyond it. */
function upTo(b: GraphBuilder, x: Value, edge: number, [low, high]: readonly [Value, Value]): Value {
  return where(b, compare(b, 'LessOrEqual', [x, like(b, x, edge)]), [low, high]);
}

type Write = (b: GraphBuilder, x: Value) => Value;

/** Of numbers that are not below 0, over their exponential. */
const firstKind = (order: 0 | 1): Write => (b, x) => {
  const low = chebyshev(b, scaled(b, x, 2 / EDGE), order === 0 ? series.I0_LOW : series.I1_LOW);
  const high = divide(b, chebyshev(b, inverse(b, x, 2 * EDGE), order === 0 ? series.I0_HIGH : series.I1_HIGH), unary(b, 'Sqrt', x));
  return upTo(b, x, EDGE, [order === 0 ? low : multiply(b, low, x), high]);
};

/** Of all numbers: what is even, or odd, follows from those that are not below 0. */
const mirrored = (isOdd: boolean, write: Write): Write => (b, x) => {
  const made = write(b, unary(b, 'Abs', x));
  return isOdd ? where(b, compare(b, 'Less', [x, like(b, x, 0)]), [unary(b, 'Neg', made), made]) : made;
};

const grown = (write: Write): Write => (b, x) => multiply(b, write(b, x), unary(b, 'Exp', unary(b, 'Abs', x)));

/** Without end at 0, and nothing below it. */
function fromZero(b: GraphBuilder, x: Value, { made, atZero }: { readonly made: Value; readonly atZero: number }): Value {
  const zero = like(b, x, 0);
  const ended = where(b, compare(b, 'Equal', [x, zero]), [like(b, x, atZero), made]);
  return where(b, compare(b, 'Less', [x, zero]), [like(b, x, Number.NaN), ended]);
}

/** Modified, of the third kind; `isScaled`: times the exponential. */
const thirdKind = (order: 0 | 1, isScaled: boolean): Write => (b, x) => {
  const square = scaled(b, squareOf(b, x), 2 / THIRD_EDGE ** 2);
  const other = multiply(b, unary(b, 'Log', multiply(b, x, like(b, x, 0.5))), grown(firstKind(order))(b, x));
  const small = order === 0 ? subtract(b, chebyshev(b, square, series.K0_LOW), other) : add(b, divide(b, chebyshev(b, square, series.K1_LOW), x), other);
  const large = divide(b, chebyshev(b, inverse(b, x, 2 * THIRD_EDGE), order === 0 ? series.K0_HIGH : series.K1_HIGH), unary(b, 'Sqrt', x));
  const power = unary(b, 'Exp', x);
  const made = upTo(b, x, THIRD_EDGE, isScaled ? [multiply(b, small, power), large] : [small, divide(b, large, power)]);
  return fromZero(b, x, { made, atZero: Number.POSITIVE_INFINITY });
};

/** Far out: a cosine and a sine of an angle, with amplitudes that change slowly. */
function waves(b: GraphBuilder, x: Value, order: 0 | 1): { readonly first: Value; readonly second: Value } {
  const t = inverse(b, squareOf(b, x), 2 * EDGE ** 2);
  const even = chebyshev(b, t, order === 0 ? series.P0_HIGH : series.P1_HIGH);
  const odd = divide(b, chebyshev(b, t, order === 0 ? series.Q0_HIGH : series.Q1_HIGH), x);
  const angle = subtract(b, x, like(b, x, Math.PI / 4 + (order * Math.PI) / 2));
  const [cosine, sine] = [unary(b, 'Cos', angle), unary(b, 'Sin', angle)];
  const size = unary(b, 'Sqrt', divide(b, like(b, x, 2 / Math.PI), x));
  return {
    first: multiply(b, size, subtract(b, multiply(b, even, cosine), multiply(b, odd, sine))),
    second: multiply(b, size, add(b, multiply(b, even, sine), multiply(b, odd, cosine))),
  };
}

function nearFirst(b: GraphBuilder, x: Value, order: 0 | 1): Value {
  const t = scaled(b, squareOf(b, x), 2 / EDGE ** 2);
  return order === 0 ? chebyshev(b, t, series.J0_LOW) : multiply(b, chebyshev(b, t, series.J1_LOW), x);
}

const oscillating = (order: 0 | 1): Write => (b, x) => upTo(b, x, EDGE, [nearFirst(b, x, order), waves(b, x, order).first]);

const oscillatingSecond = (order: 0 | 1): Write => (b, x) => {
  const t = scaled(b, squareOf(b, x), 2 / EDGE ** 2);
  const rest = order === 0 ? chebyshev(b, t, series.Y0_LOW) : multiply(b, chebyshev(b, t, series.Y1_LOW), x);
  const logarithm = multiply(b, unary(b, 'Log', x), nearFirst(b, x, order));
  const singular = order === 0 ? logarithm : subtract(b, logarithm, unary(b, 'Reciprocal', x));
  const near = add(b, rest, multiply(b, singular, like(b, x, 2 / Math.PI)));
  return fromZero(b, x, { made: upTo(b, x, EDGE, [near, waves(b, x, order).second]), atZero: Number.NEGATIVE_INFINITY });
};

/** Dawson's integral. */
const dawson: Write = (b, x) => {
  const square = squareOf(b, x);
  const low = multiply(b, chebyshev(b, scaled(b, square, 2 / DAWSON_EDGE ** 2), series.DAWSON_LOW), x);
  const high = divide(b, chebyshev(b, inverse(b, square, 2 * DAWSON_EDGE ** 2), series.DAWSON_HIGH), x);
  return upTo(b, unary(b, 'Abs', x), DAWSON_EDGE, [low, high]);
};

/** The dilogarithm of 1 - x, of which the series holds between -1 and one half. */
const spence: Write = (b, x) => {
  const [one, sixth] = [like(b, x, 1), like(b, x, Math.PI ** 2 / 6)];
  const whole = subtract(b, one, x);
  const dilogarithm = (z: Value): Value => multiply(b, chebyshev(b, divide(b, add(b, multiply(b, z, like(b, x, 4)), one), like(b, x, 3)), series.DILOGARITHM), z);
  const low = subtract(b, subtract(b, sixth, multiply(b, unary(b, 'Log', whole), unary(b, 'Log', x))), dilogarithm(x));
  const far = unary(b, 'Log', unary(b, 'Neg', whole));
  const high = subtract(b, subtract(b, unary(b, 'Neg', sixth), multiply(b, multiply(b, far, far), like(b, x, 0.5))), dilogarithm(unary(b, 'Reciprocal', whole)));
  const made = upTo(b, x, 2, [where(b, compare(b, 'Less', [x, like(b, x, 0.5)]), [low, dilogarithm(whole)]), high]);
  return fromZero(b, x, { made, atZero: Math.PI ** 2 / 6 });
};

/** Bernoulli's numbers over the factorials of their indices. */
const BERNOULLI = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600];
const SUMMED = 12;

/** Hurwitz's zeta function: its first terms, then Euler and Maclaurin's series. */
function zeta(b: GraphBuilder, s: Value, q: Value): Value {
  const minus = unary(b, 'Neg', s);
  const powers = Array.from({ length: SUMMED }, (_, at) => binary(b, 'Pow', [add(b, q, like(b, q, at)), minus]));
  const end = add(b, q, like(b, q, SUMMED));
  const last = binary(b, 'Pow', [end, minus]);
  const one = like(b, s, 1);
  const integral = divide(b, multiply(b, last, end), subtract(b, s, one));
  let factor = multiply(b, divide(b, last, end), s);
  const tail = BERNOULLI.map((number, at) => {
    const term = multiply(b, factor, like(b, s, number));
    const [next, after] = [2 * at + 1, 2 * at + 2].map((step) => add(b, s, like(b, s, step)));
    if (next !== undefined && after !== undefined) factor = divide(b, multiply(b, factor, multiply(b, next, after)), squareOf(b, end));
    return term;
  });
  const sum = chain(b, 'Add', [...powers, integral, multiply(b, last, like(b, s, 0.5)), ...tail]);
  const isPole = binary(b, 'Or', [compare(b, 'Equal', [s, one]), atPole(b, q)]);
  const isNone = binary(b, 'Or', [compare(b, 'Less', [s, one]), binary(b, 'And', [compare(b, 'LessOrEqual', [q, like(b, q, 0)]), unary(b, 'Not', compare(b, 'Equal', [s, unary(b, 'Floor', s)]))])]);
  return where(b, binary(b, 'And', [isNone, unary(b, 'Not', isPole)]), [like(b, s, Number.NaN), where(b, isPole, [like(b, s, Number.POSITIVE_INFINITY), sum])]);
}

/** Whole numbers that are not above 0. */
function atPole(b: GraphBuilder, q: Value): Value {
  return binary(b, 'And', [compare(b, 'LessOrEqual', [q, like(b, q, 0)]), compare(b, 'Equal', [q, unary(b, 'Floor', q)])]);
}

/** Derivatives of the digamma function. */
function polygamma(b: GraphBuilder, n: Value, x: Value): Value {
  const one = like(b, n, 1);
  const next = add(b, n, one);
  const factorial = unary(b, 'Exp', logGamma(b, next));
  const half = multiply(b, n, like(b, n, 0.5));
  const isEven = compare(b, 'Equal', [half, unary(b, 'Floor', half)]);
  const size = multiply(b, factorial, zeta(b, next, x));
  const made = where(b, isEven, [unary(b, 'Neg', size), size]);
  const isOrder = binary(b, 'And', [compare(b, 'Equal', [n, unary(b, 'Floor', n)]), compare(b, 'GreaterOrEqual', [n, like(b, n, 0)])]);
  const derived = where(b, isOrder, [made, like(b, n, Number.NaN)]);
  return where(b, compare(b, 'Equal', [n, like(b, n, 0)]), [digamma(b, x), derived]);
}

const ofTwo = (write: (b: GraphBuilder, x: Value, y: Value) => Value): Emitter => ({ b, inputs: [x, y] }) => {
  if (x === undefined || y === undefined) throw new Error('it has two inputs');
  return cast(b, write(b, cast(b, x, 'FP64'), cast(b, y, 'FP64')), x.dtype);
};

/** Bessel's functions and others by series, in double precision. */
export const BESSEL: OpFamily = {
  title: 'Functions by series',
  ops: {
    BesselI0: inDouble(grown(mirrored(false, firstKind(0)))),
    BesselI0e: inDouble(mirrored(false, firstKind(0))),
    BesselI1: inDouble(grown(mirrored(true, firstKind(1)))),
    BesselI1e: inDouble(mirrored(true, firstKind(1))),
    BesselJ0: inDouble(mirrored(false, oscillating(0))),
    BesselJ1: inDouble(mirrored(true, oscillating(1))),
    BesselK0: inDouble(thirdKind(0, false)),
    BesselK0e: inDouble(thirdKind(0, true)),
    BesselK1: inDouble(thirdKind(1, false)),
    BesselK1e: inDouble(thirdKind(1, true)),
    BesselY0: inDouble(oscillatingSecond(0)),
    BesselY1: inDouble(oscillatingSecond(1)),
    Dawsn: inDouble(dawson),
    Polygamma: ofTwo(polygamma),
    Spence: inDouble(spence),
    Zeta: ofTwo(zeta),
  },
};
