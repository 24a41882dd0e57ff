import type { Tensor } from '@servable/core';
import type { SlotResult } from './native/answer-sheet.ts';
import type { NativeMemory } from './native/native-memory.ts';
import type { RunnerOfSlot } from './native/serve-thread.ts';
import { allocateSlot, type Slot } from './native/slot.ts';
import type { ThreadPlan } from './native/thread-messages.ts';
import { answerTensor, type DTypeOf, readAnswer, type SlotAnswer, writeRequest } from './slot-tensors.ts';

/** What runs in the calling thread need. */
export interface LocalRunnerParts<Plan> {
  readonly memory: Pick<NativeMemory, 'allocate' | 'free'>;
  readonly dtypeOf: DTypeOf;
  readonly createRunner: (slot: Slot) => RunnerOfSlot<Plan>;
}

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
export class LocalRunner<Plan extends ThreadPlan> {
  readonly #parts: LocalRunnerParts<Plan>;
  readonly #slot: Slot;
  readonly #runner: RunnerOfSlot<Plan>;
  #microsSinceTurn = 0;
  #isResting = false;

  constructor(parts: LocalRunnerParts<Plan>) {
    this.#parts = parts;
    this.#slot = allocateSlot(parts.memory, SLOT_BYTES);
    this.#runner = parts.createRunner(this.#slot);
  }

  /** `undefined` when it has not the memory, or the event loop needs a turn. @throws NativeFault */
  run(plan: Plan, inputs: readonly Tensor[], requestBytes: number): SlotAnswer | undefined {
    if (requestBytes > SLOT_BYTES || this.#isResting) return undefined;
    const { dtypeOf } = this.#parts;
    writeRequest(this.#slot, { plan: plan.id, runOptions: 0, inputs });
    const spilled = this.#runner.run(() => plan);
    const answer = spilled === undefined ? readAnswer(this.#slot, dtypeOf) : ownAnswer(spilled, dtypeOf);
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
    this.#parts.memory.free(this.#slot.address);
  }
}

function ownAnswer({ microseconds, tensors }: Exclude<SlotResult, undefined>, dtypeOf: DTypeOf): SlotAnswer {
  return { microseconds, tensors: tensors.map((each) => answerTensor(each, dtypeOf)) };
}
