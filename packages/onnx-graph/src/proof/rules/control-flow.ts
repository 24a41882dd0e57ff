import { frontAxis, requireApart, shiftBatch } from '../axes.ts';
import { isSameValue, joinValues } from '../join-values.ts';
import type { NodeCall } from '../node-call.ts';
import { ends, ProofEnd } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { isOlderThan, literalOf, type Size } from '../size.ts';
import { countsRows, freeTensor, isEnded, tensorOf, type TensorValue, UNKNOWN, type Value } from '../value.ts';

/** Which way is taken must not depend on rows, nor on how many there are. */
function requireControl(value: Value | undefined, what: string): void {
  if (value === undefined || isEnded(value)) return;
  if (value.batch !== undefined) throw ends(`${what} depends on what rows hold`, true);
  if (countsRows(value)) throw ends(`${what} depends on how many rows there are`, true);
}

const branch: Rule = (call) => {
  const condition = call.value(0);
  requireControl(condition, 'which branch it takes');
  const [only] = condition.elements ?? [];
  const isMet = only === undefined ? undefined : literalOf(only);
  if (isMet !== undefined) return call.evaluate(call.graph(isMet === 0 ? 'else_branch' : 'then_branch'), []);
  const yes = call.evaluate(call.graph('then_branch'), []);
  const no = call.evaluate(call.graph('else_branch'), []);
  return yes.map((value, at) => attempt(() => joinValues(value, no[at] ?? value, () => call.sizes.dimension())));
};

function attempt(join: () => Value): Value | ProofEnd {
  try {
    return join();
  } catch (error) {
    if (error instanceof ProofEnd) return new ProofEnd(error.message, true);
    throw error;
  }
}

/** What a body takes besides what is carried, in front of it and after it. */
interface Body {
  readonly before: readonly TensorValue[];
  readonly initial: readonly Value[];
  readonly after: readonly TensorValue[];
  /** Outputs of the body in front of those that are carried. */
  readonly skipped: number;
}

interface Rounds {
  readonly carried: readonly Value[];
  readonly outputs: readonly Value[];
  /** Whether a size is the same in every round. */
  readonly isSteady: (size: Size) => boolean;
}

/** Follows a body until what it carries no longer changes. Sizes that change from round to round become unknown. */
function untilStable(call: NodeCall, { before, initial, after, skipped }: Body): Rounds {
  const first = call.sizes.mark();
  const changing = new Set<Size>();
  const widen = (size: Size): Size => {
    if (changing.has(size)) return size;
    const unknown = call.sizes.dimension();
    changing.add(unknown);
    return unknown;
  };
  const body = call.graph('body');
  let carried = initial;
  for (;;) {
    const outputs = call.evaluate(body, [...before, ...carried, ...after]);
    const next = carried.map((value, at) => joinValues(value, outputs[skipped + at] ?? UNKNOWN, widen));
    if (next.every((value, at) => isSameValue(value, carried[at] ?? value))) {
      return { carried: next.map((value) => asResult(call, value, changing)), outputs, isSteady: (size) => isOlderThan(size, first) };
    }
    carried = next;
  }
}

/** A size that changed while the body ran is not the one that another value had in the same round. */
function asResult(call: NodeCall, value: Value, changing: ReadonlySet<Size>): Value {
  if (isEnded(value)) return value;
  return { ...value, shape: value.shape?.map((size) => (changing.has(size) ? call.sizes.dimension() : size)) };
}

const loop: Rule = (call) => {
  for (const index of [0, 1]) if (call.has(index)) requireControl(call.value(index), 'how often it runs');
  const initial = Array.from({ length: Math.max(0, call.inputCount - 2) }, (_, index) => call.value(index + 2));
  const { carried, outputs, isSteady } = untilStable(call, { before: [freeTensor([]), freeTensor([])], initial, after: [], skipped: 1 });
  const [condition] = outputs;
  if (condition !== undefined && isEnded(condition)) return Array.from({ length: call.outputCount }, () => condition);
  requireControl(condition, 'how often it runs');
  return [...carried, ...outputs.slice(1 + initial.length).map((value) => attempt(() => stacked(call, value, { axis: 0, isSteady })))];
};

interface Stack {
  readonly axis: number;
  readonly isSteady: Rounds['isSteady'];
}

/**
 * One round's value after the other, along a new axis. ONNX Runtime puts values of another shape there too, when they
 * have as many numbers, and so takes rows for others.
 */
function stacked(call: NodeCall, value: Value, { axis, isSteady }: Stack): Value {
  if (isEnded(value)) return value;
  if (countsRows(value)) throw ends('it collects the number of rows');
  if (value.shape === undefined) return UNKNOWN;
  if (!value.shape.every(isSteady)) {
    if (value.batch !== undefined) throw ends('it collects rows whose sizes may change from round to round');
    return UNKNOWN;
  }
  const front = frontAxis(axis, value.shape.length + 1);
  const shift = value.batch !== undefined && value.batch.axis >= front ? 1 : 0;
  return tensorOf(value.shape.toSpliced(front, 0, call.sizes.dimension()), shiftBatch(value.batch, shift));
}

const scan: Rule = (call) => {
  if (call.opset < 9) throw ends('its form before opset 9 is not followed', true);
  const scanned = call.integer('num_scan_inputs', 1);
  const states = call.inputCount - scanned;
  const axes = call.integers('scan_input_axes');
  const slices = Array.from({ length: scanned }, (_, at) => sliceOf(call, states + at, axes?.[at] ?? 0));
  const initial = Array.from({ length: states }, (_, index) => call.value(index));
  const { carried, outputs, isSteady } = untilStable(call, { before: [], initial, after: slices, skipped: 0 });
  const outputAxes = call.integers('scan_output_axes');
  return [...carried, ...outputs.slice(states).map((value, at) => attempt(() => stacked(call, value, { axis: outputAxes?.[at] ?? 0, isSteady })))];
};

function sliceOf(call: NodeCall, index: number, axis: number): TensorValue {
  const value = call.data(index);
  const shape = call.shape(index);
  const front = frontAxis(axis, shape.length);
  requireApart(value, front);
  return tensorOf(shape.toSpliced(front, 1), shiftBatch(value.batch, value.batch !== undefined && value.batch.axis > front ? -1 : 0));
}

/** What they end is final: a subgraph may use rows that are no inputs of the node. */
function followed(rule: Rule): Rule {
  return (call) => {
    try {
      return rule(call);
    } catch (error) {
      if (error instanceof ProofEnd) throw new ProofEnd(error.message, true);
      throw error;
    }
  };
}

export const controlFlow: RuleFamily = {
  title: 'Branches and loops',
  domain: 'ai.onnx',
  holds: 'which branch is taken and how often a loop runs depends neither on rows nor on how many there are, and rows stay apart in every body',
  rules: { If: followed(branch), Loop: followed(loop), Scan: followed(scan) },
};
