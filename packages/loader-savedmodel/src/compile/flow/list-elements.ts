import type { Tensor } from '@servable/core';
import type { FlatGraph, FlatNode, TensorPlace } from './flat-graph.ts';
import { placeKey } from './flat-graph.ts';

/** One number of a list of integers: a known one, or one that is so much more than what stands at a place. */
export interface ListElement {
  readonly offset: number;
  /** `undefined`: the number is known. */
  readonly source: string | undefined;
}

/** What graphs pass lists through before they use them; deeper ones are not looked into. */
const MOST_STEPS = 64;

/**
 * What is known of one number of a list, however it was put together: of an equal source two numbers differ by what their offsets do.
 *
 * @param index - among all numbers, row by row
 */
export function listElement(graph: FlatGraph, place: TensorPlace, index: number, steps: number = MOST_STEPS): ListElement {
  const opaque: ListElement = { offset: 0, source: `${placeKey(place)}[${index}]` };
  const node = graph.nodes.get(place.node);
  const [first, second] = node?.inputs ?? [];
  if (node === undefined || steps === 0) return opaque;
  const at = (input: TensorPlace, where: number): ListElement => listElement(graph, input, where, steps - 1);
  const constant = constantOf(node);
  if (constant !== undefined) return { offset: Number(constant.data[index] ?? 0), source: undefined };
  if (first === undefined) return opaque;
  if (node.op === 'Identity') return at(first, index);
  if ((node.op === 'AddV2' || node.op === 'Add') && second !== undefined) return sumOf(at(first, index), at(second, index)) ?? opaque;
  if (node.op === 'StridedSlice') {
    const from = sourceOf(graph, node, index);
    return from === undefined ? opaque : at(first, from);
  }
  const part = partOf(graph, node, index);
  return part === undefined ? opaque : at(part.place, part.index);
}

function sumOf(one: ListElement, other: ListElement): ListElement | undefined {
  if (one.source !== undefined && other.source !== undefined) return undefined;
  return { offset: one.offset + other.offset, source: one.source ?? other.source };
}

/** Which of a node's inputs has a number, where they stand one after the other. */
function partOf(graph: FlatGraph, { op, inputs, attributes }: FlatNode, index: number): { readonly place: TensorPlace; readonly index: number } | undefined {
  const isConcat = op === 'ConcatV2' && listElement(graph, inputs.at(-1) ?? { node: '', index: 0 }, 0).offset === 0;
  if (!isConcat && !(op === 'Pack' && attributes.integer('axis', 0) === 0)) return undefined;
  let rest = index;
  for (const place of isConcat ? inputs.slice(0, -1) : inputs) {
    const count = countOf(graph, place);
    if (count === undefined) return undefined;
    if (rest < count) return { place, index: rest };
    rest -= count;
  }
  return undefined;
}

/** How many numbers there are. */
function countOf(graph: FlatGraph, place: TensorPlace): number | undefined {
  const node = graph.nodes.get(place.node);
  if (node === undefined) return undefined;
  const constant = constantOf(node);
  if (constant !== undefined) return constant.data.length;
  const counts = (places: readonly TensorPlace[]): number | undefined => places.map((each) => countOf(graph, each)).reduce((sum, count) => (sum === undefined || count === undefined ? undefined : sum + count), 0);
  if (node.op === 'Pack') return counts(node.inputs);
  if (node.op === 'ConcatV2') return counts(node.inputs.slice(0, -1));
  if (node.op === 'Identity') return counts(node.inputs);
  return node.op === 'StridedSlice' && node.attributes.integer('shrink_axis_mask', 0) === 1 ? 1 : undefined;
}

/** Where a slice has a number from: one of whole rows, of one number of a list, or of a column. */
function sourceOf(graph: FlatGraph, { inputs, attributes }: FlatNode, index: number): number | undefined {
  const [source, begin, , stride] = inputs;
  if (source === undefined || begin === undefined || stride === undefined) return undefined;
  const [from, step] = [begin, stride].map((place) => numbersOf(graph, place));
  const mask = (name: string): number => attributes.integer(`${name}_mask`, 0);
  const row = rowOf(graph, source);
  const isPlain = mask('ellipsis') === 0 && mask('new_axis') === 0 && step?.every((each) => each === 1) === true && from?.every((each) => each >= 0) === true;
  if (!isPlain || from === undefined || row === undefined) return undefined;
  const [start = 0, column = 0] = from;
  if (from.length === 1) return (mask('begin') === 1 ? 0 : start) * row + index;
  return from.length === 2 && mask('shrink_axis') === 2 && (mask('begin') === 1 || start === 0) ? index * row + column : undefined;
}

/** How many numbers a row has; 1 of a list. */
function rowOf(graph: FlatGraph, place: TensorPlace): number | undefined {
  const node = graph.nodes.get(place.node);
  const constant = node === undefined ? undefined : constantOf(node);
  if (constant !== undefined) return constant.shape.slice(1).reduce((product, size) => product * size, 1);
  const [first] = node?.inputs ?? [];
  if (node?.op === 'Pack' && first !== undefined) return countOf(graph, first);
  if (node?.op === 'Identity' && first !== undefined) return rowOf(graph, first);
  if (node?.op === 'StridedSlice' || node?.op === 'ConcatV2') return first === undefined ? undefined : rowOf(graph, first);
  // Sizes of axes, and what is computed of them: lists.
  return 1;
}

function numbersOf(graph: FlatGraph, place: TensorPlace): readonly number[] | undefined {
  const node = graph.nodes.get(place.node);
  const constant = node === undefined ? undefined : constantOf(node);
  return constant === undefined ? undefined : Array.from(constant.data as ArrayLike<number | bigint>, Number);
}

function constantOf({ op, attributes }: FlatNode): Tensor | undefined {
  if (op !== 'Const' && op !== 'HostConst') return undefined;
  const tensor = attributes.tensor('value');
  return tensor.dtype === 'INT32' || tensor.dtype === 'INT64' ? tensor : undefined;
}
