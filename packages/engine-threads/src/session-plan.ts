import type { NamedTensors, Tensor } from '@servable/core';
import type { ThreadPlan } from './native/thread-messages.ts';
import type { RunTimePredictor } from './run-time-predictor.ts';

/** A plan, and what its session has learned of its runs. */
export class SessionPlan<Plan extends ThreadPlan> {
  readonly plan: Plan;
  readonly predictor: RunTimePredictor;
  /** The largest answer so far. */
  answerBytes = 0;
  /** Names of the answer's tensors in the order they are wanted, and where each is in the answer. */
  readonly #names: readonly (readonly [name: string, at: number])[];

  /**
   * @param partNames - of the plan's outputs: all tensors that its answers have, in order
   * @param wanted - among those, in the caller's order
   */
  constructor(plan: Plan, predictor: RunTimePredictor, names: { readonly parts: readonly string[]; readonly wanted: readonly string[] }) {
    this.plan = plan;
    this.predictor = predictor;
    this.#names = names.wanted.map((name) => [name, names.parts.indexOf(name)] as const);
  }

  nameTensors(tensors: readonly Tensor[]): NamedTensors {
    const named = new Map<string, Tensor>();
    for (const [name, at] of this.#names) {
      const tensor = tensors[at];
      if (tensor !== undefined) named.set(name, tensor);
    }
    return named;
  }
}
