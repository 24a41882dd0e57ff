import type { FlatNode, TensorPlace } from './flow/flat-graph.ts';
import { type UncoveredNode } from './uncovered.ts';

/** Nodes that could not be written, and those that need one. What nothing asks for does not count. */
export class Failures {
  readonly #own = new Map<string, readonly UncoveredNode[]>();
  readonly #behind = new Map<string, readonly string[]>();

  /** @param behind - nodes that it needs and that are not there */
  add(node: FlatNode, reasons: readonly UncoveredNode[], behind: readonly string[] = []): void {
    this.#own.set(node.name, reasons);
    this.#behind.set(node.name, behind);
  }

  has(node: string): boolean {
    return this.#own.has(node);
  }

  /** Why places are not there, the first causes first. */
  reasonsOf(places: readonly TensorPlace[]): readonly UncoveredNode[] {
    const seen = new Set<string>();
    const reasons: UncoveredNode[] = [];
    const pending = places.map(({ node }) => node).reverse();
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      reasons.push(...(this.#own.get(name) ?? []));
      pending.push(...(this.#behind.get(name) ?? []));
    }
    return reasons;
  }
}
