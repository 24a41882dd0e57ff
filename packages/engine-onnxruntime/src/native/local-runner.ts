import type { Tensor } from '@servable/core';
import type { OrtApi } from './ort-api.ts';
import type { RunPlan } from './run-plan.ts';
import { allocateSlot, type Slot } from './slot.ts';
import { SlotRunner } from './slot-runner.ts';
import { answerTensor, readAnswer, type SlotAnswer, writeRequest } from './slot-tensors.ts';

/** Short runs do not have more. */
const SLOT_BYTES = 1024 * 1024;

/** Makes runs in the calling thread, which is the event loop's: for those known to be short. */
export class LocalRunner {
  readonly #api: OrtApi;
  readonly #slot: Slot;
  readonly #runner: SlotRunner;

  constructor(api: OrtApi) {
    this.#api = api;
    this.#slot = allocateSlot(api.library, SLOT_BYTES);
    this.#runner = new SlotRunner(api, this.#slot);
  }

  /** `undefined` when it has not the memory. @throws OrtFault */
  run(plan: RunPlan, inputs: readonly Tensor[], requestBytes: number): SlotAnswer | undefined {
    if (requestBytes > SLOT_BYTES) return undefined;
    writeRequest(this.#slot, { plan: plan.id, runOptions: 0, inputs });
    const spilled = this.#runner.run(() => plan);
    if (spilled === undefined) return readAnswer(this.#slot);
    return { microseconds: spilled.microseconds, tensors: spilled.tensors.map(({ type, shape, bytes }) => answerTensor(type, shape, bytes)) };
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
