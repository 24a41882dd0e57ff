import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { reduce } from '../build/reducing.ts';
import { reshape } from '../build/reshape.ts';
import { rankOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';

interface Ends {
  readonly min: Value;
  readonly max: Value;
}

const LARGEST: Readonly<Record<string, number>> = { FP32: 3.4028234663852886e38, FP64: Number.MAX_VALUE };

/** Numbers as steps of so many bits, and back at once: what rounding does to them stays. */
function rounded(call: OpCall, x: Value, { ends, bits }: { readonly ends: Ends | undefined; readonly bits: Value | number }): Value {
  const { b, attributes } = call;
  const number = (value: number): Value => like(b, x, value);
  const { lowest, highest } = steps(call, x, bits);
  const { min, max } = ends ?? endsOf(b, x, attributes.integer('axis', -1));
  const times = (first: Value, second: Value): Value => binary(b, 'Mul', [first, second]);
  const scaleOf = (limit: Value, end: Value): Value => {
    const isApart = compare(b, 'Greater', [times(limit, end), number(0)]);
    return where(b, isApart, [binary(b, 'Div', [limit, end]), number(LARGEST[x.dtype] ?? 0)]);
  };
  const [low, high] = [scaleOf(lowest, min), scaleOf(highest, max)];
  const isLow = compare(b, 'Less', [low, high]);
  const scale = where(b, isLow, [low, high]);
  const step = where(b, isLow, [binary(b, 'Div', [min, lowest]), binary(b, 'Div', [max, highest])]);
  const top = where(b, isLow, [times(highest, step), max]);
  const bottom = where(b, isLow, [min, times(lowest, step)]);
  const given = ends === undefined ? x : binary(b, 'Max', [binary(b, 'Min', [x, top]), bottom]);
  const scaled = times(given, scale);
  const isUp = attributes.text('round_mode', 'HALF_TO_EVEN') === 'HALF_UP';
  return times(isUp ? unary(b, 'Floor', binary(b, 'Add', [scaled, number(0.5)])) : unary(b, 'Round', scaled), step);
}

/** The first and the last step. */
function steps({ b, attributes }: OpCall, x: Value, bits: Value | number): { readonly lowest: Value; readonly highest: Value } {
  const [isSigned, isNarrow] = [attributes.flag('signed_input', true), attributes.flag('narrow_range')];
  const count = typeof bits === 'number' ? like(b, x, 2 ** (bits - (isSigned ? 1 : 0))) : powerOf2(b, x, isSigned ? binary(b, 'Sub', [bits, like(b, bits, 1)]) : bits);
  const lowest = isSigned ? binary(b, 'Add', [unary(b, 'Neg', count), like(b, x, isNarrow ? 1 : 0)]) : like(b, x, 0);
  return { lowest, highest: binary(b, 'Sub', [count, like(b, x, 1)]) };
}

function powerOf2(b: GraphBuilder, x: Value, exponent: Value): Value {
  return cast(b, binary(b, 'Pow', [b.scalar('FP64', 2), cast(b, exponent, 'FP64')]), x.dtype);
}

/** The smallest and the largest number, of all or of each place along an axis. */
function endsOf(b: GraphBuilder, x: Value, axis: number): Ends {
  const axes = Array.from({ length: rankOf(x) }, (_, each) => each).filter((each) => each !== axis);
  return { min: reduce(b, 'ReduceMin', x, { axes, keepsAxes: true }), max: reduce(b, 'ReduceMax', x, { axes, keepsAxes: true }) };
}

/** Ends that are inputs: one of each, or one for each place along an axis. */
function givenEnds({ b, attributes }: OpCall, x: Value, [min, max]: readonly [Value, Value]): Ends | undefined {
  if (!attributes.flag('range_given', true)) return undefined;
  const axis = attributes.integer('axis', -1);
  const target = axis < 0 ? [] : [-1, ...Array.from({ length: rankOf(x) - axis - 1 }, () => 1)];
  // TensorFlow looks at the order of two ends, not at that of lists of them.
  const top = axis < 0 ? refuseUnless(b, max, { condition: compare(b, 'LessOrEqual', [min, max]), message: 'Invalid range: input_min > input_max' }) : max;
  return { min: reshape(b, min, b.list(target)), max: reshape(b, top, b.list(target)) };
}

const inOwnType = (write: (call: OpCall, x: Value, toKernel: (value: Value) => Value) => Value): Emitter => (call) => {
  const x = call.input(0);
  const kernel = x.dtype === 'FP64' ? 'FP64' : 'FP32';
  const axis = call.attributes.integer('axis', -1);
  if (axis < -1 || axis >= rankOf(x)) throw new RefusedRun('INVALID_ARGUMENT', `Axis should be at least -1 and below ${rankOf(x)}, got ${axis}`);
  return cast(call.b, write(call, cast(call.b, x, kernel), (value) => cast(call.b, value, kernel)), x.dtype);
};

const byInputs = inOwnType((call, x, wide) => rounded(call, x, { ends: givenEnds(call, x, [wide(call.input(1)), wide(call.input(2))]), bits: checkedBits(call.attributes.integer('num_bits', 8)) }));

const byBitsInput = inOwnType((call, x, wide) => {
  const { b } = call;
  const known = knownNumbers(call.input(3))?.[0];
  const bits = cast(b, call.input(3), 'INT32');
  const isEnough = binary(b, 'And', [compare(b, 'Greater', [bits, like(b, bits, 1)]), compare(b, 'Less', [bits, like(b, bits, 63)])]);
  const checked = known === undefined ? refuseUnless(b, bits, { condition: isEnough, message: 'num_bits is out of range' }) : checkedBits(known);
  return rounded(call, x, { ends: givenEnds(call, x, [wide(call.input(1)), wide(call.input(2))]), bits: checked });
});

function checkedBits(bits: number): number {
  if (bits <= 0 || bits >= 63) throw new RefusedRun('INVALID_ARGUMENT', `num_bits is out of range: ${bits}`);
  return bits;
}

/** What models have that were trained for quantization. */
export const QUANTIZE_DEQUANTIZE: OpFamily = {
  title: 'Quantization for training',
  ops: { QuantizeAndDequantizeV2: byInputs, QuantizeAndDequantizeV3: byBitsInput, QuantizeAndDequantizeV4: byInputs },
};
