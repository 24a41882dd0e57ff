import type { ValueFacts } from './value-facts.ts';

/** A model's graph as the proof of row independence needs it: everything but its weights. */
export interface OnnxModel {
  /** Versions by domain; the domain of ONNX itself is `ai.onnx`. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
}

/** A graph, or a body of a loop or branch. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxConstant>;
  /** As the file lists them: initializers may be among them. */
  readonly inputs: readonly ValueFacts[];
  readonly outputs: readonly ValueFacts[];
}

/** One node of a graph. */
export interface OnnxNode {
  readonly name: string;
  /** `ai.onnx` for ONNX's own. */
  readonly domain: string;
  readonly operator: string;
  readonly overload: string;
  /** An empty name stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** One attribute; what it does not hold is `undefined`, and so are lists of more than {@link MAX_VALUES}. */
export interface OnnxAttribute {
  readonly integer: number | undefined;
  readonly float: number | undefined;
  readonly text: string | undefined;
  readonly integers: readonly number[] | undefined;
  readonly floats: readonly number[] | undefined;
  readonly texts: readonly string[] | undefined;
  readonly tensor: OnnxConstant | undefined;
  readonly graph: OnnxGraph | undefined;
  /** Inside a function: the attribute of its caller that stands here. */
  readonly reference: string | undefined;
}

/** A stored tensor. */
export interface OnnxConstant {
  readonly shape: readonly number[];
  /** Numbers of small tensors, integers beyond 2^53 rounded; `undefined` for large, external and other ones. */
  readonly values: readonly number[] | undefined;
}

/** A function that the model defines itself. */
export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly string[];
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
  readonly nodes: readonly OnnxNode[];
  readonly opsets: ReadonlyMap<string, number>;
}

/** Longer lists and tensors are weights, not shapes. */
export const MAX_VALUES = 1024;
