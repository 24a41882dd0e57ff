/** What an input of a node, or a tensor of a signature, names. */
export interface TensorName {
  readonly node: string;
  /** Inside functions: which of the node's outputs, by its name in the op's definition. */
  readonly output: string | undefined;
  readonly index: number;
  /** It only says that this node runs first. */
  readonly isControl: boolean;
}

/** Reads `node`, `node:1`, `^node`, and `node:output:0`, as function bodies have it. */
export function parseTensorName(text: string): TensorName {
  const isControl = text.startsWith('^');
  const [node = '', second, third] = (isControl ? text.slice(1) : text).split(':');
  const output = third === undefined ? undefined : second;
  return { node, output, index: Number(third ?? second ?? 0), isControl };
}
