import { ANSWER_AT, alignUp, type Slot, SLOT_NUMBERS } from './slot.ts';

/** A tensor that does not fit the slot, in memory of its own. */
export interface SpilledTensor {
  readonly type: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a run left: an answer in the slot (`undefined`), or all of it beside the slot. */
export type SlotResult = undefined | { readonly microseconds: number; readonly tensors: readonly SpilledTensor[] };

/** A tensor of an answer: in the slot at an offset, or beside it. `type` is the engine's own number of its element type. */
export interface WrittenTensor {
  readonly type: number;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly byteLength: number;
  /** Its own memory when the slot is too small. */
  readonly spilled?: Uint8Array<ArrayBuffer>;
}

/** Collects the tensors of an answer: in the slot while they fit, after the inputs, which the request still needs. */
export class AnswerSheet {
  readonly #slot: Slot;
  readonly #written: WrittenTensor[] = [];
  #offset: number;
  #isSpilled = false;

  constructor(slot: Slot, freeOffset: number) {
    this.#slot = slot;
    this.#offset = freeOffset;
  }

  /** A tensor that `fill` writes. Strings are their starts (64-bit integers), then all of them in a row. */
  write(type: number, shape: readonly number[], { byteLength, fill }: { readonly byteLength: number; readonly fill: (target: Uint8Array) => void }): void {
    const offset = this.#offset;
    this.#offset += alignUp(byteLength);
    const end = offset + byteLength;
    if (end <= this.#slot.bytes.byteLength) {
      fill(this.#slot.bytes.subarray(offset, end));
      this.#written.push({ type, shape, offset, byteLength });
      return;
    }
    this.#isSpilled = true;
    const spilled = new Uint8Array(new ArrayBuffer(byteLength));
    fill(spilled);
    this.#written.push({ type, shape, offset, byteLength, spilled });
  }

  /** One that is in the slot already. */
  addWritten(tensor: WrittenTensor): void {
    this.#written.push(tensor);
  }

  /** Writes down what was added, unless something did not fit. */
  finish(microseconds: number): SlotResult {
    const { numbers } = this.#slot;
    const needed = this.#written.reduce((total, { shape }) => total + 4 + shape.length, ANSWER_AT + 2);
    if (this.#isSpilled || needed > SLOT_NUMBERS) return { microseconds, tensors: this.#written.map((each) => this.#spill(each)) };
    let at = ANSWER_AT;
    numbers[at++] = microseconds;
    numbers[at++] = this.#written.length;
    for (const { type, shape, offset, byteLength } of this.#written) {
      numbers[at++] = type;
      numbers[at++] = offset;
      numbers[at++] = byteLength;
      numbers[at++] = shape.length;
      for (const size of shape) numbers[at++] = size;
    }
    return undefined;
  }

  #spill({ type, shape, offset, byteLength, spilled }: WrittenTensor): SpilledTensor {
    if (spilled !== undefined) return { type, shape, bytes: spilled };
    const bytes = new Uint8Array(byteLength);
    bytes.set(this.#slot.bytes.subarray(offset, offset + byteLength));
    return { type, shape, bytes };
  }
}
