import type { DType } from '@servable/core';
import type { GraphToWrite } from '@servable/onnx-graph';
import type { OutputFacts } from '../ir/node-parts.ts';
import type { Shape } from '../ir/dimension.ts';
import type { Value } from '../ir/value.ts';
import { cast } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { neededNodes } from './needed-nodes.ts';
import { inPlace } from './order.ts';

/** What one of two graphs gives, in the builder that made it. */
export interface Side {
  readonly b: GraphBuilder;
  readonly outputs: readonly Value[];
}

/** `If`: values of the side that a condition says. Only that side runs. What is known of both is known of what comes out. */
export function choose(b: GraphBuilder, condition: Value, [yes, no]: readonly [Side, Side]): readonly Value[] {
  if (yes.outputs.length === 0) return [];
  const dtypes = yes.outputs.map(({ dtype }) => dtype);
  const [then, otherwise] = [written(yes), written(no)];
  const facts = then.values.map((value, at) => sharedFacts(b, value, otherwise.values[at] ?? value));
  const made = b.make('If', [condition], { attributes: { then_branch: { graph: then.graph }, else_branch: { graph: otherwise.graph } }, outputs: facts });
  return made.map((value, at) => cast(b, value, dtypes[at] ?? value.dtype));
}

/** ONNX Runtime moves no bfloat16. */
function carried(dtype: DType): DType {
  return dtype === 'BF16' ? 'FP32' : dtype;
}

function written({ b, outputs }: Side): { readonly values: readonly Value[]; readonly graph: GraphToWrite } {
  const values = outputs.map((value) => inPlace(b, cast(b, value, carried(value.dtype))));
  const own = new Set(b.nodes.flatMap((node) => node.outputs));
  const names = values.map((value, at) => {
    const name = b.nameOf(value);
    // A graph gives what its own nodes made, and each of it once.
    if (own.delete(name)) return name;
    return b.one('Identity', [{ name, dtype: value.dtype, shape: value.shape }], { dtype: value.dtype, shape: value.shape }, { for: String(at) }).name;
  });
  const listed = values.map(({ dtype, shape }, at) => ({ name: names[at] ?? '', dtype, shape }));
  return { values, graph: { name: 'branch', nodes: neededNodes(b.nodes, names), initializers: new Map(), inputs: [], outputs: listed } };
}

function sharedFacts(b: GraphBuilder, first: Value, second: Value): OutputFacts {
  const isSameList = first.elements !== undefined && String(first.elements) === String(second.elements);
  return { dtype: first.dtype, shape: sharedShape(b, first.shape, second.shape), elements: isSameList ? first.elements : undefined };
}

function sharedShape(b: GraphBuilder, first: Shape | undefined, second: Shape | undefined): Shape | undefined {
  if (first === undefined || second === undefined || first.length !== second.length) return undefined;
  return first.map((size, axis) => (size === second[axis] ? size : b.sizes.next()));
}
