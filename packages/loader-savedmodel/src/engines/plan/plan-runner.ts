import { createTensor, type NamedTensors, type Tensor } from '@servable/core';
import type { OnnxSession } from '@servable/engine-onnxruntime';
import { type CompiledPlan, readConstant } from '../../compile/compiled-model.ts';
import { checkedInput, withAlias } from '../input-errors.ts';
import type { EngineCall } from '../saved-model-engine.ts';
import { type CallValues, type PlanStep, planSteps } from './plan-steps.ts';

/** A step that a call makes, and what of it is needed. */
interface NeededStep {
  readonly step: PlanStep;
  readonly wanted: readonly string[];
}

/** Choices of outputs that are remembered; clients make them. */
const MOST_CHOICES = 64;

/** Runs a plan: its segments with ONNX Runtime, what is between them here. */
export class PlanRunner {
  readonly #plan: CompiledPlan;
  readonly #steps: readonly PlanStep[];
  readonly #constants: ReadonlyMap<string, Tensor>;
  readonly #choices = new Map<string, readonly NeededStep[]>();

  constructor(plan: CompiledPlan, sessions: ReadonlyMap<string, OnnxSession>) {
    this.#plan = plan;
    this.#constants = new Map(Object.entries(plan.constants).map(([name, written]) => [name, readConstant(written)]));
    this.#steps = planSteps(plan, { sessions, constants: this.#constants });
  }

  /** Not async: what is answered at once is not made to wait for a promise. */
  run({ inputs, outputs, context: { signal } }: EngineCall): NamedTensors | Promise<NamedTensors> {
    try {
      const values: CallValues = new Map(this.#constants);
      for (const [alias, { name, dtype }] of Object.entries(this.#plan.inputs)) values.set(name, checkedInput(alias, dtype, inputs.get(alias)));
      const answer = (): NamedTensors => this.#answer(values, { inputs, outputs });
      const rest = runFrom(this.#needed(outputs), values, signal);
      if (rest === undefined) return answer();
      return rest.then(answer, (error: unknown) => {
        throw this.#named(error);
      });
    } catch (error) {
      return Promise.reject(this.#named(error));
    }
  }

  #named(error: unknown): unknown {
    const { inputs } = this.#plan;
    return withAlias(error, (name) => Object.keys(inputs).find((alias) => inputs[alias]?.name === name));
  }

  #answer(values: CallValues, { inputs, outputs }: { readonly inputs: NamedTensors; readonly outputs: readonly string[] }): NamedTensors {
    const shared = new Set<Tensor['data']>([...inputs.values(), ...this.#constants.values()].map(({ data }) => data));
    return new Map(outputs.flatMap((alias): [string, Tensor][] => {
      const tensor = values.get(this.#nameOf(alias) ?? '');
      if (tensor === undefined) return [];
      const own = shared.has(tensor.data) ? createTensor(tensor.dtype, tensor.shape, tensor.data.slice()) : tensor;
      shared.add(own.data);
      return [[alias, own]];
    }));
  }

  #nameOf(alias: string): string | undefined {
    const { outputs } = this.#plan;
    return Object.hasOwn(outputs, alias) ? outputs[alias] : undefined;
  }

  #needed(outputs: readonly string[]): readonly NeededStep[] {
    const key = JSON.stringify(outputs);
    const known = this.#choices.get(key);
    if (known !== undefined) return known;
    const wanted = outputs.map((alias) => this.#nameOf(alias)).filter((name) => name !== undefined);
    const needed = neededSteps(this.#steps, [...wanted, ...this.#plan.guards]);
    if (this.#choices.size < MOST_CHOICES) this.#choices.set(key, needed);
    return needed;
  }
}

/** The steps that give some values, each with what is needed of it. */
function neededSteps(steps: readonly PlanStep[], names: readonly string[]): readonly NeededStep[] {
  const needed = new Set(names);
  const kept = steps.toReversed().flatMap((step): NeededStep[] => {
    const wanted = step.outputs.filter((name) => needed.has(name));
    if (wanted.length === 0) return [];
    for (const name of step.inputs) needed.add(name);
    return [{ step, wanted }];
  });
  return kept.reverse();
}

/** `undefined`: every step was done at once. */
function runFrom(steps: readonly NeededStep[], values: CallValues, signal: AbortSignal): undefined | Promise<void> {
  for (const [at, { step, wanted }] of steps.entries()) {
    const rest = step.run(values, wanted, signal);
    if (rest !== undefined) {
      return rest.then(() => {
        signal.throwIfAborted();
        return runFrom(steps.slice(at + 1), values, signal);
      });
    }
  }
  return undefined;
}
