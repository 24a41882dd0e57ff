import { cast } from '../build/elementwise.ts';
import { pad, padBy } from '../build/filling.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { inPlace, transposed } from '../build/order.ts';
import { reshape } from '../build/reshape.ts';
import { concat, slice, TO_END } from '../build/slicing.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';

/** Rows of a list of pairs. */
function pairsOf(numbers: readonly number[]): readonly (readonly [number, number])[] {
  return Array.from({ length: numbers.length / 2 }, (_, at) => [numbers[at * 2] ?? 0, numbers[at * 2 + 1] ?? 0]);
}

const padded = (fillAt: number | undefined): Emitter => (call) => {
  const { b } = call;
  const [x, paddings] = call.pair();
  const fill = fillAt === undefined ? undefined : call.input(fillAt);
  const known = knownNumbers(paddings);
  const how = { mode: 'constant' as const, ...(fill === undefined ? {} : { fill }) };
  if (known !== undefined) return pad(b, x, pairsOf(known), how);
  return padBy(b, x, reshape(b, inPlace(b, transposed(b, cast(b, paddings, 'INT64'), [1, 0])), b.list([-1])), how);
};

/** With the ends too: `reflect` leaves those out. */
function symmetric(b: GraphBuilder, x: Value, pads: readonly (readonly [number, number])[]): Value {
  return pads.reduce((value, [before, after], axis) => {
    const front = before === 0 ? [] : [slice(b, value, [{ axis, start: before - 1, end: -TO_END, step: -1 }])];
    const back = after === 0 ? [] : [slice(b, value, [{ axis, start: TO_END, end: -1 - after, step: -1 }])];
    return concat(b, [...front, value, ...back], axis);
  }, x);
}

const mirrored: Emitter = (call) => {
  const [x, paddings] = call.pair();
  const known = knownNumbers(paddings);
  if (known === undefined) throw new Uncovered('its paddings are only known at run time');
  return call.attributes.text('mode') === 'SYMMETRIC' ? symmetric(call.b, x, pairsOf(known)) : pad(call.b, x, pairsOf(known), { mode: 'reflect' });
};

/** Padding. */
export const PADDING: OpFamily = {
  title: 'Padding',
  ops: {
    MirrorPad: mirrored,
    Pad: padded(undefined),
    PadV2: padded(2),
  },
};
