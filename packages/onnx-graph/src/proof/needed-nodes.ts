import type { OnnxGraph, OnnxNode } from '../model/graph.ts';

/** The nodes that some values are made of, in the order of the graph. */
export function neededNodes(nodes: readonly OnnxNode[], outputs: Iterable<string>): readonly OnnxNode[] {
  const needed = new Set(outputs);
  const kept: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== '' && needed.has(name))) continue;
    kept.push(node);
    for (const name of namesIn(node)) needed.add(name);
  }
  return kept.reverse();
}

/** What a node reads, its subgraphs included. */
function namesIn({ inputs, attributes }: OnnxNode): readonly string[] {
  const names = [...inputs];
  for (const { graph } of attributes.values()) if (graph !== undefined) names.push(...namesInGraph(graph));
  return names;
}

function namesInGraph({ nodes, outputs }: OnnxGraph): readonly string[] {
  return [...nodes.flatMap(namesIn), ...outputs.map(({ name }) => name)];
}
