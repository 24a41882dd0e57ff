import {
  type Executor,
  formatServableId,
  type Logger,
  messageOf,
  type NamedTensors,
  type RunContext,
  type Servable,
  type ServableId,
  ServingError,
  type Signature,
  type Tensor,
} from '@servable/core';
import { checkInputs, checkOutputs } from './check-values.ts';
import type { FunctionContext } from './define-servable.ts';
import { functionError } from './errors.ts';
import { type Callee, createCall } from './model-call.ts';
import type { FunctionSignature } from './read-definition.ts';

/** Runs of one servable that a scheduler may start at once: functions mostly wait for other models. */
const MAX_CONCURRENT_RUNS = 64;

/** What a loaded definition runs with. */
export interface FunctionServableOptions {
  readonly id: ServableId;
  readonly directory: string;
  readonly logger: Logger;
  readonly signatures: ReadonlyMap<string, FunctionSignature>;
  readonly callees: readonly Callee[];
  readonly state: unknown;
}

type Body = (inputs: Readonly<Record<string, Tensor>>, context: FunctionContext) => unknown;

/** A loaded definition: checks inputs, runs its functions, checks what they give. */
export class FunctionServable implements Servable {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly executor: Executor;
  readonly stream?: NonNullable<Servable['stream']>;
  readonly #options: FunctionServableOptions;
  readonly #name: string;
  #isUnloaded = false;

  constructor(options: FunctionServableOptions) {
    this.#options = options;
    this.#name = formatServableId(options.id);
    this.executor = { id: `function:${this.#name}`, maxConcurrentRuns: MAX_CONCURRENT_RUNS };
    this.signatures = new Map(Array.from(options.signatures, ([name, { signature }]) => [name, signature]));
    const streams = [...options.signatures.values()].some((each) => each.stream !== undefined);
    if (streams) this.stream = (signature, inputs, context) => this.#stream(signature, inputs, context);
  }

  async run(name: string, inputs: NamedTensors, context: RunContext): Promise<NamedTensors> {
    const { signature, run } = this.#find(name);
    if (run === undefined) throw functionError('SRV_FUNCTION_STREAMS_ONLY', [this.#name, name]);
    const named = checkInputs(signature.inputs, inputs);
    context.signal.throwIfAborted();
    try {
      const answer = await (run as Body)(named, this.#contextOf(context));
      return checkOutputs(signature.outputs, answer, context.outputs, { servable: this.#name, signature: name });
    } catch (error) {
      throw this.#explain(error, name, context.signal);
    }
  }

  /** From now on every call is refused. */
  markUnloaded(): void {
    this.#isUnloaded = true;
  }

  async *#stream(name: string, inputs: NamedTensors, context: RunContext): AsyncGenerator<NamedTensors, void, undefined> {
    const { signature, stream } = this.#find(name);
    if (stream === undefined) {
      yield await this.run(name, inputs, context);
      return;
    }
    const named = checkInputs(signature.inputs, inputs);
    try {
      for await (const answer of (stream as Body)(named, this.#contextOf(context)) as AsyncIterable<unknown>) {
        context.signal.throwIfAborted();
        yield checkOutputs(signature.outputs, answer, context.outputs, { servable: this.#name, signature: name });
      }
    } catch (error) {
      throw this.#explain(error, name, context.signal);
    }
  }

  #find(name: string): FunctionSignature {
    if (this.#isUnloaded) throw functionError('SRV_FUNCTION_UNLOADED', [this.#name]);
    const found = this.#options.signatures.get(name);
    if (found !== undefined) return found;
    throw functionError('SRV_FUNCTION_SIGNATURE_UNKNOWN', [this.#name, name, [...this.signatures.keys()].join(', ')]);
  }

  #contextOf(context: RunContext): FunctionContext {
    const { id, directory, logger, state, callees } = this.#options;
    const models = Object.fromEntries(callees.map((callee) => [callee.name, createCall(callee, context)]));
    return { ...context, id, directory, logger, state, models };
  }

  /** A model's error is the request's; any other is a fault of the function. */
  #explain(error: unknown, signature: string, signal: AbortSignal): unknown {
    if (ServingError.is(error) || (signal.aborted && error === signal.reason)) return error;
    return functionError('SRV_FUNCTION_FAILED', [this.#name, signature, messageOf(error)], { cause: error });
  }
}
