import type { HostOp } from '../host/host-op.ts';
import type { GraphBuilder } from './build/graph-builder.ts';
import { inPlace } from './build/order.ts';
import type { FlatNode } from './flow/flat-graph.ts';
import { runKnown } from './fold/run-known.ts';
import type { Value } from './ir/value.ts';

/** Writes a node that runs outside of ONNX; one whose inputs are all known runs at once. @throws Uncovered, RefusedRun */
export function hostNode(b: GraphBuilder, { name, op, attributes }: FlatNode, { host, inputs }: { readonly host: HostOp; readonly inputs: readonly Value[] }): readonly Value[] {
  const lying = inputs.map((input) => inPlace(b, input));
  const plan = host.plan({ op, node: name, inputs: lying, attributes, sizes: b.sizes });
  const known = lying.map(({ constant }) => constant).filter((constant) => constant !== undefined);
  const folded = known.length === lying.length ? runKnown(host.prepare(plan.attributes), known) : undefined;
  return folded?.map((tensor) => b.stored(tensor)) ?? b.host(op, lying, plan);
}
