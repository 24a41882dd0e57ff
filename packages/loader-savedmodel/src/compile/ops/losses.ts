import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { places } from '../build/places.ts';
import { reduce } from '../build/reducing.ts';
import { unsqueeze } from '../build/reshape.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';

function losses(b: GraphBuilder, logits: Value, labels: Value): readonly Value[] {
  const x = inPlace(b, cast(b, logits, 'FP32'));
  const target = cast(b, labels, 'FP32');
  const shares = (operator: string): Value => b.one(operator, [x], { dtype: 'FP32', shape: x.shape }, { axis: 1 });
  const each = binary(b, 'Mul', [target, shares('LogSoftmax')]);
  // A label of 0 counts nothing, also where the logarithm has no end.
  const counted = where(b, compare(b, 'Equal', [target, like(b, target, 0)]), [like(b, each, 0), each]);
  const loss = unary(b, 'Neg', reduce(b, 'ReduceSum', counted, { axes: [1], keepsAxes: false }));
  return [cast(b, loss, logits.dtype), cast(b, binary(b, 'Sub', [shares('Softmax'), target]), logits.dtype)];
}

const dense: Emitter = (call) => losses(call.b, call.input(0), call.input(1));

/** Labels are numbers of classes. */
const byNumber: Emitter = (call) => {
  const { b } = call;
  const [logits, labels] = call.pair();
  const isClass = compare(b, 'Equal', [unsqueeze(b, cast(b, labels, 'INT64'), 1), places(b, logits, 1)]);
  return losses(b, logits, where(b, isClass, [b.scalar('FP32', 1), b.scalar('FP32', 0)]));
};

interface Range {
  readonly min: Value;
  readonly max: Value;
}

/** Rounds to one of so many steps between two ends, which are moved so that 0 is one of the steps. */
function fakeQuantized(call: OpCall, { min, max }: Range): Value {
  const { b, attributes } = call;
  const x = call.input(0);
  const number = (value: number): Value => like(b, x, value);
  const [low, high] = [attributes.flag('narrow_range') ? 1 : 0, 2 ** attributes.integer('num_bits', 8) - 1];
  const scale = binary(b, 'Div', [binary(b, 'Sub', [max, min]), number(high - low)]);
  const zero = binary(b, 'Sub', [number(low), binary(b, 'Div', [min, scale])]);
  const rounded = unary(b, 'Floor', binary(b, 'Add', [zero, number(0.5)]));
  const nudged = binary(b, 'Max', [binary(b, 'Min', [rounded, number(high)]), number(low)]);
  const bottom = binary(b, 'Mul', [binary(b, 'Sub', [number(low), nudged]), scale]);
  const top = binary(b, 'Mul', [binary(b, 'Sub', [number(high), nudged]), scale]);
  const clamped = binary(b, 'Max', [binary(b, 'Min', [x, top]), bottom]);
  const steps = unary(b, 'Floor', binary(b, 'Add', [binary(b, 'Div', [binary(b, 'Sub', [clamped, bottom]), scale]), number(0.5)]));
  const made = binary(b, 'Add', [binary(b, 'Mul', [steps, scale]), bottom]);
  return where(b, compare(b, 'Equal', [min, max]), [number(0), made]);
}

const byAttributes: Emitter = (call) => {
  const [min, max] = [call.attributes.float('min', -6), call.attributes.float('max', 6)].map((each) => call.b.scalar('FP32', each));
  if (min === undefined || max === undefined) throw new Error('two ends are given');
  return fakeQuantized(call, { min, max });
};

const byInputs: Emitter = (call) => fakeQuantized(call, { min: call.input(1), max: call.input(2) });

/** Losses, and what trains for quantization. */
export const LOSSES: OpFamily = {
  title: 'Losses and quantization',
  ops: {
    FakeQuantWithMinMaxArgs: byAttributes,
    FakeQuantWithMinMaxVars: byInputs,
    FakeQuantWithMinMaxVarsPerChannel: byInputs,
    SoftmaxCrossEntropyWithLogits: dense,
    SparseSoftmaxCrossEntropyWithLogits: byNumber,
  },
};
