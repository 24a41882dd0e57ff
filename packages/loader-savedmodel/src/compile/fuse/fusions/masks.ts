import { type Fusion, instead } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import { isSameShape } from './same-shape.ts';

/** A mask beside one that is true everywhere is the first, where what it picks from has the whole shape already. */
export const MASK_ALONE: Fusion = {
  title: 'a mask that is joined with one of true alone into the mask',
  operators: ['Where'],
  fuse: (node, graph) => {
    const [joined = '', yes = '', no = ''] = node.inputs;
    const both = graph.madeBy(joined, 'And');
    const isPicked = [yes, no].some((name) => isSameShape(graph.shape(name), graph.shape(node.outputs[0])));
    if (both === undefined || !isPicked || !graph.hasOneUser(joined)) return undefined;
    const [left = '', right = ''] = both.inputs;
    const mask = isTrue(graph, left) ? right : isTrue(graph, right) ? left : undefined;
    return mask === undefined ? undefined : [instead(node, 'Where', [mask, yes, no])];
  },
};

function isTrue(graph: FusingGraph, name: string): boolean {
  const expanded = graph.madeBy(name, 'Expand');
  return graph.number(expanded === undefined ? name : expanded.inputs[0]) === 1;
}
