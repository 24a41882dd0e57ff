import { broadcast } from '../axes.ts';
import { type Fold, foldElements, foldLiterals } from '../elements.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { divide, isLiteral, isPositive, isSameSize, literal, literalOf, multiply, type Size } from '../size.ts';

/** The same shape as the first input; the others must be the same for all requests. */
export const eachElement: Rule = (call) => {
  for (let index = 1; index < call.inputCount; index++) call.requireFree(index);
  return [call.data(0)];
};

/** As {@link eachElement}, of operators whose other inputs do not matter. */
const firstInput: Rule = (call) => [call.value(0)];

/** Every input against every other, broadcast. */
export const broadcastAll: Rule = (call) => [broadcast(call.allData(), call.sizes)];

/** As {@link broadcastAll}, and computed where the inputs are sizes. */
function folding(fold: Fold): Rule {
  return (call) => {
    const values = Array.from({ length: call.inputCount }, (_, index) => call.value(index));
    const folded = values.some((value) => value.batch !== undefined) ? undefined : foldElements(values, fold, call.sizes);
    return folded === undefined ? broadcastAll(call) : [folded];
  };
}

/** As {@link eachElement}, and computed where the input is a size. */
function foldingOne(fold: (number: Size) => Size | undefined): Rule {
  return (call) => {
    const folded = foldElements([call.value(0)], ([number]) => (number === undefined ? undefined : fold(number)), call.sizes);
    return folded === undefined ? eachElement(call) : [folded];
  };
}

function onWhole(round: (value: number) => number): (number: Size) => Size | undefined {
  return (number) => {
    const value = literalOf(number);
    if (value !== undefined) return literal(round(value));
    // Atoms that are positive are sizes, which are whole numbers.
    return Number.isInteger(number.factor) && isPositive(number) ? number : undefined;
  };
}

const add: Fold = ([left, right], sizes) => (left === undefined || right === undefined ? undefined : safe(sizes.add(left, right)));
const subtract: Fold = ([left, right], sizes) =>
  left === undefined || right === undefined ? undefined : safe(sizes.add(left, multiply(right, literal(-1))));
const times: Fold = ([left, right]) => (left === undefined || right === undefined ? undefined : safe(multiply(left, right)));
const quotient: Fold = ([left, right]) => (left === undefined || right === undefined ? undefined : divide(left, right));
const equal: Fold = ([left, right], sizes) => {
  if (left === undefined || right === undefined) return undefined;
  if (isSameSize(left, right)) return literal(1);
  const difference = literalOf(sizes.add(left, multiply(right, literal(-1))));
  if (difference === 0) return literal(1);
  const isApart = difference !== undefined || (isPositive(left) && isNotPositive(right)) || (isPositive(right) && isNotPositive(left));
  return isApart ? literal(0) : undefined;
};
const choose: Fold = ([condition, yes, no]) => {
  if (condition === undefined || yes === undefined || no === undefined) return undefined;
  if (isSameSize(yes, no)) return yes;
  const isMet = literalOf(condition);
  return isMet === undefined ? undefined : isMet === 0 ? no : yes;
};

/** Beyond 2^53 a number is not exact here, and integers wrap around in the model. */
function safe(size: Size): Size | undefined {
  return Math.abs(size.factor) <= Number.MAX_SAFE_INTEGER ? size : undefined;
}

function isNotPositive(size: Size): boolean {
  const value = literalOf(size);
  return value !== undefined && value <= 0;
}

const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;
const BOOL = 9;
const DOUBLE = 11;

const cast: Rule = (call) => {
  const to = call.integer('to', 0);
  return foldingOne((number) => castNumber(number, to))(call);
};

function castNumber(number: Size, to: number): Size | undefined {
  const value = literalOf(number);
  if (to === BOOL) return value === undefined ? (isPositive(number) ? literal(1) : undefined) : literal(value === 0 ? 0 : 1);
  if (to === INT32 || to === INT64) return onWhole(Math.trunc)(number);
  if (to === FLOAT || to === DOUBLE) return value === undefined || Math.abs(value) < 2 ** 24 ? number : undefined;
  return value !== undefined && Number.isInteger(value) && value >= 0 && value < 128 ? number : undefined;
}

