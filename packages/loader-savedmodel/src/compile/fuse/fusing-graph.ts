import { type DType, elementCount } from '@servable/core';
import type { GraphToWrite, NodeToWrite, StoredTensor } from '@servable/onnx-graph';
import { namesUsed, neededNodes } from '../build/needed-nodes.ts';
import { numbersOf, SMALL } from '../ir/constant-data.ts';
import type { Shape } from '../ir/dimension.ts';

/** What is known of a value as it lies in memory. */
export interface Facts {
  readonly dtype: DType;
  readonly shape: Shape | undefined;
}

/** What a graph that is fused cannot tell itself. */
export interface FusingContext {
  /** Of values that nodes give. */
  factsOf(name: string): Facts | undefined;
  /** A name that nothing has yet. */
  reserve(name: string): string;
}

export type Written = Omit<GraphToWrite, 'name'>;

/** A graph whose nodes are replaced by fewer ones that give the same. Its inputs and outputs stay as they are. */
export class FusingGraph {
  readonly #context: FusingContext;
  readonly #graph: Written;
  #nodes: readonly NodeToWrite[];
  readonly #constants: Map<string, StoredTensor>;
  readonly #facts = new Map<string, Facts>();
  readonly #makers = new Map<string, NodeToWrite>();
  readonly #users = new Map<string, Set<NodeToWrite>>();
  readonly #outputs: ReadonlySet<string>;

  constructor(graph: Written, context: FusingContext) {
    this.#graph = graph;
    this.#context = context;
    this.#nodes = graph.nodes;
    this.#constants = new Map(graph.initializers);
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const { name, dtype, shape } of [...graph.inputs, ...graph.outputs]) this.#facts.set(name, { dtype, shape });
    for (const node of graph.nodes) this.#add(node);
  }

  get nodes(): readonly NodeToWrite[] {
    return this.#nodes;
  }

  /** The node that gives a value; `undefined` for inputs and constants. */
  makerOf(name: string | undefined): NodeToWrite | undefined {
    return name === undefined ? undefined : this.#makers.get(name);
  }

  /** The node of an operator that gives a value. */
  madeBy(name: string | undefined, operator: string): NodeToWrite | undefined {
    const maker = this.makerOf(name);
    return maker?.operator === operator && maker.domain === '' ? maker : undefined;
  }

  /** Whether nothing but these nodes uses a value. */
  isOnlyFor(name: string, nodes: ReadonlySet<NodeToWrite>): boolean {
    return !this.#outputs.has(name) && [...(this.#users.get(name) ?? [])].every((user) => nodes.has(user));
  }

  /** Whether exactly one node uses a value, however often, and no output is it. */
  hasOneUser(name: string): boolean {
    return !this.#outputs.has(name) && this.#users.get(name)?.size === 1;
  }

  facts(name: string): Facts | undefined {
    const constant = this.#constants.get(name);
    return constant ?? this.#facts.get(name) ?? this.#context.factsOf(name);
  }

  shape(name: string | undefined): Shape | undefined {
    return name === undefined ? undefined : this.facts(name)?.shape;
  }

  constant(name: string | undefined): StoredTensor | undefined {
    return name === undefined ? undefined : this.#constants.get(name);
  }

  /** The numbers of a small constant. */
  numbers(name: string | undefined): readonly number[] | undefined {
    const constant = this.constant(name);
    return constant === undefined || elementCount(constant.shape) > SMALL ? undefined : numbersOf(constant);
  }

  /** The number of a constant that has one. */
  number(name: string | undefined): number | undefined {
    const constant = this.constant(name);
    return constant !== undefined && elementCount(constant.shape) === 1 ? this.numbers(name)?.[0] : undefined;
  }

  /** A new constant; its name begins as that of the value it is for. */
  addConstant(near: string, stored: StoredTensor): string {
    const name = this.#context.reserve(`${near}/fused`);
    this.#constants.set(name, stored);
    return name;
  }

  /** A name for a new value, of which this is known. */
  addValue(near: string, facts: Facts): string {
    const name = this.#context.reserve(`${near}/fused`);
    this.#facts.set(name, facts);
    return name;
  }

  /** Writes nodes in place of one; the last of them gives what that one gave. */
  replace(node: NodeToWrite, nodes: readonly NodeToWrite[]): void {
    const at = this.#nodes.indexOf(node);
    this.#nodes = this.#nodes.toSpliced(at, 1, ...nodes);
    this.#remove(node);
    for (const each of nodes) this.#add(each);
    for (const name of namesUsed(node)) this.#dropUnused(name);
  }

  /** The graph with what is still needed. */
  written(): Written {
    const nodes = neededNodes(this.#nodes, this.#outputs);
    const used = new Set(nodes.flatMap(namesUsed));
    return { ...this.#graph, nodes, initializers: new Map([...this.#constants].filter(([name]) => used.has(name))) };
  }

  #add(node: NodeToWrite): void {
    for (const name of node.outputs) this.#makers.set(name, node);
    for (const name of namesUsed(node)) this.#users.set(name, (this.#users.get(name) ?? new Set()).add(node));
  }

  #remove(node: NodeToWrite): void {
    for (const name of node.outputs) if (this.#makers.get(name) === node) this.#makers.delete(name);
    for (const name of namesUsed(node)) this.#users.get(name)?.delete(node);
  }

  /** What nothing uses any more must not count as a user. */
  #dropUnused(name: string): void {
    const maker = this.#makers.get(name);
    if (maker === undefined || maker.outputs.some((each) => this.#outputs.has(each) || (this.#users.get(each)?.size ?? 0) > 0)) return;
    this.#nodes = this.#nodes.filter((each) => each !== maker);
    this.#remove(maker);
    for (const each of namesUsed(maker)) this.#dropUnused(each);
  }
}
