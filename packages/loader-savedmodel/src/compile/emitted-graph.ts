import type { ModelToWrite, StoredTensor } from '@servable/onnx-graph';

/** A signature as ONNX. */
export interface EmittedGraph {
  readonly model: ModelToWrite;
  /** Names in the ONNX graph, by alias. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
  /** Outputs that are what an input is: its alias, by that of the output. */
  readonly passed: ReadonlyMap<string, string>;
  /** Outputs that are the same for all calls, of types that ONNX Runtime does not hold. */
  readonly constants: ReadonlyMap<string, StoredTensor>;
}
