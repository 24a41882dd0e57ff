import { binary, clamp, like, unary } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { matrixProduct } from '../build/products.ts';
import { concat, split } from '../build/slicing.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';

const plus = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Add', [x, y]);
const times = (b: GraphBuilder, x: Value, y: Value): Value => binary(b, 'Mul', [x, y]);

/** What a cell is made of input and state side by side, in equal parts. */
function gates(b: GraphBuilder, [input, state]: readonly [Value, Value], { weights, bias, count }: { readonly weights: Value; readonly bias: Value; readonly count: number }): readonly Value[] {
  const made = plus(b, matrixProduct(b, concat(b, [input, state], 1), weights), bias);
  const width = widthOf([bias, weights], count);
  return split(b, { ...made, shape: [shapeOf(made)[0] ?? 1, width * count] }, { axis: 1, sizes: Array.from({ length: count }, () => width) });
}

function widthOf(values: readonly Value[], count: number): number {
  const size = values.map(({ shape }) => shape?.at(-1)).find((each) => typeof each === 'number');
  if (typeof size !== 'number') throw new Uncovered('how wide its cell is is only known at run time');
  return size / count;
}

/** One step of a long short-term memory, with all that happens on the way. */
const memoryCell: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, cells, hidden, weights, bias] = [0, 1, 2, 3, 7].map((at) => call.input(at)) as [Value, Value, Value, Value, Value];
  const [given, candidate, forgotten, opened] = gates(b, [x, hidden], { weights, bias, count: 4 }) as [Value, Value, Value, Value];
  const peeking = (gate: Value, at: number, state: Value): Value => (attributes.flag('use_peephole') ? plus(b, gate, times(b, state, call.input(at))) : gate);
  const sigmoid = (gate: Value): Value => unary(b, 'Sigmoid', gate);
  const input = sigmoid(peeking(given, 4, cells));
  const forget = sigmoid(peeking(plus(b, forgotten, like(b, forgotten, attributes.float('forget_bias', 1))), 5, cells));
  const fresh = unary(b, 'Tanh', candidate);
  const state = clipped(call, plus(b, times(b, fresh, input), times(b, cells, forget)));
  const output = sigmoid(peeking(opened, 6, state));
  const seen = unary(b, 'Tanh', state);
  return [input, state, forget, output, fresh, seen, times(b, seen, output)];
};

function clipped({ b, attributes }: OpCall, state: Value): Value {
  const limit = attributes.float('cell_clip', 3);
  return limit > 0 ? clamp(b, state, { min: -limit, max: limit }) : state;
}

/** One step of gated recurrent units. */
const gatedCell: Emitter = (call) => {
  const { b } = call;
  const [x, hidden, weights, own, bias, ownBias] = [0, 1, 2, 3, 4, 5].map((at) => call.input(at)) as [Value, Value, Value, Value, Value, Value];
  const [reset, update] = gates(b, [x, hidden], { weights, bias, count: 2 }).map((gate) => unary(b, 'Sigmoid', gate)) as [Value, Value];
  const [candidate] = gates(b, [x, times(b, hidden, reset)], { weights: own, bias: ownBias, count: 1 }) as [Value];
  const fresh = unary(b, 'Tanh', candidate);
  const kept = binary(b, 'Sub', [like(b, update, 1), update]);
  return [reset, update, fresh, plus(b, times(b, kept, fresh), times(b, update, hidden))];
};

/** Steps of recurrent networks that are one op each. */
export const RECURRENT: OpFamily = { title: 'Recurrent cells', ops: { GRUBlockCell: gatedCell, LSTMBlockCell: memoryCell } };
