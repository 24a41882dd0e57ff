import type { DType } from '@servable/core';
import { type Side, choose } from '../build/choosing.ts';
import { binary, compare, like, unary } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { guardedBy, zerosWhere } from '../build/guards.ts';
import { reshape } from '../build/reshape.ts';
import { countOf } from '../build/shape-lists.ts';
import { storedTensor } from '../ir/constant-data.ts';
import { rankOf, type Value } from '../ir/value.ts';
import type { BranchBody, Emitter, OpCall, OpFamily, ScopeResult } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered, UncoveredNodes } from '../uncovered.ts';

/** What a condition means: a number that is not 0, a text that is not empty, a tensor that has elements. */
function truthOf(b: GraphBuilder, condition: Value): Value {
  if (rankOf(condition) > 0) return compare(b, 'Greater', [countOf(b, condition), b.scalar('INT64', 0)]);
  if (condition.dtype === 'BOOL') return condition;
  const nothing = condition.dtype === 'BYTES' ? b.stored(storedTensor('BYTES', [], [new Uint8Array()])) : like(b, condition, 0);
  return unary(b, 'Not', compare(b, 'Equal', [condition, nothing]));
}

/** One of several functions: a constant choice leaves only that one. */
function choice(call: OpCall, result: ScopeResult): readonly Value[] {
  call.guards.push(...result.guards);
  return result.outputs;
}

const branched: Emitter = (call) => {
  const [yes, no] = call.branches;
  if (yes === undefined || no === undefined) throw new Uncovered('it does not have two branches');
  return choice(call, either(call.b, truthOf(call.b, call.input(0)), [yes, no]));
};

/** A number that no branch has means the last. */
const numbered: Emitter = (call) => choice(call, oneOf(call, call.branches, 0)(call.b));

function oneOf(call: OpCall, [body, ...others]: readonly BranchBody[], number: number): BranchBody {
  if (body === undefined) throw new Uncovered('it has no branches');
  if (others.length === 0) return body;
  return (b) => either(b, compare(b, 'Equal', [call.input(0), like(b, call.input(0), number)]), [body, oneOf(call, others, number + 1)]);
}

function either(b: GraphBuilder, condition: Value, [yes, no]: readonly [BranchBody, BranchBody]): ScopeResult {
  const known = knownNumbers(condition)?.[0];
  if (known !== undefined) return (known === 0 ? no : yes)(b);
  const [then, otherwise] = sides(b, condition, [yes, no]);
  const isGuarded = then.guards.length + otherwise.guards.length > 0;
  const [first, second] = [then, otherwise].map((side): Side => ({ b: side.b, outputs: isGuarded ? [...side.outputs, sumOf(side)] : side.outputs }));
  if (first === undefined || second === undefined || first.outputs.length !== second.outputs.length) throw new Uncovered('its branches differ in how much they give');
  const made = choose(b, condition, [first, second]);
  return isGuarded ? { outputs: made.slice(0, -1), guards: made.slice(-1) } : { outputs: made, guards: [] };
}

/** Zeros of a side as one. */
function sumOf({ b, guards }: WrittenSide): Value {
  return guards.reduce((sum, zeros) => binary(b, 'Add', [sum, reshape(b, zeros, b.list([]))]), b.scalar('INT64', 0));
}

type WrittenSide = ScopeResult & { readonly b: GraphBuilder };

/** Writes both; one that cannot run becomes one that refuses, for the other may be all that is ever taken. */
function sides(b: GraphBuilder, condition: Value, [yes, no]: readonly [BranchBody, BranchBody]): readonly [WrittenSide, WrittenSide] {
  const [then, otherwise] = [attempt(b, yes), attempt(b, no)];
  const uncovered = [then, otherwise].flatMap((each) => (each instanceof UncoveredNodes ? each.nodes : []));
  if (uncovered.length > 0) throw new UncoveredNodes(uncovered);
  if (then instanceof Error && otherwise instanceof Error) throw then;
  if (then instanceof Error) return [refusing(b, otherwise as WrittenSide, { reason: then.message, holds: (inner) => unary(inner, 'Not', condition) }), otherwise as WrittenSide];
  if (otherwise instanceof Error) return [then, refusing(b, then, { reason: otherwise.message, holds: () => condition })];
  return [then, otherwise];
}

function attempt(b: GraphBuilder, body: BranchBody): WrittenSide | UncoveredNodes | RefusedRun {
  const inner = b.inside();
  try {
    return { b: inner, ...body(inner) };
  } catch (error) {
    if (error instanceof UncoveredNodes || error instanceof RefusedRun) return error;
    throw error;
  }
}

interface Refusal {
  readonly reason: string;
  /** Whether the other side is taken. */
  readonly holds: (inner: GraphBuilder) => Value;
}

/** Gives what the other side gives, in name only. */
function refusing(b: GraphBuilder, other: WrittenSide, { reason, holds }: Refusal): WrittenSide {
  const inner = b.inside();
  const zeros = zerosWhere(inner, holds(inner), reason);
  const outputs = other.outputs.map((value) => {
    const single = anyOf(inner, value.dtype);
    const raised = value.shape === undefined ? single : expand(inner, single, inner.list(value.shape.map(() => 1)));
    return { ...guardedBy(inner, raised, [zeros]), shape: value.shape };
  });
  return { b: inner, outputs, guards: [zeros] };
}

function anyOf(b: GraphBuilder, dtype: DType): Value {
  return dtype === 'BYTES' ? b.stored(storedTensor('BYTES', [], [new Uint8Array()])) : like(b, { name: '', dtype, shape: [] }, 0);
}

/** Functions of which one runs. */
export const BRANCHING: OpFamily = {
  title: 'Branches',
  ops: { Case: numbered, If: branched, StatelessCase: numbered, StatelessIf: branched },
};
