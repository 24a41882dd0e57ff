import type { NodeToWrite } from '@servable/onnx-graph';
import type { FusingGraph } from './fusing-graph.ts';

/** How a value must be made. */
export type Pattern =
  /** Any value; where a name stands twice, the same one. */
  | { readonly kind: 'value'; readonly name: string }
  /** A constant that has one number. */
  | { readonly kind: 'number'; readonly number: number }
  /** A node of ONNX's own; `name` tells it afterwards. Inputs of sums and products stand in any order. */
  | { readonly kind: 'node'; readonly operator: string; readonly inputs: readonly Pattern[]; readonly name?: string | undefined }
  /** A product of all of these, multiplied in any order. */
  | { readonly kind: 'product'; readonly factors: readonly Pattern[] };

/** What stands for the names of a pattern. */
export interface Match {
  readonly values: ReadonlyMap<string, string>;
  readonly named: ReadonlyMap<string, NodeToWrite>;
  readonly nodes: ReadonlySet<NodeToWrite>;
}

export function value(name: string): Pattern {
  return { kind: 'value', name };
}

export function number(of: number): Pattern {
  return { kind: 'number', number: of };
}

export function made(operator: string, inputs: readonly Pattern[], name?: string): Pattern {
  return { kind: 'node', operator, inputs, name };
}

export function product(...factors: readonly Pattern[]): Pattern {
  return { kind: 'product', factors };
}

const NOTHING: Match = { values: new Map(), named: new Map(), nodes: new Set() };
const SWAPPED: ReadonlySet<string> = new Set(['Add', 'Mul']);
/** Of a number in single precision. */
const CLOSE = 1e-6;

/** Finds one of some patterns that ends in a node. Nothing else may use what is inside of it. */
export function findPattern(graph: FusingGraph, node: NodeToWrite, patterns: readonly Pattern[]): Match | undefined {
  for (const pattern of patterns) {
    const found = matchValue(graph, pattern, { name: node.outputs[0] ?? '', so: NOTHING });
    if (found !== undefined && isClosed(graph, node, found.nodes)) return found;
  }
  return undefined;
}

function isClosed(graph: FusingGraph, last: NodeToWrite, nodes: ReadonlySet<NodeToWrite>): boolean {
  return [...nodes].every((node) => node === last || node.outputs.every((name) => graph.isOnlyFor(name, nodes)));
}

interface Sought {
  readonly name: string;
  readonly so: Match;
}

function matchValue(graph: FusingGraph, pattern: Pattern, { name, so }: Sought): Match | undefined {
  switch (pattern.kind) {
    case 'value': {
      const known = so.values.get(pattern.name);
      if (known !== undefined) return known === name ? so : undefined;
      return { ...so, values: new Map([...so.values, [pattern.name, name]]) };
    }
    case 'number':
      return isClose(graph.number(name), pattern.number) ? so : undefined;
    case 'node':
      return matchNode(graph, pattern, { name, so });
    case 'product':
      return matchProduct(graph, pattern.factors, { name, so });
    default:
      return pattern satisfies never;
  }
}

function isClose(actual: number | undefined, wanted: number): boolean {
  return actual !== undefined && Math.abs(actual - wanted) <= CLOSE * Math.abs(wanted);
}

function matchNode(graph: FusingGraph, { operator, inputs, name: label }: Extract<Pattern, { kind: 'node' }>, { name, so }: Sought): Match | undefined {
  const node = graph.madeBy(name, operator);
  if (node === undefined || node.inputs.length !== inputs.length) return undefined;
  const known = label === undefined ? undefined : so.named.get(label);
  if (known !== undefined && known !== node) return undefined;
  const within: Match = { ...so, nodes: new Set([...so.nodes, node]), named: label === undefined ? so.named : new Map([...so.named, [label, node]]) };
  const orders = SWAPPED.has(operator) ? [node.inputs, node.inputs.toReversed()] : [node.inputs];
  return firstOf(orders, (order) => matchAll(graph, inputs, { names: order, so: within }));
}

function matchAll(graph: FusingGraph, patterns: readonly Pattern[], { names, so }: { readonly names: readonly string[]; readonly so: Match }): Match | undefined {
  return patterns.reduce<Match | undefined>((found, pattern, at) => (found === undefined ? undefined : matchValue(graph, pattern, { name: names[at] ?? '', so: found })), so);
}

function matchProduct(graph: FusingGraph, factors: readonly Pattern[], { name, so }: Sought): Match | undefined {
  const [first, ...others] = factors;
  if (first === undefined) return undefined;
  if (others.length === 0) return matchValue(graph, first, { name, so });
  const node = graph.madeBy(name, 'Mul');
  if (node === undefined) return undefined;
  const within: Match = { ...so, nodes: new Set([...so.nodes, node]) };
  const [left = '', right = ''] = node.inputs;
  return firstOf(partitions(factors), ([one, other]) => {
    const found = matchProduct(graph, one, { name: left, so: within });
    return found === undefined ? undefined : matchProduct(graph, other, { name: right, so: found });
  });
}

/** All ways to share out factors among two, none of whom goes empty. */
function partitions<T>(all: readonly T[]): readonly (readonly [readonly T[], readonly T[]])[] {
  return Array.from({ length: 2 ** all.length - 2 }, (_, at) => {
    const isFirst = (index: number): boolean => (((at + 1) >> index) & 1) === 1;
    return [all.filter((_each, index) => isFirst(index)), all.filter((_each, index) => !isFirst(index))] as const;
  });
}

function firstOf<T, R>(all: readonly T[], attempt: (each: T) => R | undefined): R | undefined {
  for (const each of all) {
    const found = attempt(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
