import { binary, cast, chain, compare, like, unary, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { reduce } from '../build/reducing.ts';
import { unsqueeze } from '../build/reshape.ts';
import { shapeList } from '../build/shape-lists.ts';
import { storedNumbers } from '../ir/constant-data.ts';
import { rankOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { PLACES, WEIGHTS } from './series.ts';
import { logGamma } from './special.ts';

const add = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Add', [x, y]);
const subtract = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Sub', [x, y]);
const multiply = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Mul', [x, y]);
const divide = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Div', [x, y]);
const least = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Min', [x, y]);
const most = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Max', [x, y]);

/** Parameters are raised by so much: integrals of what is left are smooth. */
const RAISED = 24;

const row = (b: GraphBuilder, numbers: readonly number[]): Value => b.stored(storedNumbers('FP64', [numbers.length], numbers));
const STEPS: readonly number[] = Array.from({ length: RAISED }, (_, at) => at);
const column = (b: GraphBuilder, x: Value): Value => unsqueeze(b, x, rankOf(x));
const sumOf = (b: GraphBuilder, x: Value): Value => reduce(b, 'ReduceSum', x, { axes: [rankOf(x) - 1], keepsAxes: false });

/** What a function that is given as its logarithm comes to between two places. */
function integral(b: GraphBuilder, [from, to]: readonly [Value, Value], logarithmOf: (place: Value) => Value): Value {
  const width = subtract(b, to, from);
  const places = add(b, column(b, from), multiply(b, column(b, width), row(b, PLACES)));
  return multiply(b, sumOf(b, multiply(b, unary(b, 'Exp', logarithmOf(places)), row(b, WEIGHTS))), width);
}

/** The share of the gamma function below a place: terms of its series, then what is left with a larger parameter. */
function lowerGamma(b: GraphBuilder, a: Value, x: Value): Value {
  const powers = add(b, column(b, a), row(b, STEPS));
  const log = unary(b, 'Log', x);
  const terms = unary(b, 'Exp', subtract(b, subtract(b, multiply(b, powers, column(b, log)), column(b, x)), logGamma(b, add(b, powers, like(b, powers, 1)))));
  const peak = add(b, a, like(b, a, RAISED - 1));
  const width = unary(b, 'Sqrt', peak);
  const times = (factor: number): Value => multiply(b, width, like(b, width, factor));
  const above = most(b, add(b, peak, times(11.5)), add(b, x, times(6)));
  const below = most(b, like(b, x, 0), least(b, subtract(b, peak, times(7.5)), subtract(b, x, times(5))));
  const isAbove = compare(b, 'Greater', [x, peak]);
  const logPeak = unary(b, 'Log', peak);
  const height = subtract(b, multiply(b, peak, subtract(b, logPeak, like(b, peak, 1))), logGamma(b, add(b, peak, like(b, peak, 1))));
  const logarithmOf = (place: Value): Value =>
    add(b, add(b, subtract(b, column(b, peak), place), multiply(b, column(b, peak), subtract(b, unary(b, 'Log', place), column(b, logPeak)))), column(b, height));
  return add(b, sumOf(b, terms), below1(b, integral(b, [x, where(b, isAbove, [above, below])], logarithmOf), isAbove));
}

/** A share from what lies above a place, or below it with a sign. */
function below1(b: GraphBuilder, found: Value, isAbove: Value): Value {
  return where(b, isAbove, [subtract(b, like(b, found, 1), found), unary(b, 'Neg', found)]);
}

/** The share at 0 and without end, and none where a parameter has no function. */
function ended(b: GraphBuilder, made: Value, { isNone, isZero, isWhole }: { readonly isNone: Value; readonly isZero: Value; readonly isWhole: Value }): Value {
  const whole = where(b, isWhole, [like(b, made, 1), made]);
  return where(b, isNone, [like(b, made, Number.NaN), where(b, isZero, [like(b, made, 0), whole])]);
}

function gammaShare(b: GraphBuilder, a: Value, x: Value): Value {
  const zero = like(b, x, 0);
  const isNone = binary(b, 'Or', [compare(b, 'LessOrEqual', [a, zero]), compare(b, 'Less', [x, zero])]);
  return ended(b, lowerGamma(b, a, x), { isNone, isZero: compare(b, 'Equal', [x, zero]), isWhole: unary(b, 'IsInf', x, { dtype: 'BOOL' }) });
}

/** The share of the beta function below a place: both parameters are raised, one after the other. */
function betaShare(b: GraphBuilder, [p, q, x]: readonly [Value, Value, Value]): Value {
  const [log, rest] = [unary(b, 'Log', x), unary(b, 'Log', subtract(b, like(b, x, 1), x))];
  const larger = add(b, p, like(b, p, RAISED));
  const first = sumOf(b, stepsOf(b, { raised: column(b, p), other: column(b, q), logs: [column(b, log), column(b, rest)] }));
  const second = sumOf(b, stepsOf(b, { raised: column(b, q), other: column(b, larger), logs: [column(b, rest), column(b, log)] }));
  const left = betaIntegral(b, [larger, add(b, q, like(b, q, RAISED)), x]);
  const made = subtract(b, add(b, first, left), second);
  const [zero, one] = [like(b, x, 0), like(b, x, 1)];
  const isOutside = binary(b, 'Or', [compare(b, 'Less', [x, zero]), compare(b, 'Greater', [x, one])]);
  const isNone = binary(b, 'Or', [isOutside, binary(b, 'Or', [compare(b, 'LessOrEqual', [p, zero]), compare(b, 'LessOrEqual', [q, zero])])]);
  return ended(b, made, { isNone, isZero: compare(b, 'Equal', [x, zero]), isWhole: compare(b, 'Equal', [x, one]) });
}

interface BetaSteps {
  readonly raised: Value;
  readonly other: Value;
  readonly logs: readonly [Value, Value];
}

/** What each step of a parameter adds to the share, or takes from it. */
function stepsOf(b: GraphBuilder, { raised, other, logs: [own, others] }: BetaSteps): Value {
  const parameter = add(b, raised, row(b, STEPS));
  const powers = add(b, multiply(b, parameter, own), multiply(b, other, others));
  const size = subtract(b, logGamma(b, add(b, parameter, other)), add(b, logGamma(b, add(b, parameter, like(b, parameter, 1))), logGamma(b, other)));
  return unary(b, 'Exp', add(b, powers, size));
}

function betaIntegral(b: GraphBuilder, [p, q, x]: readonly [Value, Value, Value]): Value {
  const sum = add(b, p, q);
  const mean = divide(b, p, sum);
  const one = like(b, x, 1);
  const spread = unary(b, 'Sqrt', divide(b, multiply(b, p, q), multiply(b, multiply(b, sum, sum), add(b, sum, one))));
  const times = (factor: number): Value => multiply(b, spread, like(b, spread, factor));
  const above = least(b, one, most(b, add(b, mean, times(10)), add(b, x, times(5))));
  const below = most(b, like(b, x, 0), least(b, subtract(b, mean, times(10)), subtract(b, x, times(5))));
  const isAbove = compare(b, 'Greater', [x, mean]);
  const [left, right] = [subtract(b, p, one), subtract(b, q, one)];
  const height = subtract(b, logGamma(b, sum), add(b, logGamma(b, p), logGamma(b, q)));
  const logarithmOf = (place: Value): Value => {
    const both = add(b, multiply(b, column(b, left), unary(b, 'Log', place)), multiply(b, column(b, right), unary(b, 'Log', subtract(b, like(b, place, 1), place))));
    return add(b, both, column(b, height));
  };
  return below1(b, integral(b, [x, where(b, isAbove, [above, below])], logarithmOf), isAbove);
}

/** Inputs in double precision, all of one shape. */
function inDouble(b: GraphBuilder, inputs: readonly Value[]): readonly Value[] {
  const wide = inputs.map((each) => cast(b, each, 'FP64'));
  const shape = shapeList(b, chain(b, 'Add', wide));
  return wide.map((each) => expand(b, each, shape));
}

const gamma = (write: (b: GraphBuilder, share: Value) => Value): Emitter => (call) => {
  const { b } = call;
  const [a, x] = inDouble(b, call.pair());
  if (a === undefined || x === undefined) throw new Error('it has two inputs');
  return cast(b, write(b, gammaShare(b, a, x)), call.input(0).dtype);
};

const beta: Emitter = (call) => {
  const { b } = call;
  const [p, q, x] = inDouble(b, call.inputs);
  if (p === undefined || q === undefined || x === undefined) throw new Error('it has three inputs');
  return cast(b, betaShare(b, [p, q, x]), call.input(0).dtype);
};

/** Shares of the gamma and the beta function, by integrals in double precision. */
export const INCOMPLETE: OpFamily = {
  title: 'Incomplete gamma and beta functions',
  ops: {
    Betainc: beta,
    Igamma: gamma((_, share) => share),
    Igammac: gamma((b, share) => subtract(b, like(b, share, 1), share)),
  },
};
