/** A tensor of a graph: a node's output. */
export interface NodeOutput {
  readonly node: string;
  readonly index: number;
}

/** Reads `node:1`; without a number it is the first output. */
export function tensorNameOf(name: string): NodeOutput {
  const [, node = name, index = '0'] = /^(.*):(\d+)$/s.exec(name) ?? [];
  return { node, index: Number(index) };
}
