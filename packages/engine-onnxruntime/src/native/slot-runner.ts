import type { SlotResult } from './answer-writer.ts';
import type { OrtApi } from './ort-api.ts';
import { RunBinding } from './run-binding.ts';
import type { RunPlan } from './run-plan.ts';
import type { Slot } from './slot.ts';

/**
 * Computes the requests of one slot in this thread. A request of the same plan and sizes as the one before reuses its tensors, and
 * is then one call into ONNX Runtime.
 */
export class SlotRunner {
  readonly #api: OrtApi;
  readonly #slot: Slot;
  #binding: RunBinding | undefined;

  constructor(api: OrtApi, slot: Slot) {
    this.#api = api;
    this.#slot = slot;
  }

  /**
   * Computes the request in the slot, and writes the answer into it or beside it.
   *
   * @throws OrtFault; the slot can be used again
   */
  run(planOf: (id: number) => RunPlan | undefined): SlotResult {
    const startedMs = performance.now();
    const [id = 0, runOptions = 0] = this.#slot.numbers;
    let binding = this.#binding;
    if (binding === undefined || !binding.fits(this.#slot.numbers)) {
      this.free();
      const plan = planOf(id);
      if (plan === undefined) throw new Error(`there is no plan ${id}`);
      binding = this.#binding = new RunBinding(this.#api, this.#slot, plan);
    }
    return binding.run(runOptions, startedMs);
  }

  /** Gives the tensors back: before the slot's memory goes. */
  free(): void {
    this.#binding?.free();
    this.#binding = undefined;
  }
}
