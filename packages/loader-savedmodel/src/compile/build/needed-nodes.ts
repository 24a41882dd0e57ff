import type { AttributeToWrite, GraphToWrite, NodeToWrite } from '@servable/onnx-graph';

/** Nodes without those that nothing needs. */
export function neededNodes(nodes: readonly NodeToWrite[], outputs: Iterable<string>): readonly NodeToWrite[] {
  const needed = new Set(outputs);
  const kept: NodeToWrite[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    kept.push(node);
    for (const name of namesUsed(node)) needed.add(name);
  }
  return kept.reverse();
}

/** What a node takes, graphs inside of it too. */
export function namesUsed({ inputs, attributes }: NodeToWrite): readonly string[] {
  const graphs = Object.values(attributes).filter(isGraph);
  return [...inputs, ...graphs.flatMap(({ graph }) => graph.nodes.flatMap(namesUsed))];
}

export function isGraph(value: AttributeToWrite): value is { readonly graph: GraphToWrite } {
  return typeof value === 'object' && 'graph' in value;
}
