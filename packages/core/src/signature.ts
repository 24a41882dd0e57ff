import type { DType, NamedTensors } from './tensor.ts';

/** A size: a fixed number, -1 for any, or a name for "any, but the same wherever this name stands". */
export type Dimension = number | string;

/** What a signature says of one input or output. */
export interface TensorSpec {
  readonly dtype: DType;
  /** `undefined` means that even the rank is unknown. */
  readonly shape: readonly Dimension[] | undefined;
  /** The tensor's name inside the graph, such as `x:0`; shown in metadata. Default: the alias. */
  readonly graphName?: string;
}

/** TensorFlow Serving's method names; others are passed through. */
export const METHOD_NAMES: {
  readonly predict: 'tensorflow/serving/predict';
  readonly classify: 'tensorflow/serving/classify';
  readonly regress: 'tensorflow/serving/regress';
} = {
  predict: 'tensorflow/serving/predict',
  classify: 'tensorflow/serving/classify',
  regress: 'tensorflow/serving/regress',
};

/** The signature that a request without a signature name means. */
export const DEFAULT_SIGNATURE_NAME = 'serving_default';

/** `rows`: requests may be joined along axis 0 and the answers split again without changing them. */
export type Batching = 'rows' | 'none';

/** One way to call a servable. Keys of the maps are the aliases that clients use. */
export interface Signature {
  readonly methodName: string;
  readonly inputs: ReadonlyMap<string, TensorSpec>;
  readonly outputs: ReadonlyMap<string, TensorSpec>;
  /** Values of inputs that a request may leave out. */
  readonly defaults: NamedTensors;
  readonly batching: Batching;
}
