import { createHash, type Hash } from 'node:crypto';
import type { Signature } from '@servable/core';
import { type AttrValue, AttrValueSchema } from '@servable/protos/saved-model';
import { toBinary } from '@bufbuild/protobuf';
import { type FlatBranch, type FlatGraph, type FlatNode, inOrderOfUse, placeKey, type TensorPlace } from './flat-graph.ts';

/** Tensors of more bytes are told apart by where they stand in the model's file, not by what they hold. */
const LARGE_BYTES = 4096;
/** What TensorFlow notes for itself. */
const NOTES = /^_/;

/**
 * Tells graphs of one model apart by what they compute: signatures with equal identities have the same answers for the same inputs by the same
 * names. Keras exports one function under two names.
 */
export class GraphIdentities {
  readonly #large = new WeakMap<AttrValue, number>();
  #count = 0;

  of(graph: FlatGraph, { inputs, outputs }: Signature): string {
    return new Identity(graph, (value) => this.#numberOf(value)).of(inputs, outputs);
  }

  #numberOf(value: AttrValue): number {
    const known = this.#large.get(value) ?? ++this.#count;
    this.#large.set(value, known);
    return known;
  }
}

class Identity {
  readonly #graph: FlatGraph;
  readonly #numberOf: (value: AttrValue) => number;
  readonly #hash: Hash = createHash('sha256');
  /** What places and nodes are called here: by the order in which they are come across. */
  readonly #names = new Map<string, string>();

  constructor(graph: FlatGraph, numberOf: (value: AttrValue) => number) {
    this.#graph = graph;
    this.#numberOf = numberOf;
  }

  of(inputs: Signature['inputs'], outputs: Signature['outputs']): string {
    for (const [alias, { dtype, shape, graphName = alias }] of sorted(inputs)) {
      this.#add('input', alias, dtype, shape ?? null);
      const place = this.#graph.tensors.get(graphName);
      if (place !== undefined) this.#names.set(placeKey(place), `input ${alias}`);
    }
    const places = sorted(outputs).map(([alias, { dtype, graphName = alias }]) => {
      this.#add('output', alias, dtype);
      return this.#graph.tensors.get(graphName);
    });
    this.#addBranch({ results: places.filter((place) => place !== undefined), effects: this.#graph.effects });
    return this.#hash.digest('hex');
  }

  #addBranch({ results, effects }: FlatBranch): void {
    const roots = [...results, ...effects.map(({ name }) => ({ node: name, index: 0 }))];
    for (const node of inOrderOfUse(this.#graph, roots, { has: (key) => this.#names.has(key) || this.#names.has(key.slice(0, key.lastIndexOf(':'))) })) this.#addNode(node);
    this.#add('results', roots.map((place) => this.#nameOf(place)));
    this.#add('effects', effects.map(({ op }) => op));
  }

  #addNode(node: FlatNode): void {
    if (this.#names.has(node.name)) return;
    this.#names.set(node.name, String(this.#names.size));
    this.#add(node.op, node.inputs.map((place) => this.#nameOf(place)), isSource(node) ? node.name : null);
    for (const [name, value] of sorted(Object.entries(node.attributes.resolved()))) if (!NOTES.test(name)) this.#addAttribute(name, value);
    for (const branch of node.branches ?? []) this.#addBranch(branch);
  }

  #addAttribute(name: string, attribute: AttrValue): void {
    const { value } = attribute;
    const isLarge = value.case === 'tensor' && value.value.tensorContent.byteLength > LARGE_BYTES;
    this.#add(name, isLarge ? this.#numberOf(attribute) : value.case ?? null);
    if (!isLarge) this.#hash.update(toBinary(AttrValueSchema, attribute));
  }

  /** An input or output by its place, or what its node is called; a node's own name where it stands in a cycle that is not closed yet. */
  #nameOf(place: TensorPlace): string {
    const key = placeKey(place);
    return this.#names.get(key) ?? `${this.#names.get(place.node) ?? `later ${place.node}`}:${place.index}`;
  }

  #add(...parts: readonly unknown[]): void {
    this.#hash.update(`${JSON.stringify(parts)}\n`);
  }
}

/** A variable, or another thing that the model holds: it is what it is called. */
function isSource({ op, inputs }: FlatNode): boolean {
  return inputs.length === 0 && op !== 'Const';
}

function sorted<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
