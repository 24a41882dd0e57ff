import { type Fusion, instead } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import type { Shape } from '../../ir/dimension.ts';

const SHAPING: ReadonlySet<string> = new Set(['Reshape', 'Squeeze', 'Unsqueeze']);

/** Whether two shapes are known to be one: names of sizes that only a run knows are equal when the sizes are. */
export function isSameShape(first: Shape | undefined, second: Shape | undefined): boolean {
  return first !== undefined && second !== undefined && first.length === second.length && first.every((size, axis) => size === second[axis]);
}

/** Elements under another shape and back again are what they were. */
export const SAME_SHAPE: Fusion = {
  title: 'reshapes that lead back to the shape before them into nothing',
  operators: [...SHAPING],
  fuse: (node, graph) => {
    const shape = graph.shape(node.outputs[0]);
    const source = sourceOf(graph, node.inputs[0], shape);
    return source === undefined ? undefined : [instead(node, 'Identity', [source])];
  },
};

function sourceOf(graph: FusingGraph, name: string | undefined, shape: Shape | undefined): string | undefined {
  const maker = graph.makerOf(name);
  if (name === undefined || maker === undefined || !SHAPING.has(maker.operator) || !graph.hasOneUser(name)) return undefined;
  const [before] = maker.inputs;
  return isSameShape(graph.shape(before), shape) ? before : sourceOf(graph, before, shape);
}
