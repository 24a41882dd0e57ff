import { zerosWhere } from '../build/guards.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { storedTensor } from '../ir/constant-data.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered } from '../uncovered.ts';

const pass: Emitter = ({ inputs }) => inputs;

const constant: Emitter = ({ b, attributes }) => {
  const { dtype, shape, data } = attributes.tensor('value');
  return b.stored(storedTensor(dtype, shape, data));
};

/** Ops that pass on what they get, and those that make a value out of nothing. */
export const CONTROL: OpFamily = {
  title: 'Values',
  ops: {
    Const: constant,
    HostConst: constant,
    Identity: pass,
    IdentityN: pass,
    PreventGradient: pass,
    ReadVariableOp: pass,
    Snapshot: pass,
    StopGradient: pass,
    Placeholder: ({ node }) => {
      throw new Uncovered(`no input of the signature feeds '${node}'`);
    },
    PlaceholderWithDefault: pass,
    VarIsInitializedOp: ({ b }) => b.scalar('BOOL', 1),
    IsVariableInitialized: ({ b }) => b.scalar('BOOL', 1),
  },
};

/** Zeros while what a node asserts holds; none where that is known. @throws RefusedRun for what is known not to hold */
export function assertedBy(b: GraphBuilder, node: string, condition: Value): readonly Value[] {
  const message = `assertion failed (node '${node}')`;
  const known = knownNumbers(condition);
  if (known?.includes(0) === true) throw new RefusedRun('INVALID_ARGUMENT', message);
  return known === undefined ? [zerosWhere(b, condition, message)] : [];
}
