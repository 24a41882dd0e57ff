import type { FindTable, HostOp } from '../host/host-op.ts';
import type { GraphBuilder } from './build/graph-builder.ts';
import { inPlace } from './build/order.ts';
import type { FlatNode } from './flow/flat-graph.ts';
import { runKnown } from './fold/run-known.ts';
import type { Value } from './ir/value.ts';

interface HostNodeParts {
  readonly host: HostOp;
  readonly inputs: readonly Value[];
  readonly findTable: FindTable;
}

/** Writes a node that runs outside of ONNX; one whose inputs are all known runs at once. @throws Uncovered, RefusedRun */
export function hostNode(b: GraphBuilder, { name, op, attributes }: FlatNode, { host, inputs, findTable }: HostNodeParts): readonly Value[] {
  const lying = inputs.map((input) => inPlace(b, input));
  const plan = host.plan({ op, node: name, inputs: lying, attributes, sizes: b.sizes, findTable });
  const taken = (plan.inputs ?? lying).map((input) => ('read' in input ? b.stored(input) : input));
  const known = taken.map(({ constant }) => constant).filter((constant) => constant !== undefined);
  const folded = known.length === taken.length ? runKnown(host, plan.attributes, known) : undefined;
  return folded?.map((tensor) => b.stored(tensor)) ?? b.host(op, taken, plan);
}
