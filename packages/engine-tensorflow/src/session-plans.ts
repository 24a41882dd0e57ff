import type { NamedTensors } from '@servable/core';
import { RunTimePredictor, SessionPlan } from '@servable/engine-threads';
import { tensorflowError } from './errors.ts';
import { elementTypeOf } from './native/element-types.ts';
import type { GraphTensor, RunPlan } from './native/thread-types.ts';
import { tensorNameOf } from './tensor-name.ts';

export interface SessionPlansOptions {
  /** The session's address. */
  readonly session: number;
  /** Addresses of nodes by name. */
  readonly operations: ReadonlyMap<string, number>;
  readonly inCallingThread: boolean;
  readonly synchronousMicros: number;
  readonly newPlanId: () => number;
  /** The plan is not kept; a run that still waits with it may begin all the same. */
  readonly onDropped: (plan: RunPlan) => void;
}

/** Which outputs are wanted is for clients to say, and every plan takes memory in every thread. */
const MAX_PLANS = 64;

/** The plans of a session, by what is fed and what is fetched. */
export class SessionPlans {
  readonly #options: SessionPlansOptions;
  readonly #plans = new Map<string, SessionPlan<RunPlan>>();

  constructor(options: SessionPlansOptions) {
    this.#options = options;
  }

  /** @throws ServingError `SRV_TENSORFLOW_NOT_FOUND` */
  get(feeds: NamedTensors, fetches: readonly string[]): SessionPlan<RunPlan> {
    const key = keyOf(feeds, fetches);
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = this.#create(feeds, fetches);
    this.#plans.set(key, plan);
    if (this.#plans.size > MAX_PLANS) this.#dropOldest();
    return plan;
  }

  #dropOldest(): void {
    for (const [key, { plan }] of this.#plans) {
      this.#plans.delete(key);
      return this.#options.onDropped(plan);
    }
  }

  #create(feeds: NamedTensors, fetches: readonly string[]): SessionPlan<RunPlan> {
    const { session, inCallingThread, synchronousMicros, newPlanId } = this.#options;
    const plan: RunPlan = {
      id: newPlanId(),
      session,
      inputs: Array.from(feeds, ([name, { dtype }]) => ({ ...this.#find(name, 'FeedInputs'), type: elementTypeOf(dtype) })),
      outputs: fetches.map((name) => ({ ...this.#find(name, 'FetchOutputs'), name })),
      inCallingThread,
    };
    return new SessionPlan(plan, new RunTimePredictor(synchronousMicros), { parts: fetches, wanted: fetches });
  }

  /** The words are TensorFlow's. */
  #find(name: string, what: string): GraphTensor {
    const { node, index } = tensorNameOf(name);
    const operation = this.#options.operations.get(node) ?? 0;
    if (operation === 0) throw tensorflowError('SRV_TENSORFLOW_NOT_FOUND', [`${what} node ${name}: not found`]);
    return { operation, index };
  }
}

/** Types are part of it: a tensor of a wrong one is for TensorFlow to refuse. */
function keyOf(feeds: NamedTensors, fetches: readonly string[]): string {
  let key = '';
  for (const [name, { dtype }] of feeds) key += `${name}\0${dtype}\0`;
  return `${key}\0${fetches.join('\0')}`;
}
