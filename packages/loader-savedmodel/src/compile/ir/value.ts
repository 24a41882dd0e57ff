import type { DType } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import type { Shape, Size } from './dimension.ts';

/**
 * A tensor of the graph that is being compiled, and what is known of it.
 *
 * Its axes may lie in memory in another order than the graph means them: convolutions give channels first, TensorFlow's graphs have them
 * last. `order` says which: axis i in memory is axis `order[i]` of `shape`. What works on each element, or along axes it can rename,
 * leaves the order alone; what cannot asks for {@link file://../build/order.ts | inOrder} first. So transposes are made
 * only where something needs them, and those of a chain of convolutions cancel.
 */
export interface Value {
  /** In the ONNX graph; of a constant that nothing uses yet empty. */
  readonly name: string;
  readonly dtype: DType;
  /** Sizes as the graph means them; `undefined`: the rank is not known. */
  readonly shape: Shape | undefined;
  /** `undefined`: as in `shape`. */
  readonly order?: readonly number[] | undefined;
  /** Its elements, where they are the same in every run; in the order of `shape`. */
  readonly constant?: StoredTensor | undefined;
  /** Of a short list of integers, or one: what is known of each, such as that it is the size of an axis. */
  readonly elements?: readonly (Size | undefined)[] | undefined;
}

/** The rank. @throws NeedsRank */
export function rankOf(value: Value): number {
  return shapeOf(value).length;
}

/** The shape. @throws NeedsRank */
export function shapeOf({ shape }: Value): Shape {
  if (shape === undefined) throw new NeedsRank();
  return shape;
}

/** Something can only be compiled when it is known how many axes a tensor has. */
export class NeedsRank extends Error {
  constructor() {
    super('it is not known how many axes its input has');
  }
}

/** An axis that may be counted from the end. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
