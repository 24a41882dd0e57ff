import type { NodeToWrite } from '@servable/onnx-graph';
import type { FusingGraph } from './fusing-graph.ts';

/** A pattern of nodes that fewer can stand for. */
export interface Fusion {
  /** What it does, for the documentation. */
  readonly title: string;
  /** Of the last node of the pattern. */
  readonly operators: readonly string[];
  /**
   * What is written in place of the last node, of which the last gives the same value under the same name; `undefined` where the pattern does
   * not fit. Values inside of the pattern that something else needs keep it from fitting.
   */
  fuse(node: NodeToWrite, graph: FusingGraph): readonly NodeToWrite[] | undefined;
}

/** A node of ONNX's own operators that gives what another gave. */
export function instead(of: NodeToWrite, operator: string, inputs: readonly string[], attributes: NodeToWrite['attributes'] = {}): NodeToWrite {
  return { name: of.name, operator, domain: '', inputs, outputs: of.outputs, attributes };
}
