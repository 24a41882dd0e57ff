import type { NodeToWrite } from '@servable/onnx-graph';
import type { HostNode } from '../build/host-nodes.ts';
import { isGraph, namesUsed } from '../build/needed-nodes.ts';

/** A node of either kind, where it comes in the order of computation. */
export type Placed = { readonly kind: 'onnx'; readonly node: NodeToWrite } | { readonly kind: 'host'; readonly node: HostNode };

/** A node that every segment may compute for itself: it is made of constants alone. */
const ANYWHERE = -1;

/** Nodes of both kinds in the order in which they were made. */
export function inOrderOfMaking(nodes: readonly NodeToWrite[], hosts: readonly HostNode[]): readonly Placed[] {
  const placed: Placed[] = [];
  let at = 0;
  for (const node of hosts) {
    while (at < node.after) placed.push({ kind: 'onnx', node: nodes[at++] as NodeToWrite });
    placed.push({ kind: 'host', node });
  }
  return [...placed, ...nodes.slice(at).map((node) => ({ kind: 'onnx', node }) as const)];
}

/** What a node takes, in branches too. */
export function takenBy(placed: Placed): readonly string[] {
  return placed.kind === 'host' ? placed.node.inputs : namesUsed(placed.node);
}

/** Those that some value needs, in their order. */
export function neededFor(wanted: readonly string[], placed: readonly Placed[]): readonly Placed[] {
  const needed = new Set(wanted);
  const kept = placed.toReversed().filter((each) => {
    if (!each.node.outputs.some((name) => needed.has(name))) return false;
    for (const name of takenBy(each)) needed.add(name);
    return true;
  });
  return kept.reverse();
}

/**
 * When each node runs, as early as it can: the nodes of ONNX of level n are segment n, the host nodes of level n run before it. So there are no
 * more segments than the longest chain has turns between the two kinds.
 */
export class Levels {
  readonly #levels = new Map<Placed, number>();
  /** When a value is there for a segment, and when for a host node. */
  readonly #forSegments = new Map<string, number>();
  readonly #forHosts = new Map<string, number>();

  /** @param given - names of values that are there from the start: inputs */
  constructor(placed: readonly Placed[], given: Iterable<string>) {
    for (const name of given) this.#set([name], { segments: 0, hosts: 0 });
    for (const each of placed) this.#place(each);
  }

  of(placed: Placed): number {
    return this.#levels.get(placed) ?? 0;
  }

  /** Whether it is made of constants alone, and always the same. */
  isAnywhere(placed: Placed): boolean {
    return this.of(placed) === ANYWHERE;
  }

  #place(placed: Placed): void {
    const { kind, node } = placed;
    const times = kind === 'onnx' ? this.#forSegments : this.#forHosts;
    const latest = Math.max(kind === 'onnx' && isRepeatable(node) ? ANYWHERE : 0, ...takenBy(placed).map((name) => times.get(name) ?? ANYWHERE));
    this.#levels.set(placed, latest);
    // What may run anywhere runs in the first segment for a host node that needs it.
    this.#set(node.outputs, kind === 'onnx' ? { segments: latest, hosts: Math.max(0, latest) + 1 } : { segments: latest, hosts: latest });
  }

  #set(names: readonly string[], { segments, hosts }: { readonly segments: number; readonly hosts: number }): void {
    for (const name of names) {
      this.#forSegments.set(name, segments);
      this.#forHosts.set(name, hosts);
    }
  }
}

function isRepeatable({ operator, attributes }: NodeToWrite): boolean {
  return !operator.startsWith('Random') && !Object.values(attributes).some(isGraph);
}
