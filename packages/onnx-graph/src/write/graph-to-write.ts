import type { Dimension, DType, TensorData } from '@servable/core';

/** A stored tensor. Its data is asked for when it is written, so that what is made of weights need not be in memory before. */
export interface StoredTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** In the dtype's own array, row-major. Only read. */
  read(): TensorData;
  /** Whether that is made anew each time, and so belongs to who asked for it. Default false. */
  readonly isMade?: boolean;
}

/** A number is an integer; write a float as `{ float: 1 }`. */
export type AttributeToWrite =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly tensor: StoredTensor }
  | { readonly graph: GraphToWrite };

/** One node. An empty input name stands for an input that is left out. */
export interface NodeToWrite {
  readonly name: string;
  readonly operator: string;
  /** Empty: ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeToWrite>>;
}

/** An input or output of a graph; without a shape even the rank is not said. */
export interface ValueToWrite {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dimension[] | undefined;
}

/** A graph in the order of its computation. */
export interface GraphToWrite {
  readonly name: string;
  readonly nodes: readonly NodeToWrite[];
  readonly initializers: ReadonlyMap<string, StoredTensor>;
  readonly inputs: readonly ValueToWrite[];
  readonly outputs: readonly ValueToWrite[];
}

/** A model: its graph, and the version of each domain's operators. */
export interface ModelToWrite {
  readonly graph: GraphToWrite;
  /** By domain; the domain of ONNX itself is the empty text. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: string;
  readonly metadata?: ReadonlyMap<string, string>;
}
