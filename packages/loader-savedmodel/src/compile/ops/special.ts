import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { ofOne } from './math.ts';

type Number2 = readonly [Value, Value];

const add = (b: GraphBuilder, pair: Number2): Value => binary(b, 'Add', pair);
const multiply = (b: GraphBuilder, pair: Number2): Value => binary(b, 'Mul', pair);
const divide = (b: GraphBuilder, pair: Number2): Value => binary(b, 'Div', pair);
const subtract = (b: GraphBuilder, pair: Number2): Value => binary(b, 'Sub', pair);

/** Coefficients from the highest power down. */
function polynomial(b: GraphBuilder, x: Value, coefficients: readonly number[]): Value {
  return coefficients.slice(1).reduce((sum, each) => add(b, [multiply(b, [sum, x]), like(b, x, each)]), like(b, x, coefficients[0] ?? 0));
}

/** In double precision, so that nothing is lost where large numbers cancel. */
export const inDouble = (write: (b: GraphBuilder, x: Value) => Value): Emitter => ofOne((b, x) => cast(b, write(b, cast(b, x, 'FP64')), x.dtype));

/** Source: C. Lanczos, "A precision approximation of the gamma function", with g = 7. */
const LANCZOS = [676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];

/** Of numbers from 0.5 up. */
function positiveLogGamma(b: GraphBuilder, x: Value): Value {
  const before = subtract(b, [x, like(b, x, 1)]);
  const terms = LANCZOS.map((coefficient, at) => divide(b, [like(b, x, coefficient), add(b, [before, like(b, x, at + 1)])]));
  const series = terms.reduce((sum, term) => add(b, [sum, term]), like(b, x, 0.99999999999980993));
  const base = add(b, [before, like(b, x, 7.5)]);
  const power = subtract(b, [multiply(b, [add(b, [before, like(b, x, 0.5)]), unary(b, 'Log', base)]), base]);
  return add(b, [add(b, [power, unary(b, 'Log', series)]), like(b, x, 0.9189385332046727)]);
}

/** Below 0.5 by way of the sine; without end at 0 and whole numbers below it. */
export function logGamma(b: GraphBuilder, x: Value): Value {
  const half = like(b, x, 0.5);
  const isLow = compare(b, 'Less', [x, half]);
  const upper = positiveLogGamma(b, where(b, isLow, [subtract(b, [like(b, x, 1), x]), x]));
  const fraction = subtract(b, [x, unary(b, 'Floor', x)]);
  const sine = unary(b, 'Sin', multiply(b, [fraction, like(b, x, Math.PI)]));
  const reflected = subtract(b, [unary(b, 'Log', divide(b, [like(b, x, Math.PI), sine])), upper]);
  const isPole = binary(b, 'And', [isLow, compare(b, 'Equal', [fraction, like(b, x, 0)])]);
  const result = where(b, isLow, [reflected, upper]);
  const isEndless = binary(b, 'Or', [isPole, unary(b, 'IsInf', x, { dtype: 'BOOL' })]);
  return where(b, isEndless, [like(b, x, Number.POSITIVE_INFINITY), result]);
}

/** Bernoulli's numbers over their index, as the series takes them. */
const DIGAMMA = [-1 / 12, 1 / 120, -1 / 252, 1 / 240, -1 / 132, 691 / 32760, -1 / 12];

/** By steps to numbers above 8, then the series. */
export function digamma(b: GraphBuilder, x: Value): Value {
  const isLow = compare(b, 'LessOrEqual', [x, like(b, x, 0)]);
  const start = where(b, isLow, [subtract(b, [like(b, x, 1), x]), x]);
  let [sum, at] = [like(b, x, 0), start];
  for (let step = 0; step < 8; step++) {
    sum = add(b, [sum, unary(b, 'Reciprocal', at)]);
    at = add(b, [at, like(b, x, 1)]);
  }
  const inverse = unary(b, 'Reciprocal', multiply(b, [at, at]));
  const tail = multiply(b, [inverse, polynomial(b, inverse, DIGAMMA.toReversed())]);
  const main = subtract(b, [add(b, [unary(b, 'Log', at), tail]), divide(b, [like(b, x, 0.5), at])]);
  const upper = subtract(b, [main, sum]);
  const fraction = multiply(b, [subtract(b, [x, unary(b, 'Floor', x)]), like(b, x, Math.PI)]);
  const cotangent = divide(b, [unary(b, 'Cos', fraction), unary(b, 'Sin', fraction)]);
  return where(b, isLow, [subtract(b, [upper, multiply(b, [cotangent, like(b, x, Math.PI)])]), upper]);
}

/** Source: M. Wichura, algorithm AS 241, PPND7: parts of the normal distribution's inverse. */
const CENTRE = { over: [59.10937472, 159.29113202, 50.434271938, 3.3871327179], under: [67.1875636, 78.757757664, 17.895169469, 1] };
const SIDE = { over: [0.17023821103, 1.3067284816, 2.75681539, 1.4234372777], under: [0.12021132975, 0.7370016425, 1] };
const TAIL = { over: [0.017337203997, 0.42868294337, 3.081226386, 6.657905115], under: [0.012258202635, 0.24197894225, 1] };

/** Of a share, and of what is left of 1, where that is known better than by subtracting. */
function normalInverse(b: GraphBuilder, share: Value, rest: Value): Value {
  const ratio = (x: Value, { over, under }: { readonly over: readonly number[]; readonly under: readonly number[] }): Value => divide(b, [polynomial(b, x, over), polynomial(b, x, under)]);
  const middle = subtract(b, [share, like(b, share, 0.5)]);
  const square = subtract(b, [like(b, share, 0.180625), multiply(b, [middle, middle])]);
  const centre = multiply(b, [middle, ratio(square, CENTRE)]);
  const root = unary(b, 'Sqrt', unary(b, 'Neg', unary(b, 'Log', binary(b, 'Min', [share, rest]))));
  const side = ratio(subtract(b, [root, like(b, share, 1.6)]), SIDE);
  const tail = ratio(subtract(b, [root, like(b, share, 5)]), TAIL);
  const outer = where(b, compare(b, 'LessOrEqual', [root, like(b, share, 5)]), [side, tail]);
  const ends = where(b, unary(b, 'IsInf', root, { dtype: 'BOOL' }), [root, outer]);
  const signed = where(b, compare(b, 'Less', [middle, like(b, share, 0)]), [unary(b, 'Neg', ends), ends]);
  return where(b, compare(b, 'LessOrEqual', [unary(b, 'Abs', middle), like(b, share, 0.425)]), [centre, signed]);
}

function inverseErf(b: GraphBuilder, x: Value): Value {
  const [one, half] = [like(b, x, 1), like(b, x, 0.5)];
  const share = multiply(b, [add(b, [one, x]), half]);
  const rest = multiply(b, [subtract(b, [one, x]), half]);
  return multiply(b, [normalInverse(b, share, rest), like(b, x, Math.SQRT1_2)]);
}

/** Special functions, in double precision: ONNX has none of them. */
export const SPECIAL: OpFamily = {
  title: 'Special functions',
  ops: {
    Digamma: inDouble(digamma),
    Erfinv: inDouble(inverseErf),
    Lgamma: inDouble(logGamma),
    Ndtri: inDouble((b, x) => normalInverse(b, x, subtract(b, [like(b, x, 1), x]))),
  },
};
