import type { GraphBuilder } from './build/graph-builder.ts';
import type { NodeAttributes } from './flow/node-attributes.ts';
import type { Value } from './ir/value.ts';
import { Uncovered } from './uncovered.ts';

/** What a scope gives, and zeros while all that it asserts holds. */
export interface ScopeResult {
  readonly outputs: readonly Value[];
  readonly guards: readonly Value[];
}

/**
 * Writes a function that a node may run, into the graph that it is given.
 *
 * @throws UncoveredNodes, with all in it that is not covered; RefusedRun when it cannot run
 */
export type BranchBody = (b: GraphBuilder) => ScopeResult;

/** One node of TensorFlow's that is to be written as ONNX. */
export class OpCall {
  readonly b: GraphBuilder;
  readonly op: string;
  readonly node: string;
  readonly inputs: readonly Value[];
  readonly attributes: NodeAttributes;
  /** Of `If` and `Case`. */
  readonly branches: readonly BranchBody[];
  /** What the graph around the node must not go on without: zeros, as `zerosWhere` gives them. */
  readonly guards: Value[];

  constructor({ b, op, node, inputs, attributes, branches = [], guards = [] }: OpParts) {
    this.b = b;
    this.op = op;
    this.node = node;
    this.inputs = inputs;
    this.attributes = attributes;
    this.branches = branches;
    this.guards = guards;
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

type OpParts = Pick<OpCall, 'b' | 'op' | 'node' | 'inputs' | 'attributes'> & Partial<Pick<OpCall, 'branches' | 'guards'>>;

/** Writes one op. What it gives are the op's outputs in order. */
export type Emitter = (call: OpCall) => Value | readonly Value[];

/** Ops that belong together, in one file. */
export interface OpFamily {
  /** For the table in the documentation. */
  readonly title: string;
  readonly ops: Readonly<Record<string, Emitter>>;
}
