import type { Value } from '../ir/value.ts';
import { binary, cast, unary } from './elementwise.ts';
import { type GraphBuilder, knownNumbers } from './graph-builder.ts';
import { inPlace } from './order.ts';
import { RefusedRun } from '../refused-run.ts';
import { shapeList } from './shape-lists.ts';

/**
 * Zeros where a condition holds; where it does not, the run is refused with `INVALID_ARGUMENT`. ONNX has no operator that refuses, but one that
 * refuses an index outside of its input: the only index inside is 0. What must not go on without the condition adds the zeros.
 *
 * @param message - what the refusal says: ONNX Runtime's text has the node's name
 * @throws RefusedRun where it is known that it does not hold
 */
export function zerosWhere(b: GraphBuilder, condition: Value, message: string): Value {
  // ONNX Runtime computes constants when it loads a graph: it would not load.
  if (knownNumbers(condition)?.includes(0) === true) throw new RefusedRun('INVALID_ARGUMENT', message);
  const index = cast(b, unary(b, 'Not', inPlace(b, condition)), 'INT64');
  return b.named(message, () => b.one('Gather', [b.list([0]), index], { dtype: 'INT64', shape: condition.shape }, { axis: 0 }));
}

/** What must hold, and what the refusal says when it does not. */
export interface Requirement {
  /** Of the value's shape, or one that is broadcast to it. */
  readonly condition: Value;
  readonly message: string;
}

/** A number that is refused where a condition does not hold: each for itself, so that rows stay apart. */
export function refuseUnless(b: GraphBuilder, value: Value, { condition, message }: Requirement): Value {
  const { constant } = condition;
  if (constant !== undefined && (constant.read() as Uint8Array).every((each) => each === 1)) return value;
  return binary(b, 'Add', [value, cast(b, zerosWhere(b, condition, message), value.dtype)]);
}

/** A value of any type that is refused unless each of these is: scalar zeros, as {@link zerosWhere} gives them. */
export function guardedBy(b: GraphBuilder, value: Value, zeros: readonly Value[]): Value {
  const target = zeros.reduce((list, zero) => binary(b, 'Add', [list, zero]), shapeList(b, value));
  return b.one('Reshape', [inPlace(b, value), target], { dtype: value.dtype, shape: value.shape }, { allowzero: 1 });
}
