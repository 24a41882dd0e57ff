import type { DType, Tensor } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import type { NodeAttributes } from '../compile/flow/node-attributes.ts';
import type { SizeNames } from '../compile/ir/dimension.ts';
import type { OutputFacts } from '../compile/ir/node-parts.ts';
import type { Value } from '../compile/ir/value.ts';
import { Uncovered } from '../compile/uncovered.ts';

/** What a host op is told of its node, as it is kept on disk: only what JSON holds. */
export type HostAttributes = Readonly<Record<string, HostAttribute>>;
export type HostAttribute = string | number | boolean | null | readonly HostAttribute[] | { readonly [name: string]: HostAttribute };

/** A node that is to run in this process, while the graph is compiled. */
export interface HostCall {
  readonly op: string;
  readonly node: string;
  readonly inputs: readonly Value[];
  readonly attributes: NodeAttributes;
  /** Names for sizes that only a run tells. */
  readonly sizes: SizeNames;
  /** What the table of a node holds. @throws Uncovered */
  readonly findTable: FindTable;
}

/** Finds what a table holds, by the name of the node that makes it. @throws Uncovered */
export type FindTable = (node: string) => { readonly keys: StoredTensor; readonly values: StoredTensor };

/** What is known of a node before it runs. */
export interface HostPlan<Attributes> {
  readonly attributes: Attributes;
  readonly outputs: readonly OutputFacts[];
  /** What it takes, constants among it. Default: the node's inputs. */
  readonly inputs?: readonly (Value | StoredTensor)[];
  /** Whether row i of every output depends on row i of the inputs alone, but for constants. Default: not known. */
  readonly keepsRows?: boolean;
}

/**
 * What a run gives. A generator pauses between steps of work, each far below a millisecond: whoever runs it may then let others have a turn.
 */
export type HostResult = readonly Tensor[] | Generator<undefined, readonly Tensor[]>;

/** One node's work. Inputs are only read; they have the types that were planned, and any sizes. @throws RefusedRun */
export type HostRun = (inputs: readonly Tensor[]) => HostResult;

/** An op that runs in TypeScript on tensors instead of becoming ONNX. */
export interface HostOp {
  /** What comes out of a node. @throws Uncovered, RefusedRun */
  plan(call: HostCall): HostPlan<HostAttributes>;
  /** Its work, from attributes that `plan` made, and those of its inputs that are constants: once for each model that is loaded. */
  prepare(attributes: HostAttributes, constants: readonly (Tensor | undefined)[]): HostRun;
}

/** Ops that belong together, in one file. */
export interface HostFamily {
  /** For the table in the documentation. */
  readonly title: string;
  readonly ops: Readonly<Record<string, HostOp>>;
}

/** A host op whose attributes have a type of their own. */
export function hostOp<Attributes>(op: { plan(call: HostCall): HostPlan<Attributes>; prepare(attributes: Attributes, constants: readonly (Tensor | undefined)[]): HostRun }): HostOp {
  return {
    plan: (call) => op.plan(call) as HostPlan<HostAttributes>,
    // They are those that `plan` made, by way of JSON.
    prepare: (attributes, constants) => op.prepare(attributes as Attributes, constants),
  };
}

/** An input that the op always has. */
export function hostInput({ inputs }: HostCall, at: number): Value {
  const value = inputs[at];
  if (value === undefined) throw new Uncovered(`it has ${inputs.length} inputs`);
  return value;
}

/** The strings of a tensor. */
export function bytesOf(tensor: Tensor | undefined): readonly Uint8Array[] {
  if (tensor?.dtype !== 'BYTES') throw wrongType('BYTES', tensor);
  return tensor.data;
}

/** The elements of a short list of integers. */
export function integersOf(tensor: Tensor | undefined): readonly number[] {
  if (tensor?.dtype !== 'INT64' && tensor?.dtype !== 'INT32') throw wrongType('INT64', tensor);
  return Array.from<bigint | number, number>(tensor.data, Number);
}

function wrongType(dtype: DType, tensor: Tensor | undefined): Error {
  return new TypeError(`a host node was planned for ${dtype} and got ${tensor?.dtype ?? 'nothing'}`);
}
