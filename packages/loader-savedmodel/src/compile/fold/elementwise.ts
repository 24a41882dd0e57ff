import { allocateData, type DType, elementCount, type NumericData, type Tensor, type TensorData } from '@servable/core';
import { broadcastSteps, walkElements } from './move-elements.ts';

type Calculate<T> = (...values: readonly T[]) => T | boolean;

/** What one operator does to numbers, and to 64-bit integers where that is something else. */
interface Arithmetic {
  readonly numbers: Calculate<number>;
  readonly bigints?: Calculate<bigint>;
  /** Of 32-bit integers and smaller ones, where numbers would round. */
  readonly integers?: Calculate<number>;
}

const float = (numbers: Calculate<number>): Arithmetic => ({ numbers });
const v = (value: number | undefined): number => value ?? 0;
const w = (value: bigint | undefined): bigint => value ?? 0n;

/** As ONNX's `Mod` without `fmod`: the sign is the divisor's. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}
function bigModulo(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

/** Half to even, as ONNX and TensorFlow round. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const fraction = x - floor;
  if (fraction !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  Identity: { numbers: (a) => v(a), bigints: (a) => w(a) },
  Abs: { numbers: (a) => Math.abs(v(a)), bigints: (a) => (w(a) < 0n ? -w(a) : w(a)) },
  Neg: { numbers: (a) => -v(a), bigints: (a) => -w(a) },
  Sign: { numbers: (a) => Math.sign(v(a)) },
  Sqrt: float((a) => Math.sqrt(v(a))),
  Reciprocal: float((a) => 1 / v(a)),
  Exp: float((a) => Math.exp(v(a))),
  Log: float((a) => Math.log(v(a))),
  Floor: float((a) => Math.floor(v(a))),
  Ceil: float((a) => Math.ceil(v(a))),
  Round: float((a) => roundHalfEven(v(a))),
  Sin: float((a) => Math.sin(v(a))),
  Cos: float((a) => Math.cos(v(a))),
  Tanh: float((a) => Math.tanh(v(a))),
  Relu: float((a) => Math.max(v(a), 0)),
  Not: { numbers: (a) => v(a) === 0 },
  IsNaN: float((a) => Number.isNaN(v(a))),
  Add: { numbers: (a, b) => v(a) + v(b), bigints: (a, b) => w(a) + w(b) },
  Sub: { numbers: (a, b) => v(a) - v(b), bigints: (a, b) => w(a) - w(b) },
  Mul: { numbers: (a, b) => v(a) * v(b), integers: (a, b) => Math.imul(v(a), v(b)), bigints: (a, b) => w(a) * w(b) },
  Div: { numbers: (a, b) => v(a) / v(b), integers: (a, b) => Math.trunc(v(a) / v(b)), bigints: (a, b) => w(a) / w(b) },
  Mod: { numbers: (a, b) => modulo(v(a), v(b)), bigints: (a, b) => bigModulo(w(a), w(b)) },
  Pow: float((a, b) => v(a) ** v(b)),
  Max: { numbers: (a, b) => Math.max(v(a), v(b)), bigints: (a, b) => (w(a) > w(b) ? w(a) : w(b)) },
  Min: { numbers: (a, b) => Math.min(v(a), v(b)), bigints: (a, b) => (w(a) < w(b) ? w(a) : w(b)) },
  Equal: { numbers: (a, b) => a === b, bigints: (a, b) => a === b },
  Greater: { numbers: (a, b) => v(a) > v(b), bigints: (a, b) => w(a) > w(b) },
  GreaterOrEqual: { numbers: (a, b) => v(a) >= v(b), bigints: (a, b) => w(a) >= w(b) },
  Less: { numbers: (a, b) => v(a) < v(b), bigints: (a, b) => w(a) < w(b) },
  LessOrEqual: { numbers: (a, b) => v(a) <= v(b), bigints: (a, b) => w(a) <= w(b) },
  And: { numbers: (a, b) => v(a) !== 0 && v(b) !== 0 },
  Or: { numbers: (a, b) => v(a) !== 0 || v(b) !== 0 },
};

const DIVISIONS: ReadonlySet<string> = new Set(['Div', 'Mod']);
const BIG: ReadonlySet<DType> = new Set<DType>(['INT64', 'UINT64']);
const PLAIN: ReadonlySet<DType> = new Set<DType>(['FP32', 'FP64', 'BOOL', 'INT8', 'INT16', 'INT32', 'UINT8', 'UINT16', 'UINT32']);

/** Whether {@link calculate} knows an operator for elements of this type. */
export function canCalculate(operator: string, dtype: DType): boolean {
  const arithmetic = Object.hasOwn(ARITHMETIC, operator) ? ARITHMETIC[operator] : undefined;
  if (arithmetic === undefined) return false;
  if (BIG.has(dtype)) return arithmetic.bigints !== undefined;
  // 32-bit products without a sign pass what `Math.imul` gives back.
  return PLAIN.has(dtype) && !(dtype === 'UINT32' && operator === 'Mul');
}

/** Computes an elementwise operator on constants; `undefined` when it must fail at run time, as a division by zero. */
export function calculate(operator: string, inputs: readonly Tensor[], output: { readonly dtype: DType; readonly shape: readonly number[] }): TensorData {
  const arithmetic = ARITHMETIC[operator];
  const [first] = inputs;
  if (arithmetic === undefined || first === undefined) throw new Error(`${operator} cannot be computed`);
  const columns = inputs.map((input) => spread(input, output.shape));
  const isInteger = first.dtype !== 'FP32' && first.dtype !== 'FP64' && first.dtype !== 'BOOL';
  const how = (BIG.has(first.dtype) ? arithmetic.bigints : ((isInteger ? arithmetic.integers : undefined) ?? arithmetic.numbers)) as Calculate<number | bigint>;
  const result = allocateData(output.dtype, elementCount(output.shape)) as NumericData;
  // Of all arrays at once: the calculation gives what this array holds.
  const target = result as unknown as { [at: number]: number | bigint };
  for (let at = 0; at < result.length; at++) {
    const value = how(...columns.map((column) => column[at] ?? 0));
    target[at] = typeof value === 'boolean' ? Number(value) : value;
  }
  return result;
}

/** Whether an integer division would divide by zero: that is the run's to refuse. */
export function dividesByZero(operator: string, [, divisor]: readonly Tensor[]): boolean {
  if (!DIVISIONS.has(operator) || divisor === undefined || divisor.dtype === 'FP32' || divisor.dtype === 'FP64' || divisor.dtype === 'BYTES') return false;
  return (divisor.data as { includes(value: unknown): boolean }).includes(BIG.has(divisor.dtype) ? 0n : 0);
}

function spread({ dtype, shape, data }: Tensor, to: readonly number[]): { readonly [at: number]: number | bigint } {
  const isWhole = elementCount(shape) === elementCount(to);
  const whole = isWhole ? data : walkElements(dtype, data, { shape: to, start: 0, steps: broadcastSteps(shape, to) });
  return whole as NumericData;
}
