import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../model/graph.ts';
import { ends } from './proof-end.ts';
import { literalOf, type Size, type SizeSpace } from './size.ts';
import { countsRows, type TensorValue, type Value } from './value.ts';

/** Follows the batch through a graph inside a node. Names that the graph does not define are those around it. */
export type SubgraphEvaluator = (graph: OnnxGraph, inputs: readonly Value[]) => readonly Value[];

export interface NodeCallParts {
  readonly node: OnnxNode;
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly inputs: readonly (TensorValue | undefined)[];
  /** Version of the node's domain. */
  readonly opset: number;
  readonly sizes: SizeSpace;
  readonly evaluate: SubgraphEvaluator;
}

/** One node with what is known of its inputs, as rules see it. */
export class NodeCall {
  readonly opset: number;
  readonly sizes: SizeSpace;
  readonly evaluate: SubgraphEvaluator;
  readonly #parts: NodeCallParts;

  constructor(parts: NodeCallParts) {
    this.#parts = parts;
    this.opset = parts.opset;
    this.sizes = parts.sizes;
    this.evaluate = parts.evaluate;
  }

  get inputCount(): number {
    return this.#parts.inputs.length;
  }

  get outputCount(): number {
    return this.#parts.node.outputs.length;
  }

  /** Whether the input is given: optional ones may be left out. */
  has(index: number): boolean {
    return this.#parts.inputs[index] !== undefined;
  }

  hasOutput(index: number): boolean {
    return (this.#parts.node.outputs[index] ?? '') !== '';
  }

  /** An input whose numbers may depend on how many rows there are. */
  value(index: number): TensorValue {
    const value = this.#parts.inputs[index];
    if (value === undefined) throw ends(`it has no input ${index}`);
    return value;
  }

  /** An input that is computed with. */
  data(index: number): TensorValue {
    const value = this.value(index);
    if (countsRows(value)) throw ends('it computes with the number of rows');
    return { ...value, elements: undefined };
  }

  /** Every input that is given, as {@link data}. */
  allData(): readonly TensorValue[] {
    return this.#parts.inputs.flatMap((value, index) => (value === undefined ? [] : [this.data(index)]));
  }

  /** An input that must be the same for all requests, such as weights. */
  free(index: number): TensorValue {
    const value = this.data(index);
    if (value.batch !== undefined) throw ends(`its input ${index} depends on the rows, and is for the whole batch`);
    return value;
  }

  /** Fails unless those inputs that are given are the same for all requests. */
  requireFree(...indices: readonly number[]): void {
    for (const index of indices) if (this.has(index)) this.free(index);
  }

  shape(index: number): readonly Size[] {
    const { shape } = this.value(index);
    if (shape === undefined) throw ends(`the rank of its input ${index} is not known`);
    return shape;
  }

  /** The numbers of a small input, unknown ones included; `undefined` when not even their count is known. */
  elements(index: number): readonly Size[] | undefined {
    const { elements, shape, batch } = this.value(index);
    if (batch !== undefined) throw ends(`its input ${index} depends on the rows, and is for the whole batch`);
    if (elements !== undefined) return elements;
    const [first, ...others] = shape ?? [];
    const count = shape?.length === 0 ? 1 : others.length === 0 && first !== undefined ? literalOf(first) : undefined;
    return count === undefined || count > 16 ? undefined : Array.from({ length: count }, () => this.sizes.unknown());
  }

  /** As {@link elements}, of an input without which nothing can be said. */
  knownElements(index: number): readonly Size[] {
    const elements = this.elements(index);
    if (elements === undefined) throw ends(`the numbers of its input ${index} are not known`);
    return elements;
  }

  /** The numbers of an input, when all are known. */
  literals(index: number): readonly number[] | undefined {
    const numbers = this.elements(index)?.map(literalOf);
    return numbers?.every((number) => number !== undefined) === true ? numbers : undefined;
  }

  attribute(name: string): OnnxAttribute | undefined {
    return this.#parts.attributes.get(name);
  }

  integer(name: string, byDefault: number): number {
    return this.attribute(name)?.integer ?? byDefault;
  }

  /** `undefined` when the attribute is not there. */
  integers(name: string): readonly number[] | undefined {
    const attribute = this.attribute(name);
    if (attribute !== undefined && attribute.integers === undefined) throw ends(`its attribute '${name}' cannot be read`);
    return attribute?.integers;
  }

  text(name: string, byDefault: string): string {
    return this.attribute(name)?.text ?? byDefault;
  }

  graph(name: string): OnnxGraph {
    const graph = this.attribute(name)?.graph;
    if (graph === undefined) throw ends(`it has no graph '${name}'`);
    return graph;
  }

  /** Axes that newer opsets take as an input and older ones as an attribute; `undefined`: not given. */
  axes(input: number, since: number): readonly number[] | undefined {
    if (this.opset < since) return this.integers('axes');
    if (!this.has(input)) return undefined;
    const axes = this.literals(input);
    if (axes === undefined) throw ends('its axes are not known');
    return axes;
  }

  /** `count` dimensions of which nothing is known. */
  dimensions(count: number): readonly Size[] {
    return Array.from({ length: count }, () => this.sizes.dimension());
  }
}
