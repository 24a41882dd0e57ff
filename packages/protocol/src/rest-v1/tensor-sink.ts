import type { Tensor } from '@servable/core';
import type { JsonTape } from './json-tape.ts';

/** Takes JSON values into the data of one tensor. */
export interface TensorSink {
  /**
   * Takes `count` values that follow one another from entry `index` on. Returns the entry after them, or -1 when one of them
   * does not fit the dtype; `explainSteps` then says which and why.
   */
  take(tape: JsonTape, index: number, count: number): number;
  /** The tensor of what was taken. */
  finish(shape: readonly number[]): Tensor;
}
