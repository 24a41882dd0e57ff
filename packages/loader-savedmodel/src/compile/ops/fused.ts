import { binary, clamp, like, unary } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { reshapeTo } from '../build/reshape.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import { type Emitter, OpCall, type OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { ACTIVATION } from './activation.ts';
import { CONVOLUTION } from './convolution.ts';
import { MATH } from './math.ts';
import { MATRIX } from './matrix.ts';
import { layoutOf } from './windows.ts';

/** Ops that TensorFlow's graph optimizer makes of several, as saved optimized graphs have them. */
interface Step {
  readonly call: OpCall;
  readonly value: Value;
  /** What is left of the further inputs. */
  readonly rest: readonly Value[];
}

/** One number for each channel, beside a tensor that has them last or, by its layout, second. */
function ofChannels({ call, value }: Step, numbers: Value): Value {
  const rank = rankOf(value);
  if (rank === 2 || layoutOf(call, rank).isChannelsLast) return numbers;
  return reshapeTo(call.b, numbers, [shapeOf(numbers)[0] ?? 1, ...Array.from({ length: rank - 2 }, () => 1)]);
}

function taken(rest: readonly Value[], count: number): readonly Value[] {
  if (rest.length < count) throw new Uncovered(`it has ${rest.length} further inputs where ${count} are needed`);
  return rest.slice(0, count);
}

function normalized(step: Step): Value {
  const { call, value, rest } = step;
  const { b } = call;
  const [scale, offset, mean, variance] = taken(rest, 4);
  if (scale === undefined || offset === undefined || mean === undefined || variance === undefined) throw new Uncovered('it has no statistics');
  const deviation = unary(b, 'Sqrt', binary(b, 'Add', [variance, like(b, variance, call.attributes.float('epsilon', 1e-4))]));
  const factor = binary(b, 'Div', [scale, deviation]);
  const moved = binary(b, 'Sub', [offset, binary(b, 'Mul', [mean, factor])]);
  return binary(b, 'Add', [binary(b, 'Mul', [value, ofChannels(step, factor)]), ofChannels(step, moved)]);
}

/** How many further inputs a step takes, and what it makes. */
const STEPS: Readonly<Record<string, readonly [takes: number, make: (step: Step) => Value]>> = {
  BiasAdd: [1, (step) => binary(step.call.b, 'Add', [step.value, ofChannels(step, taken(step.rest, 1)[0] ?? step.value)])],
  FusedBatchNorm: [4, normalized],
  LeakyRelu: [0, ({ call: { b, attributes }, value }) => leaky(b, value, attributes.float('leakyrelu_alpha', 0.2))],
};

function leaky(b: GraphBuilder, value: Value, alpha: number): Value {
  return binary(b, 'Add', [clamp(b, value, { min: 0 }), binary(b, 'Mul', [clamp(b, value, { max: 0 }), like(b, value, alpha)])]);
}

/** A function of one number, by its op. */
function activated({ call, value }: Step, op: string): Value {
  const emitter = ACTIVATION.ops[op] ?? MATH.ops[op];
  if (emitter === undefined) throw new Uncovered(`it ends with ${op}`);
  return only(emitter, new OpCall({ b: call.b, op, node: call.node, inputs: [value], attributes: call.attributes }));
}

function only(emitter: Emitter, call: OpCall): Value {
  const made = emitter(call);
  const [value] = Array.isArray(made) ? (made as readonly Value[]) : [made as Value];
  if (value === undefined) throw new Uncovered('it gives nothing');
  return value;
}

/** An op, and what is fused behind it. */
const fused = (family: OpFamily, op: string): Emitter => (call) => {
  const emitter = family.ops[op];
  if (emitter === undefined) throw new Error(`there is no ${op}`);
  const value = only(emitter, new OpCall({ b: call.b, op, node: call.node, inputs: call.inputs.slice(0, 2), attributes: call.attributes }));
  return call.attributes.texts('fused_ops').reduce<Step>((step, name) => {
    const own = STEPS[name];
    const next = own === undefined ? activated(step, name) : own[1](step);
    return { call, value: next, rest: step.rest.slice(own?.[0] ?? 0) };
  }, { call, value, rest: call.inputs.slice(2) }).value;
};

/** What TensorFlow's graph optimizer makes. */
export const FUSED: OpFamily = {
  title: 'Fused by TensorFlow',
  ops: {
    _FusedConv2D: fused(CONVOLUTION, 'Conv2D'),
    _FusedMatMul: fused(MATRIX, 'MatMul'),
  },
};
