import { isFloat, isUnsigned } from '../ir/constant-data.ts';
import { binary, compare, like, unary, where } from '../build/elementwise.ts';
import { refuseUnless } from '../build/guards.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';

type OfOne = (b: GraphBuilder, x: Value) => Value;

/** An op of one input, in terms of a function of values. */
export function ofOne(write: OfOne): Emitter {
  return (call) => write(call.b, call.input(0));
}

const each = (operator: string): Emitter => ofOne((b, x) => unary(b, operator, x));

/** `exp(x) - 1` without losing what is near 0: what `exp` rounds away is divided out again. Kahan's. */
export const expm1: OfOne = (b, x) => {
  const [power, one] = [unary(b, 'Exp', x), like(b, x, 1)];
  const less = binary(b, 'Sub', [power, one]);
  const exact = binary(b, 'Div', [binary(b, 'Mul', [less, x]), unary(b, 'Log', power)]);
  // Where log(exp(x)) is 0, or exp(x) is 0 or without end, there is nothing to divide out.
  const isNear = compare(b, 'Equal', [power, one]);
  const isFar = compare(b, 'Greater', [unary(b, 'Abs', x), like(b, x, 1)]);
  return where(b, isNear, [x, where(b, isFar, [less, exact])]);
};

/** `log(1 + x)` without losing what is near 0. */
export const log1p: OfOne = (b, x) => {
  const one = like(b, x, 1);
  const sum = binary(b, 'Add', [x, one]);
  const more = binary(b, 'Sub', [sum, one]);
  const log = unary(b, 'Log', sum);
  const exact = binary(b, 'Mul', [log, binary(b, 'Div', [x, more])]);
  const isFar = compare(b, 'Greater', [x, one]);
  return where(b, compare(b, 'Equal', [sum, one]), [x, where(b, isFar, [log, exact])]);
};

/** `log(1 + exp(x))`, of any size. */
export const softplus: OfOne = (b, x) => {
  const small = unary(b, 'Exp', unary(b, 'Neg', unary(b, 'Abs', x)));
  return binary(b, 'Add', [binary(b, 'Max', [x, like(b, x, 0)]), log1p(b, small)]);
};

const sinh: OfOne = (b, x) => {
  const power = expm1(b, unary(b, 'Abs', x));
  const sum = binary(b, 'Add', [power, binary(b, 'Div', [power, binary(b, 'Add', [power, like(b, x, 1)])])]);
  return binary(b, 'Mul', [binary(b, 'Mul', [sum, like(b, x, 0.5)]), unary(b, 'Sign', x)]);
};

const cosh: OfOne = (b, x) => {
  const power = unary(b, 'Exp', x);
  return binary(b, 'Mul', [binary(b, 'Add', [power, unary(b, 'Reciprocal', power)]), like(b, x, 0.5)]);
};

/** Of doubles, for which ONNX Runtime has no kernel; others have their own operator. */
const inDouble = (operator: string, write: OfOne): Emitter => ofOne((b, x) => (x.dtype === 'FP64' ? write(b, x) : unary(b, operator, x)));

const negate: OfOne = (b, x) => (isUnsigned(x.dtype) ? binary(b, 'Sub', [like(b, x, 0), x]) : unary(b, 'Neg', x));
const square: OfOne = (b, x) => binary(b, 'Mul', [x, x]);
const rsqrt: OfOne = (b, x) => unary(b, 'Reciprocal', unary(b, 'Sqrt', x));
/** Integers are whole already. */
const rounded = (operator: string): Emitter => ofOne((b, x) => (isFloat(x.dtype) ? unary(b, operator, x) : x));

const isFinite: OfOne = (b, x) => {
  const isOther = binary(b, 'Or', [unary(b, 'IsNaN', x, { dtype: 'BOOL' }), unary(b, 'IsInf', x, { dtype: 'BOOL' })]);
  return unary(b, 'Not', isOther);
};

/** NaN has no sign: it stays. */
const sign: OfOne = (b, x) => (isFloat(x.dtype) ? where(b, unary(b, 'IsNaN', x, { dtype: 'BOOL' }), [x, unary(b, 'Sign', x)]) : unary(b, 'Sign', x));

const erfc: OfOne = (b, x) => binary(b, 'Sub', [like(b, x, 1), unary(b, 'Erf', x)]);

/** Functions of one number. */
export const MATH: OpFamily = {
  title: 'Functions of one number',
  ops: {
    Abs: each('Abs'),
    Acos: each('Acos'),
    Acosh: each('Acosh'),
    Asin: each('Asin'),
    Asinh: each('Asinh'),
    Atan: each('Atan'),
    Atanh: each('Atanh'),
    Ceil: each('Ceil'),
    CheckNumerics: ofOne((b, x) => checkNumerics(b, x)),
    ClipByValue: (call) => clipped(call.b, [call.input(0), call.input(1), call.input(2)]),
    Cos: each('Cos'),
    Cosh: inDouble('Cosh', cosh),
    Erf: each('Erf'),
    Erfc: ofOne(erfc),
    Exp: each('Exp'),
    Expm1: ofOne(expm1),
    Floor: each('Floor'),
    Inv: ofOne((b, x) => unary(b, 'Reciprocal', x)),
    IsFinite: ofOne(isFinite),
    IsInf: ofOne((b, x) => unary(b, 'IsInf', x, { dtype: 'BOOL' })),
    IsNan: ofOne((b, x) => unary(b, 'IsNaN', x, { dtype: 'BOOL' })),
    Log: each('Log'),
    Log1p: ofOne(log1p),
    Neg: ofOne(negate),
    Reciprocal: ofOne((b, x) => unary(b, 'Reciprocal', x)),
    Rint: each('Round'),
    Round: rounded('Round'),
    Rsqrt: ofOne(rsqrt),
    Sigmoid: each('Sigmoid'),
    Sign: ofOne(sign),
    Sin: each('Sin'),
    Sinh: inDouble('Sinh', sinh),
    Sqrt: each('Sqrt'),
    Square: ofOne(square),
    Tan: ofOne((b, x) => (x.dtype === 'FP64' ? binary(b, 'Div', [unary(b, 'Sin', x), unary(b, 'Cos', x)]) : unary(b, 'Tan', x))),
    Tanh: each('Tanh'),
  },
};

function clipped(b: GraphBuilder, [x, low, high]: readonly [Value, Value, Value]): Value {
  return binary(b, 'Max', [binary(b, 'Min', [x, high]), low]);
}

function checkNumerics(b: GraphBuilder, x: Value): Value {
  return refuseUnless(b, x, { condition: isFinite(b, x), message: 'tensor had Inf or NaN values' });
}
