import type { Tensor } from '@servable/core';
import type { SlotResult } from './answer-writer.ts';
import type { OrtApi } from './ort-api.ts';
import type { RunPlan } from './run-plan.ts';
import { allocateSlot, type Slot } from './slot.ts';
import { SlotRunner } from './slot-runner.ts';
import { answerTensor, readAnswer, type SlotAnswer, writeRequest } from './slot-tensors.ts';

/** Short runs do not have more. */
const SLOT_BYTES = 1024 * 1024;

/** After so much time in runs here, the event loop has a turn before the next one. */
const MICROS_BETWEEN_TURNS = 1000;

/**
 * Makes runs in the calling thread, which is the event loop's: for those known to be short.
 *
 * A caller who asks for the next run as soon as it has an answer gets that at once, and asks again: timers and sockets would never have
 * their turn. So after a millisecond of runs there are no more until they had.
 */
export class LocalRunner {
  readonly #api: OrtApi;
  readonly #slot: Slot;
  readonly #runner: SlotRunner;
  #microsSinceTurn = 0;
  #isResting = false;

  constructor(api: OrtApi) {
    this.#api = api;
    this.#slot = allocateSlot(api.library, SLOT_BYTES);
    this.#runner = new SlotRunner(api, this.#slot);
  }

  /** `undefined` when it has not the memory, or the event loop needs a turn. @throws OrtFault */
  run(plan: RunPlan, inputs: readonly Tensor[], requestBytes: number): SlotAnswer | undefined {
    if (requestBytes > SLOT_BYTES || this.#isResting) return undefined;
    writeRequest(this.#slot, { plan: plan.id, runOptions: 0, inputs });
    const spilled = this.#runner.run(() => plan);
    const answer = spilled === undefined ? readAnswer(this.#slot) : ownAnswer(spilled);
    this.#count(answer.microseconds);
    return answer;
  }

  #count(micros: number): void {
    this.#microsSinceTurn += micros;
    if (this.#microsSinceTurn < MICROS_BETWEEN_TURNS) return;
    this.#isResting = true;
    setImmediate(() => {
      this.#microsSinceTurn = 0;
      this.#isResting = false;
    }).unref();
  }

  /** Frees what it keeps for the next run. */
  forget(): void {
    this.#runner.free();
  }

  /** No run may follow. */
  close(): void {
    this.forget();
    this.#api.library.free(this.#slot.address);
  }
}

function ownAnswer({ microseconds, tensors }: Exclude<SlotResult, undefined>): SlotAnswer {
  return { microseconds, tensors: tensors.map(({ type, shape, bytes }) => answerTensor(type, shape, bytes)) };
}
