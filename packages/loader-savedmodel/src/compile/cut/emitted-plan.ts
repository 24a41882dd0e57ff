import type { DType } from '@servable/core';
import type { ModelToWrite, StoredTensor } from '@servable/onnx-graph';
import type { HostNode } from '../build/host-nodes.ts';

/** A part of a graph that is ONNX. */
export interface EmittedSegment {
  readonly kind: 'segment';
  readonly model: ModelToWrite;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A node between segments. */
export interface EmittedHost extends Omit<HostNode, 'after'> {
  readonly kind: 'host';
}

/** A signature as segments of ONNX with nodes between them that run in TypeScript. Values are known by their names in the graph. */
export interface EmittedPlan {
  /** Each after those that it needs. */
  readonly steps: readonly (EmittedSegment | EmittedHost)[];
  /** By alias. `isRows`: requests may differ in how many rows of it they have. */
  readonly inputs: ReadonlyMap<string, { readonly name: string; readonly dtype: DType; readonly isRows: boolean }>;
  readonly outputs: ReadonlyMap<string, string>;
  /** Of host nodes, and those outputs that are the same for all calls. */
  readonly constants: ReadonlyMap<string, StoredTensor>;
  /** Values that every call computes: to do so is to find out whether it is refused. */
  readonly guards: readonly string[];
}
