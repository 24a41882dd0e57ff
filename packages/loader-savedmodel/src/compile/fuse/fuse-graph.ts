import { type FusingContext, FusingGraph, type Written } from './fusing-graph.ts';
import type { Fusion } from './fusion.ts';
import { FUSIONS } from './fusion-table.ts';

/** Writes patterns of nodes as fewer nodes that give the same, until none is left. */
export function fuseGraph(graph: Written, context: FusingContext): Written {
  const fusing = new FusingGraph(graph, context);
  const byOperator = new Map<string, Fusion[]>();
  for (const fusion of FUSIONS) for (const operator of fusion.operators) byOperator.set(operator, [...(byOperator.get(operator) ?? []), fusion]);
  // Each fusion leaves less to fuse: what a later node becomes may only then fit one before it in the table.
  while (fuseOnce(fusing, byOperator)) continue;
  return fusing.written();
}

function fuseOnce(graph: FusingGraph, fusions: ReadonlyMap<string, readonly Fusion[]>): boolean {
  let isChanged = false;
  for (const node of graph.nodes) {
    const [output = ''] = node.outputs;
    // A fusion of a later node may have taken it.
    if (node.domain !== '' || graph.makerOf(output) !== node) continue;
    for (const fusion of fusions.get(node.operator) ?? []) {
      const made = fusion.fuse(node, graph);
      if (made === undefined) continue;
      graph.replace(node, made);
      isChanged = true;
      break;
    }
  }
  return isChanged;
}
