import type { OutputForm } from './graph-values.ts';

/**
 * The memory of one run, shared by the thread that asks and the thread that computes.
 *
 * Numbers first (64-bit floats: addresses fit, and reading them makes no bigint), then the tensors' bytes. Asking writes
 * the request, computing overwrites it with the answer; who has the slot is settled by messages, never by this memory.
 *
 * Request: session, run options, inputs, outputs; for each input name, element type, offset, bytes, rank, sizes; for each output
 * name, form, types; then where free memory begins. Answer: microseconds, tensors; for each element type, offset, bytes, rank, sizes.
 */
export const SLOT_NUMBERS = 2048;
/** Bytes that the numbers take; tensors begin behind them. */
export const NUMBER_BYTES: number = SLOT_NUMBERS * 8;

/** Where tensors begin: cache lines, and what SIMD kernels like. */
const ALIGNMENT = 64;

/** Forms by the number that stands for them in a slot. */
export const FORMS: readonly OutputForm[] = ['tensor', 'stack', 'maps', 'map'];

/** The next place where a tensor may begin. */
export function alignUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Views of a slot's memory. Both sides make their own. */
export class Slot {
  readonly memory: SharedArrayBuffer;
  readonly numbers: Float64Array;
  readonly bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.numbers = new Float64Array(memory, 0, SLOT_NUMBERS);
    this.bytes = new Uint8Array(memory);
  }
}
