/** An op, or one of its forms, that the compiler does not cover. The text ends a sentence that begins with the node and its op. */
export class Uncovered extends Error {}

/** A node that keeps a signature from being compiled. */
export interface UncoveredNode {
  readonly node: string;
  readonly op: string;
  /** What about the op, when it is not the op itself. */
  readonly reason: string | undefined;
}

/** Every node that keeps a signature from being compiled. */
export class UncoveredNodes extends Error {
  readonly nodes: readonly UncoveredNode[];

  constructor(nodes: readonly UncoveredNode[]) {
    super(describeUncovered(nodes));
    this.nodes = nodes;
  }
}

const MOST_LISTED = 8;

/** One line: each op once, with its first node, and how many there are. */
export function describeUncovered(nodes: readonly UncoveredNode[]): string {
  const groups = new Map<string, UncoveredNode[]>();
  for (const each of nodes) {
    const key = JSON.stringify([each.op, each.reason]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  const lines = Array.from(groups.values(), ([first, ...others]) => {
    const { node = '', op = '', reason } = first ?? {};
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return reason === undefined ? `no ${op} ('${node}'${more})` : `${op} ('${node}'${more}): ${reason}`;
  });
  const listed = lines.slice(0, MOST_LISTED).join('; ');
  return lines.length > MOST_LISTED ? `${listed}; and ${lines.length - MOST_LISTED} other ops` : listed;
}
