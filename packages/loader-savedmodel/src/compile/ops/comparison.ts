import { binary, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { reshape } from '../build/reshape.ts';
import { joinLists, shapeList } from '../build/shape-lists.ts';
import { rankOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { ofOne } from './math.ts';
import { ofTwo, sameTypes } from './arithmetic.ts';

const comparing = (operator: string): Emitter => ofTwo((b, pair) => compare(b, operator, pair));
const joining = (operator: string): Emitter => (call) => binary(call.b, operator, call.pair());

/** Shapes that cannot be broadcast are unequal as a whole, where the op says that this is no error. */
function equal(call: OpCall): Value {
  return compare(call.b, 'Equal', sameTypes(call));
}

/** The older op: a condition of one axis picks whole rows. */
function select(call: OpCall): Value {
  const { b } = call;
  const [condition, yes, no] = [call.input(0), call.input(1), call.input(2)];
  const isByRows = condition.shape?.length === 1 && rankOf(yes) > 1;
  return where(b, isByRows ? withAxes(b, condition, rankOf(yes) - 1) : condition, [yes, no]);
}

/** With axes of size 1 behind its own. */
function withAxes(b: GraphBuilder, value: Value, count: number): Value {
  return reshape(b, inPlace(b, value), joinLists(b, [shapeList(b, value), b.list(Array.from({ length: count }, () => 1))]));
}

function approximateEqual(call: OpCall): Value {
  const [x, y] = sameTypes(call);
  const difference = unary(call.b, 'Abs', binary(call.b, 'Sub', [x, y]));
  return compare(call.b, 'Less', [difference, like(call.b, x, call.attributes.float('tolerance', 1e-5))]);
}

/** Comparisons, and what is done with them. */
export const COMPARISON: OpFamily = {
  title: 'Comparisons and logic',
  ops: {
    ApproximateEqual: approximateEqual,
    Equal: equal,
    Greater: comparing('Greater'),
    GreaterEqual: comparing('GreaterOrEqual'),
    Less: comparing('Less'),
    LessEqual: comparing('LessOrEqual'),
    LogicalAnd: joining('And'),
    LogicalNot: ofOne((b, x) => unary(b, 'Not', x)),
    LogicalOr: joining('Or'),
    NotEqual: (call) => unary(call.b, 'Not', equal(call)),
    Select: select,
    SelectV2: (call) => where(call.b, call.input(0), [call.input(1), call.input(2)]),
  },
};
