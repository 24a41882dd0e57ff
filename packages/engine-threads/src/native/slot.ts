import { type Address, type NativeMemory, viewMemory } from './native-memory.ts';

/**
 * The memory of one run, known to the thread that asks and the thread that computes.
 *
 * Numbers first (64-bit floats: addresses fit, and reading them makes no bigint), half for the request and half for the answer, then
 * the tensors' bytes. Who has the slot is settled by messages, never by this memory.
 *
 * Request: plan, the run's options as its engine has them, where free memory begins; for each input offset, bytes, rank, sizes.
 * Answer: microseconds, tensors; for each element type, offset, bytes, rank, sizes.
 */
export const SLOT_NUMBERS = 16_384;
/** Where the answer's numbers begin: a request stays readable, so that the next one can be compared with it. */
export const ANSWER_AT = 8192;
/** Where a request's inputs begin. */
export const INPUTS_AT = 3;
/** Bytes that the numbers take; tensors begin behind them. Pages that nobody touches take no memory. */
export const NUMBER_BYTES: number = SLOT_NUMBERS * 8;

/** Where tensors begin: cache lines, and what SIMD kernels like. */
const ALIGNMENT = 64;

/** The next place where a tensor may begin. */
export function alignUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/**
 * Views of a slot's memory, which both sides make for themselves. The memory is native and freed by name: shared memory of
 * JavaScript is freed only when both threads collect garbage, and an engine thread hardly ever does.
 */
export class Slot {
  readonly address: Address;
  readonly byteLength: number;
  readonly numbers: Float64Array;
  readonly bytes: Uint8Array;

  constructor(address: Address, byteLength: number) {
    const memory = viewMemory(address, byteLength);
    this.address = address;
    this.byteLength = byteLength;
    this.numbers = new Float64Array(memory, 0, SLOT_NUMBERS);
    this.bytes = new Uint8Array(memory);
  }
}

/** Memory for a slot; freed with `library.free`. @throws Error when there is none left */
export function allocateSlot(library: Pick<NativeMemory, 'allocate'>, bytes: number): Slot {
  const byteLength = alignUp(bytes);
  const address = library.allocate(ALIGNMENT, byteLength);
  if (address === 0) throw new Error(`memory allocation failed: ${byteLength} bytes for a run`);
  return new Slot(address, byteLength);
}
