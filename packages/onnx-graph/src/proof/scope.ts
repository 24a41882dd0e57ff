import type { OnnxAttribute, OnnxConstant, OnnxGraph, OnnxNode } from '../model/graph.ts';
import { literal } from './size.ts';
import { freeTensor, type Value } from './value.ts';

/** The values that nodes can name: those of their graph, and those of the graphs around it. */
export class Scope {
  readonly opsets: ReadonlyMap<string, number>;
  /** Of the function around the nodes: what their attributes may refer to. */
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly #parent: Scope | undefined;
  readonly #constants: ReadonlyMap<string, OnnxConstant>;
  readonly #values = new Map<string, Value>();

  constructor(parts: {
    readonly opsets: ReadonlyMap<string, number>;
    readonly attributes?: ReadonlyMap<string, OnnxAttribute>;
    readonly constants?: ReadonlyMap<string, OnnxConstant>;
    readonly parent?: Scope;
  }) {
    this.opsets = parts.opsets;
    this.attributes = parts.attributes ?? new Map<string, OnnxAttribute>();
    this.#constants = parts.constants ?? new Map<string, OnnxConstant>();
    this.#parent = parts.parent;
  }

  /** The scope of a graph inside one of this scope's nodes. */
  inner(graph: OnnxGraph): Scope {
    return new Scope({ opsets: this.opsets, attributes: this.attributes, constants: graph.initializers, parent: this });
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  get(name: string): Value | undefined {
    return this.#values.get(name) ?? this.#constant(name) ?? this.#parent?.get(name);
  }

  /** A node's attributes with the function's own in the place of those that refer to them. */
  attributesOf({ attributes }: OnnxNode): ReadonlyMap<string, OnnxAttribute> {
    if (![...attributes.values()].some(({ reference }) => reference !== undefined)) return attributes;
    const resolved = new Map<string, OnnxAttribute>();
    for (const [name, attribute] of attributes) {
      const meant = attribute.reference === undefined ? attribute : this.attributes.get(attribute.reference);
      if (meant !== undefined) resolved.set(name, meant);
    }
    return resolved;
  }

  #constant(name: string): Value | undefined {
    const constant = this.#constants.get(name);
    if (constant === undefined) return undefined;
    const value = freeTensor(constant.shape.map(literal), constant.values?.map(literal));
    this.#values.set(name, value);
    return value;
  }
}
