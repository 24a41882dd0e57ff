import { type Fusion, instead } from '../fusion.ts';
import { isSameShape } from './same-shape.ts';

/** Rows laid out as a matrix, multiplied, and laid back: `MatMul` multiplies along the last axis of any shape. */
export const ROWS_PRODUCT: Fusion = {
  title: 'reshapes around a product of rows and a matrix into that product alone',
  operators: ['Reshape'],
  fuse: (node, graph) => {
    const [product = ''] = node.inputs;
    const multiplied = graph.madeBy(product, 'MatMul');
    const [rows = '', matrix = ''] = multiplied?.inputs ?? [];
    const laidOut = graph.madeBy(rows, 'Reshape');
    const [x = ''] = laidOut?.inputs ?? [];
    const shape = graph.shape(x);
    const [depth, width] = graph.shape(matrix) ?? [];
    if (laidOut === undefined || shape === undefined || shape.length < 3 || graph.shape(matrix)?.length !== 2 || graph.shape(rows)?.length !== 2) return undefined;
    if (typeof depth !== 'number' || width === undefined || shape.at(-1) !== depth || graph.shape(rows)?.[1] !== depth) return undefined;
    if (!graph.hasOneUser(product) || !graph.hasOneUser(rows)) return undefined;
    const isBack = isSameShape(graph.shape(node.outputs[0]), [...shape.slice(0, -1), width]);
    return isBack ? [instead(node, 'MatMul', [x, matrix])] : undefined;
  },
};
