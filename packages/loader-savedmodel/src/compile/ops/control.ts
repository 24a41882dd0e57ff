import { zerosWhere } from '../build/guards.ts';
import { type GraphBuilder } from '../build/graph-builder.ts';
import { storedTensor } from '../ir/constant-data.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
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
    Copy: pass,
    CopyHost: pass,
    DeepCopy: pass,
    GuaranteeConst: pass,
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
  const zeros = zerosWhere(b, condition, `assertion failed (node '${node}')`);
  return zeros.constant === undefined ? [zeros] : [];
}
