import type { RunnerOfSlot, Slot, SlotResult } from '@servable/engine-threads/native';
import type { OrtApi } from './ort-api.ts';
import { RunBinding } from './run-binding.ts';
import type { RunPlan } from './run-plan.ts';

/**
 * Computes the requests of one slot in this thread. A request of the same plan and sizes as the one before reuses its tensors, and
 * is then one call into ONNX Runtime.
 */
export class SlotRunner implements RunnerOfSlot<RunPlan> {
  readonly #api: OrtApi;
  readonly #slot: Slot;
  #binding: RunBinding | undefined;

  constructor(api: OrtApi, slot: Slot) {
    this.#api = api;
    this.#slot = slot;
  }

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

  free(): void {
    this.#binding?.free();
    this.#binding = undefined;
  }
}
