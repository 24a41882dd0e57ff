import type { GraphBuilder } from './build/graph-builder.ts';
import type { NodeAttributes } from './flow/node-attributes.ts';
import type { Value } from './ir/value.ts';
import { Uncovered } from './uncovered.ts';

/** One node of TensorFlow's that is to be written as ONNX. */
export class OpCall {
  readonly b: GraphBuilder;
  readonly op: string;
  readonly node: string;
  readonly inputs: readonly Value[];
  readonly attributes: NodeAttributes;

  constructor({ b, op, node, inputs, attributes }: Pick<OpCall, 'b' | 'op' | 'node' | 'inputs' | 'attributes'>) {
    this.b = b;
    this.op = op;
    this.node = node;
    this.inputs = inputs;
    this.attributes = attributes;
  }

  /** An input that the op always has. */
  input(at: number): Value {
    const value = this.inputs[at];
    if (value === undefined) throw new Uncovered(`it has ${this.inputs.length} inputs`);
    return value;
  }

  /** The first two. */
  pair(): readonly [Value, Value] {
    return [this.input(0), this.input(1)];
  }
}

/** Writes one op. What it gives are the op's outputs in order. */
export type Emitter = (call: OpCall) => Value | readonly Value[];

/** Ops that belong together, in one file. */
export interface OpFamily {
  /** For the table in the documentation. */
  readonly title: string;
  readonly ops: Readonly<Record<string, Emitter>>;
}
