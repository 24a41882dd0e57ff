import { RunTimePredictor, SessionPlan } from '@servable/engine-threads';
import { NativeNames } from '@servable/engine-threads/native';
import type { OnnxValueInfo } from '../engine.ts';
import { selectOutputs } from '../check-run.ts';
import { elementTypeOf } from './element-types.ts';
import type { GraphOutput } from './flatten-outputs.ts';
import { planShape, type RunPlan } from './run-plan.ts';

export interface SessionPlansOptions {
  /** The session's address. */
  readonly session: number;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly GraphOutput[];
  readonly synchronousMicros: number;
  readonly newPlanId: () => number;
  /** The plan is not kept; a run that still waits with it may begin all the same. */
  readonly onDropped: (plan: RunPlan) => void;
}

/** Which outputs are wanted is for clients to say, and every plan takes memory in every thread. */
const MAX_PLANS = 64;

/** The plans of a session, by the outputs that are wanted. */
export class SessionPlans {
  readonly #options: SessionPlansOptions;
  readonly #parts: readonly OnnxValueInfo[];
  readonly #names = new NativeNames();
  readonly #plans = new Map<string, SessionPlan<RunPlan>>();
  #all: SessionPlan<RunPlan> | undefined;

  constructor(options: SessionPlansOptions) {
    this.#options = options;
    this.#parts = options.outputs.flatMap(({ parts }) => parts);
  }

  /**
   * The plan for these outputs; none means all that can be served.
   *
   * @throws ServingError `SRV_ONNX_OUTPUT_UNKNOWN`, `SRV_ONNX_OUTPUT_UNSERVABLE`
   */
  get(outputs: readonly string[]): SessionPlan<RunPlan> {
    if (outputs.length === 0) return (this.#all ??= this.#create(selectOutputs(this.#parts, outputs)));
    const key = outputs.join('\0');
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = this.#create(selectOutputs(this.#parts, outputs));
    this.#plans.set(key, plan);
    if (this.#plans.size > MAX_PLANS) this.#dropOldest();
    return plan;
  }

  /** Frees the names. No run of any plan may be in progress. */
  free(): void {
    this.#names.free();
  }

  #dropOldest(): void {
    for (const [key, { plan }] of this.#plans) {
      this.#plans.delete(key);
      return this.#options.onDropped(plan);
    }
  }

  #create(wanted: readonly string[]): SessionPlan<RunPlan> {
    const { outputs, synchronousMicros } = this.#options;
    const chosen = outputs.filter(({ parts }) => parts.some((part) => wanted.includes(part.name)));
    const parts = chosen.flatMap((output) => output.parts.map(({ name }) => name));
    return new SessionPlan(this.#planFor(chosen), new RunTimePredictor(synchronousMicros), { parts, wanted });
  }

  #planFor(chosen: readonly GraphOutput[]): RunPlan {
    const { session, inputs, newPlanId } = this.#options;
    const shapes = inputs.map(({ shape }) => shape);
    return {
      id: newPlanId(),
      session,
      inputs: inputs.map((info) => ({ name: this.#names.addressOf(info.name), type: typeOf(info) })),
      outputs: chosen.map(({ name, form, parts: [values, keys] }) => ({
        name: this.#names.addressOf(name),
        form,
        type: typeOf(values),
        keyType: typeOf(keys),
        shape: form === 'tensor' ? planShape(values?.shape, shapes) : undefined,
      })),
    };
  }
}

function typeOf(part: OnnxValueInfo | undefined): number {
  return part?.dtype === undefined ? 1 : (elementTypeOf(part.dtype) ?? 1);
}
