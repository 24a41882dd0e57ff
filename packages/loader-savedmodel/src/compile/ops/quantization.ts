import { binary, cast, compare, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { reshape } from '../build/reshape.ts';
import { storedTensor } from '../ir/constant-data.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { castNumbers } from './casting.ts';
import { heldType, type Steps, stepsOf } from './held-type.ts';

/** What both directions have: the steps, and the two ends, one for all or one for each place of an axis. */
interface Quantization {
  readonly b: GraphBuilder;
  readonly x: Value;
  readonly steps: Steps;
  readonly min: Value;
  readonly max: Value;
  readonly mode: string;
  readonly isNarrow: boolean;
}

const LARGEST_SINGLE = 3.4028234663852886e38;

function single(b: GraphBuilder, number: number): Value {
  return b.scalar('FP32', number);
}

function quantizationOf(call: OpCall): Quantization {
  const { b, attributes } = call;
  const dtype = attributes.dtype('T');
  const steps = stepsOf(dtype);
  if (steps === undefined) throw new Uncovered(`${dtype} is no quantized type`);
  const axis = attributes.integer('axis', -1);
  const mode = attributes.text('mode', 'MIN_COMBINED');
  if (axis >= 0 && mode === 'MIN_FIRST') throw new Uncovered('MIN_FIRST along an axis, which TensorFlow refuses');
  const x = call.input(0);
  const [min, max] = [call.input(1), call.input(2)].map((end) => {
    const target = axis < 0 ? [] : [-1, ...Array.from({ length: rankOf(x) - axis - 1 }, () => 1)];
    return reshape(b, end, b.list(target));
  });
  if (min === undefined || max === undefined) throw new Error('two ends are given');
  return { b, x, steps, min, max, mode, isNarrow: attributes.flag('narrow_range') };
}

/** Halves away from 0. */
function rounded(b: GraphBuilder, x: Value): Value {
  const size = unary(b, 'Abs', x);
  const whole = unary(b, 'Floor', size);
  const isUp = compare(b, 'GreaterOrEqual', [binary(b, 'Sub', [size, whole]), single(b, 0.5)]);
  return binary(b, 'Mul', [unary(b, 'Sign', x), binary(b, 'Add', [whole, cast(b, isUp, 'FP32')])]);
}

const between = (b: GraphBuilder, x: Value, [low, high]: readonly [Value, Value]): Value => binary(b, 'Max', [binary(b, 'Min', [x, high]), low]);

/** The ends, moved so that 0 is between them and they are not too close to each other. */
function widened(call: OpCall, { b, min, max }: Quantization): { readonly min: Value; readonly max: Value } {
  const condition = unary(b, 'Not', compare(b, 'Less', [max, min]));
  const top = refuseUnless(b, max, { condition, message: 'input_max_range must be larger than input_min_range' });
  const low = binary(b, 'Min', [single(b, 0), min]);
  const size = binary(b, 'Max', [single(b, 1), binary(b, 'Max', [unary(b, 'Abs', min), unary(b, 'Abs', top)])]);
  const least = binary(b, 'Mul', [size, single(b, call.attributes.float('ensure_minimum_range', 0.01))]);
  const high = binary(b, 'Max', [single(b, 0), binary(b, 'Max', [top, binary(b, 'Add', [low, least])])]);
  return { min: low, max: high };
}

type Made = readonly [steps: Value, min: Value, max: Value];

function combined({ b, x, steps: { lowest, highest } }: Quantization, min: Value, max: Value): Made {
  const scale = binary(b, 'Div', [single(b, highest - lowest), binary(b, 'Sub', [max, min])]);
  const places = binary(b, 'Mul', [binary(b, 'Sub', [between(b, x, [min, max]), min]), scale]);
  const made = lowest === 0 ? unary(b, 'Floor', binary(b, 'Add', [places, single(b, 0.5)])) : rounded(b, binary(b, 'Sub', [places, single(b, (highest - lowest + 1) / 2)]));
  return [made, min, max];
}

function minFirst({ b, x, steps: { lowest, highest } }: Quantization, min: Value, max: Value): Made {
  const range = binary(b, 'Sub', [max, min]);
  const scale = where(b, compare(b, 'Equal', [max, min]), [single(b, 0), binary(b, 'Div', [single(b, highest - lowest), range])]);
  const first = binary(b, 'Sub', [rounded(b, binary(b, 'Mul', [min, scale])), single(b, lowest)]);
  const made = binary(b, 'Sub', [rounded(b, binary(b, 'Mul', [x, scale])), first]);
  return [between(b, made, [single(b, lowest), single(b, highest)]), min, max];
}

/** TensorFlow's threads take numbers too small for all their bits as 0. */
function withoutDenormal(b: GraphBuilder, x: Value): Value {
  return where(b, compare(b, 'Less', [unary(b, 'Abs', x), single(b, 2 ** -126)]), [single(b, 0), x]);
}

/** One factor, so that 0 stays 0: that of the end which needs more room. */
function scaled(call: OpCall, { b, x, steps, isNarrow }: Quantization, min: Value, max: Value): Made {
  const lowest = steps.lowest + (isNarrow ? 1 : 0);
  const factor = (limit: number, end: Value): Value => {
    const isApart = compare(b, 'Greater', [binary(b, 'Mul', [single(b, limit), end]), single(b, 0)]);
    return where(b, isApart, [binary(b, 'Div', [single(b, limit), end]), single(b, LARGEST_SINGLE)]);
  };
  const scale = binary(b, 'Min', [factor(lowest, min), factor(steps.highest, max)]);
  const [low, high] = [withoutDenormal(b, binary(b, 'Div', [single(b, lowest), scale])), binary(b, 'Div', [single(b, steps.highest), scale])];
  const made = binary(b, 'Mul', [between(b, x, [low, high]), scale]);
  const isEven = call.attributes.text('round_mode', 'HALF_AWAY_FROM_ZERO') === 'HALF_TO_EVEN';
  return [isEven ? unary(b, 'Round', made) : rounded(b, made), low, high];
}

/** TensorFlow gives the ends of an axis of one place as scalars. */
function endShape(call: OpCall): readonly number[] {
  const axis = call.attributes.integer('axis', -1);
  if (axis < 0) return [];
  const sizes = [shapeOf(call.input(0))[axis], call.input(1).shape?.[0], call.input(2).shape?.[0]];
  const size = sizes.find((each) => typeof each === 'number');
  if (size === undefined) throw new Uncovered('the size of its axis is only known at run time');
  return size === 1 ? [] : [-1];
}

function quantize(call: OpCall): readonly Value[] {
  const parts = quantizationOf(call);
  const { b, steps, mode } = parts;
  if (steps.held === 'INT32') throw new Uncovered('single precision has not all steps of 32 bits');
  const ends = widened(call, parts);
  const makers = { MIN_COMBINED: combined, MIN_FIRST: minFirst, SCALED: scaled.bind(undefined, call) };
  const make = Object.entries(makers).find(([name]) => name === mode)?.[1];
  if (make === undefined) throw new Uncovered(`its mode is ${mode}`);
  const [made, min, max] = make(parts, ends.min, ends.max);
  const shape = b.list(endShape(call));
  return [castNumbers(b, made, steps.held), reshape(b, min, shape), reshape(b, max, shape)];
}

/** A constant of a quantized type as the plain one. */
function held(b: GraphBuilder, x: Value): Value {
  const dtype = heldType(x.dtype);
  if (dtype === x.dtype) return x;
  if (x.constant === undefined) throw new Uncovered(`its input is ${x.dtype}`);
  return b.stored(storedTensor(dtype, x.constant.shape, x.constant.read()));
}

function dequantize(call: OpCall): Value {
  const { b, x, steps, min, max, mode, isNarrow } = quantizationOf(call);
  const numbers = cast(b, held(b, x), 'FP32');
  const { lowest, highest } = steps;
  const range = binary(b, 'Div', [binary(b, 'Sub', [max, min]), single(b, highest - lowest)]);
  const plus = (first: Value, second: Value): Value => binary(b, 'Add', [first, second]);
  const times = (first: Value, second: Value): Value => binary(b, 'Mul', [first, second]);
  const made = (): Value => {
    if (mode === 'MIN_COMBINED') return plus(times(plus(numbers, single(b, lowest === 0 ? 0 : (highest - lowest + 1) / 2)), range), min);
    if (mode === 'MIN_FIRST') {
      const first = where(b, compare(b, 'Equal', [max, min]), [min, times(rounded(b, binary(b, 'Div', [min, range])), range)]);
      return plus(binary(b, 'Sub', [first, times(single(b, lowest), range)]), times(numbers, range));
    }
    if (mode !== 'SCALED') throw new Uncovered(`its mode is ${mode}`);
    const ofHighest = binary(b, 'Div', [max, single(b, highest)]);
    if (lowest === 0) return times(numbers, ofHighest);
    return times(numbers, binary(b, 'Max', [binary(b, 'Div', [min, single(b, lowest + (isNarrow ? 1 : 0))]), ofHighest]));
  };
  return cast(b, made(), call.attributes.dtype('dtype', 'FP32'));
}

/** Numbers as steps of a small type, and back. Quantized types are held as the plain ones of the same bits. */
export const QUANTIZATION: OpFamily = { title: 'Quantization', ops: { Dequantize: dequantize, QuantizeV2: quantize } };
