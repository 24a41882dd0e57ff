import { elementCount } from '@servable/core';
import type { NodeToWrite, StoredTensor } from '@servable/onnx-graph';
import { channelsFirst } from '../../build/order.ts';
import { type Fusion, instead } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';

const OF_ONE: ReadonlySet<string> = new Set(['Cast', 'Clip', 'Neg', 'Relu', 'Sigmoid']);
const OF_TWO: ReadonlySet<string> = new Set(['Add', 'Div', 'Mul', 'Sub']);

/**
 * What is done to each element before axes are moved is done behind that: numbers for each channel then meet whole pictures, and bytes are moved
 * before they become floats.
 */
export const TRANSPOSE_EARLIER: Fusion = {
  title: 'work on each element of an input behind the transpose that brings it into the order of convolutions',
  operators: ['Transpose'],
  fuse: (node, graph) => {
    const [given = ''] = node.inputs;
    const { perm } = node.attributes;
    const work = graph.makerOf(given);
    if (work === undefined || work.domain !== '' || !Array.isArray(perm) || perm.length < 3 || String(perm) !== String(channelsFirst(perm.length)) || !graph.hasOneUser(given)) return undefined;
    const moves = perm as readonly number[];
    const at = movedInput(graph, work, moves.length);
    const others = work.inputs.map((name, index) => (index === at ? name : alongMoves(graph, name, moves)));
    const x = work.inputs[at];
    const facts = x === undefined ? undefined : graph.facts(x);
    if (x === undefined || facts?.shape?.length !== moves.length || others.includes(undefined)) return undefined;
    const moved = graph.addValue(node.outputs[0] ?? '', { dtype: facts.dtype, shape: moves.map((axis) => facts.shape?.[axis] ?? 1) });
    const transpose = { ...instead(node, 'Transpose', [x], { perm: moves }), name: moved, outputs: [moved] };
    return [transpose, { ...work, name: node.name, inputs: others.map((name, index) => (index === at ? moved : (name ?? ''))), outputs: node.outputs }];
  },
};

/** Which input is worked on, of all the elements of the result; -1: it is not one. */
function movedInput(graph: FusingGraph, { operator, inputs, outputs }: NodeToWrite, rank: number): number {
  if (OF_ONE.has(operator)) return 0;
  const shape = graph.shape(outputs[0]);
  if (!OF_TWO.has(operator) || shape?.length !== rank) return -1;
  return inputs.findIndex((name) => graph.constant(name) === undefined && String(graph.shape(name)) === String(shape));
}

/** A constant beside it, with its axes moved as well: one that differs along one axis at most. `undefined` for others. */
function alongMoves(graph: FusingGraph, name: string, moves: readonly number[]): string | undefined {
  const constant = graph.constant(name);
  if (name === '') return name;
  if (constant === undefined || constant.shape.filter((size) => size !== 1).length > 1) return undefined;
  if (elementCount(constant.shape) === 1 && constant.shape.length === 0) return name;
  const shape = [...Array.from({ length: moves.length - constant.shape.length }, () => 1), ...constant.shape];
  // Along one axis elements keep their order wherever that axis stands.
  const stored: StoredTensor = { dtype: constant.dtype, shape: moves.map((axis) => shape[axis] ?? 1), read: () => constant.read() };
  return graph.addConstant(name, stored);
}
