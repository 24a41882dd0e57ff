import { create } from '@bufbuild/protobuf';
import { AttrValueSchema } from '@servable/protos/saved-model';
import type { FlatGraph, FlatNode, TensorPlace } from './flat-graph.ts';
import { listElement } from './list-elements.ts';
import { type AttributeMap, NodeAttributes } from './node-attributes.ts';

const CONVOLUTIONS: Readonly<Record<string, number>> = { Conv2D: 2, Conv3D: 3, DepthwiseConv2dNative: 2 };

/** A convolution of blocks, and how it is padded as one of the whole. */
interface Dilated {
  readonly node: FlatNode;
  readonly convolution: FlatNode;
  readonly expand: FlatNode | undefined;
  readonly squeeze: FlatNode | undefined;
  readonly x: TensorPlace;
  /** By axis of the convolution's. */
  readonly dilations: readonly number[];
  readonly pads: readonly (readonly [number, number])[];
}

/**
 * TensorFlow writes a dilated convolution as one of every so many elements: into blocks, a convolution, and back. Of those that are so, one convolution is
 * made again: it needs no blocks in memory, keeps rows apart, and takes any size. What is padded to fill the last block is cut off again after it, and is
 * left out, also where only a run knows how much that is.
 */
export function withDilatedConvolutions(graph: FlatGraph): FlatGraph {
  const nodes = new Map(graph.nodes);
  for (const node of graph.nodes.values()) {
    const found = node.op === 'BatchToSpaceND' ? dilatedBehind(graph, node) : undefined;
    if (found !== undefined) for (const made of rewritten(found)) nodes.set(made.name, made);
  }
  return { ...graph, nodes };
}

function dilatedBehind(graph: FlatGraph, node: FlatNode): Dilated | undefined {
  const [given, blockPlace, crops] = node.inputs;
  const squeeze = ofOp(graph, given, 'Squeeze');
  const convolution = graph.nodes.get((squeeze === undefined ? given : squeeze.inputs[0])?.node ?? '');
  const rank = CONVOLUTIONS[convolution?.op ?? ''];
  if (convolution === undefined || rank === undefined || crops === undefined || blockPlace === undefined || !isPlain(convolution)) return undefined;
  const expand = ofOp(graph, convolution.inputs[0], 'ExpandDims');
  const blocks = ofOp(graph, expand === undefined ? convolution.inputs[0] : expand.inputs[0], 'SpaceToBatchND');
  const [x, ownBlocks, paddings] = blocks?.inputs ?? [];
  // One axis more stands before the others, and is taken away again.
  if (x === undefined || ownBlocks === undefined || paddings === undefined || (expand === undefined) !== (squeeze === undefined)) return undefined;
  const known = (place: TensorPlace, index: number): number | undefined => {
    const { offset, source } = listElement(graph, place, index);
    return source === undefined ? offset : undefined;
  };
  const count = blockCount(graph, ownBlocks);
  const isBefore = expand === undefined || [1, -1 - rank].includes(known(expand.inputs[1] ?? ownBlocks, 0) ?? 0);
  if (count === undefined || !isBefore || count > rank - (expand === undefined ? 0 : 1)) return undefined;
  const first = expand === undefined ? 0 : 1;
  const dilations = Array.from({ length: rank }, () => 1);
  const pads = Array.from({ length: rank }, (): [number, number] => [0, 0]);
  for (let axis = 0; axis < count; axis++) {
    const [block, same] = [known(ownBlocks, axis), known(blockPlace, axis)];
    const pad = padOf(graph, { paddings, crops }, axis);
    if (block === undefined || block !== same || pad === undefined) return undefined;
    dilations[first + axis] = block;
    pads[first + axis] = pad;
  }
  return { node, convolution, expand, squeeze, x, dilations, pads };
}

function blockCount(graph: FlatGraph, place: TensorPlace): number | undefined {
  const node = graph.nodes.get(place.node);
  return node?.op === 'Const' ? node.attributes.tensor('value').data.length : undefined;
}

/** What is padded and not cut off again. */
function padOf(graph: FlatGraph, { paddings, crops }: { readonly paddings: TensorPlace; readonly crops: TensorPlace }, axis: number): [number, number] | undefined {
  const [before, after] = [0, 1].map((side) => {
    const [pad, crop] = [listElement(graph, paddings, axis * 2 + side), listElement(graph, crops, axis * 2 + side)];
    // What is cut off at the start is no filling.
    return pad.source !== crop.source || (side === 0 && crop.offset !== 0) ? undefined : pad.offset - crop.offset;
  });
  return before === undefined || after === undefined || before < 0 || after < 0 ? undefined : [before, after];
}

/** A convolution that looks at each place, of channels that come last. */
function isPlain({ attributes }: FlatNode): boolean {
  const isOnes = (name: string): boolean => attributes.integers(name).every((each) => each === 1);
  return attributes.text('padding') === 'VALID' && isOnes('strides') && isOnes('dilations') && !attributes.text('data_format', 'NHWC').startsWith('NC');
}

function ofOp(graph: FlatGraph, place: TensorPlace | undefined, op: string): FlatNode | undefined {
  const node = graph.nodes.get(place?.node ?? '');
  return node?.op === op ? node : undefined;
}

/** The last has the name of what it stands for. */
function rewritten({ node, convolution, expand, squeeze, x, dilations, pads }: Dilated): readonly FlatNode[] {
  const name = squeeze === undefined ? node.name : `${node.name}/dilated`;
  const given: FlatNode[] = expand === undefined ? [] : [{ ...expand, name: `${node.name}/expanded`, inputs: [x, ...expand.inputs.slice(1)] }];
  const input = expand === undefined ? x : { node: `${node.name}/expanded`, index: 0 };
  const own: AttributeMap = {
    ...convolution.attributes.resolved(),
    padding: create(AttrValueSchema, { value: { case: 's', value: Buffer.from('EXPLICIT') } }),
    dilations: integers([1, ...dilations, 1]),
    explicit_paddings: integers([0, 0, ...pads.flat(), 0, 0]),
  };
  const made: FlatNode = { ...convolution, name, inputs: [input, ...convolution.inputs.slice(1)], attributes: new NodeAttributes({ name, attr: own }) };
  return [...given, made, ...(squeeze === undefined ? [] : [{ ...squeeze, name: node.name, inputs: [{ node: name, index: 0 }] }])];
}

function integers(numbers: readonly number[]): AttributeMap[string] {
  return create(AttrValueSchema, { value: { case: 'list', value: { i: numbers.map(BigInt) } } });
}
