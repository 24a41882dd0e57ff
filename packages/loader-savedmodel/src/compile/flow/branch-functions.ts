import type { AttributeMap, NodeAttributes } from './node-attributes.ts';

/** A function that a node may run. */
export interface BranchCall {
  readonly name: string;
  readonly attributes: AttributeMap;
  /** For names of the body's nodes. */
  readonly label: string;
}

const CHOOSING: Readonly<Record<string, (attributes: NodeAttributes) => readonly BranchCall[]>> = {
  If: thenElse,
  StatelessIf: thenElse,
  Case: numbered,
  StatelessCase: numbered,
};

/** The functions of which an op runs one, which its first input names; `undefined` for all other ops. */
export function branchesOf(op: string, attributes: NodeAttributes): readonly BranchCall[] | undefined {
  return Object.hasOwn(CHOOSING, op) ? CHOOSING[op]?.(attributes) : undefined;
}

function thenElse(attributes: NodeAttributes): readonly BranchCall[] {
  return ['then', 'else'].flatMap((label) => {
    const call = attributes.call(`${label}_branch`);
    return call === undefined ? [] : [{ ...call, label }];
  });
}

function numbered(attributes: NodeAttributes): readonly BranchCall[] {
  return attributes.calls('branches').map((call, at) => ({ ...call, label: `branch${at}` }));
}