/** `CastLike` only takes the type of its second input. */
const castLike: Rule = (call) => [call.data(0)];

const clip: Rule = (call) => {
  call.requireFree(1, 2);
  return [call.data(0)];
};

/** The slope is broadcast to the input, and never the other way round. */
const leaky: Rule = (call) => {
  const value = call.data(0);
  const both = broadcast([value, call.data(1)], call.sizes);
  const { shape } = both;
  const isInput = value.shape?.length === shape?.length && value.shape?.every((size, axis) => isSameSize(size, shape?.[axis] ?? size)) !== false;
  if (!isInput) throw ends('its slope is larger than its input');
  return [both];
};

const named = (names: string, rule: Rule): Record<string, Rule> => Object.fromEntries(names.split(' ').map((name) => [name, rule]));

const not = foldingOne((number) => {
  const value = literalOf(number);
  return value === undefined ? undefined : literal(value === 0 ? 1 : 0);
});

const compare = (holds: (left: number, right: number) => boolean): Rule => folding(foldLiterals((left, right) => Number(holds(left, right))));

export const elementwise: RuleFamily = {
  title: 'One element at a time',
  domain: 'ai.onnx',
  holds: 'always',
  rules: {
    ...named(
      'Acos Acosh Asin Asinh Atan Atanh BitCast BitwiseNot Celu Cos Cosh Elu Erf Exp Gelu HardSigmoid HardSwish IsInf IsNaN LeakyRelu Log Mish Reciprocal ' +
        'Relu Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu',
      eachElement,
    ),
    Abs: foldingOne((number) => (isPositive(number) ? number : undefined)),
    Cast: cast,
    CastLike: castLike,
    Ceil: foldingOne(onWhole(Math.ceil)),
    Clip: clip,
    Floor: foldingOne(onWhole(Math.floor)),
    Identity: firstInput,
    Neg: foldingOne((number) => multiply(number, literal(-1))),
    Not: not,
    Round: foldingOne((number) => (Number.isInteger(literalOf(number) ?? Number.NaN) ? number : undefined)),
  },
  neverFails: ['Cast', 'Identity', 'Relu', 'Sigmoid', 'Tanh', 'Neg', 'Sqrt', 'Not'],
};

export const broadcasting: RuleFamily = {
  title: 'Several tensors, broadcast',
  domain: 'ai.onnx',
  holds: 'inputs with rows have the batch on the same axis, and the others are of size 1 there or end before it',
  rules: {
    ...named('BitShift BitwiseAnd BitwiseOr BitwiseXor Mean Pow Sum Xor', broadcastAll),
    PRelu: leaky,
    Add: folding(add),
    And: folding(foldLiterals((left, right) => Number(left !== 0 && right !== 0))),
    Div: folding(quotient),
    Equal: folding(equal),
    Greater: compare((left, right) => left > right),
    GreaterOrEqual: compare((left, right) => left >= right),
    Less: compare((left, right) => left < right),
    LessOrEqual: compare((left, right) => left <= right),
    Max: folding(extreme(Math.max)),
    Min: folding(extreme(Math.min)),
    Mod: folding(foldLiterals((left, right) => (left >= 0 && right > 0 ? left % right : Number.NaN))),
    Mul: folding(times),
    Or: folding(foldLiterals((left, right) => Number(left !== 0 || right !== 0))),
    Sub: folding(subtract),
    Where: folding(choose),
  },
};

function extreme(of: (...numbers: number[]) => number): Fold {
  return (numbers) => {
    const [first] = numbers;
    if (first !== undefined && numbers.every((number) => isSameSize(number, first))) return first;
    const known = numbers.map(literalOf);
    if (known.every((number) => number !== undefined)) return literal(of(...known));
    // A size is at least 1: `max(size, 1)`, which exporters write, is the size.
    const atLeastOne = numbers.filter((number) => !isLiteral(number, 1) && !isNotPositive(number));
    const [only] = atLeastOne;
    return of === Math.max && atLeastOne.length === 1 && only !== undefined && isPositive(only) ? only : undefined;
  };
}
