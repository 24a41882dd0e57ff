import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { literal, type Size } from '../size.ts';
import { type Batch, batchSize, isSameBatchSize, tensorOf, type TensorValue } from '../value.ts';

const LENGTHS = 4;

/** Inputs that are states, by operator: `initial_h`, and `initial_c` of LSTM. */
function recurrent(states: readonly number[], peepholes: readonly number[]): Rule {
  return (call) => {
    call.requireFree(1, 2, 3, ...peepholes);
    const isBatchFirst = call.opset >= 14 && call.integer('layout', 0) === 1;
    const batch = batchAt(call, 0, isBatchFirst ? 0 : 1);
    if (call.has(LENGTHS)) requireSame(batch, batchAt(call, LENGTHS, 0));
    for (const state of states) if (call.has(state)) requireSame(batch, batchAt(call, state, isBatchFirst ? 0 : 1));
    const [steps, directions, hidden] = sizesOf(call, isBatchFirst);
    const rows = batchSize(batch);
    const all = isBatchFirst ? place([rows, steps, directions, hidden], batch, 0) : place([steps, directions, rows, hidden], batch, 2);
    const last = isBatchFirst ? place([rows, directions, hidden], batch, 0) : place([directions, rows, hidden], batch, 1);
    return [all, last, last];
  };
}

function batchAt(call: NodeCall, index: number, axis: number): Batch {
  const { batch } = call.data(index);
  if (batch?.axis === axis) return batch;
  throw ends(batch === undefined ? `its input ${index} has a batch that is the same for all requests` : `its input ${index} has the batch on axis ${batch.axis}, where it has the steps or the features`);
}

function requireSame(batch: Batch, other: Batch): void {
  if (!isSameBatchSize(batch, other)) throw ends('its inputs have different numbers of rows a request');
}

function sizesOf(call: NodeCall, isBatchFirst: boolean): readonly [steps: Size, directions: Size, hidden: Size] {
  const steps = call.shape(0)[isBatchFirst ? 1 : 0] ?? call.sizes.dimension();
  const directions = literal(call.text('direction', 'forward') === 'bidirectional' ? 2 : 1);
  const hidden = call.attribute('hidden_size')?.integer;
  return [steps, directions, hidden === undefined ? call.sizes.dimension() : literal(hidden)];
}

function place(shape: readonly Size[], batch: Batch, axis: number): TensorValue {
  return tensorOf(shape, { ...batch, axis });
}

export const recurrentNetworks: RuleFamily = {
  title: 'Recurrent networks',
  domain: 'ai.onnx',
  holds: 'the batch is axis 1 of the input, or axis 0 with `layout` 1, and each row has its own length and first state',
  rules: { GRU: recurrent([5], []), LSTM: recurrent([5, 6], [7]), RNN: recurrent([5], []) },
};
