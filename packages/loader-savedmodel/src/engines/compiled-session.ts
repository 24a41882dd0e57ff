import { createTensor, type Executor, type NamedTensors, ServingError, type Tensor } from '@servable/core';
import type { OnnxSession } from '@servable/engine-onnxruntime';
import { type CompiledGraph, type CompiledModel, type NotCompiled, readConstant } from '../compile/compiled-model.ts';
import { savedModelError } from '../errors.ts';
import { withAlias } from './input-errors.ts';
import { hasNoRows, withOneRow, withoutRows } from './no-rows.ts';
import { PlanRunner } from './plan/plan-runner.ts';
import type { EngineCall, EngineSession } from './saved-model-engine.ts';

/** A graph that has the client's own names: nothing is renamed, or put beside what it computes. */
interface DirectGraph {
  readonly session: OnnxSession;
  readonly inputCount: number;
}

/** A compiled model whose graphs are loaded. */
export class CompiledSession implements EngineSession {
  readonly executor: Executor;
  readonly rowSignatures: ReadonlySet<string>;
  readonly notes: readonly string[];
  readonly #compiled: CompiledModel;
  /** By file. */
  readonly #sessions: ReadonlyMap<string, OnnxSession>;
  /** By signature. */
  readonly #plans: ReadonlyMap<string, PlanRunner>;
  /** By signature. */
  readonly #direct: ReadonlyMap<string, DirectGraph>;

  constructor(compiled: CompiledModel, sessions: ReadonlyMap<string, OnnxSession>) {
    const all = [...sessions.values()];
    this.#compiled = compiled;
    this.#sessions = sessions;
    this.#plans = new Map(Object.entries(compiled).flatMap(([name, each]) => (each.kind === 'plan' ? [[name, new PlanRunner(each, sessions)] as const] : [])));
    this.#direct = new Map(Object.entries(compiled).flatMap(([name, each]) => directGraphs(each, sessions).map((direct) => [name, direct] as const)));
    this.executor = all[0]?.executor ?? { id: 'onnx', maxConcurrentRuns: 1 };
    this.rowSignatures = new Set(Object.entries(compiled).flatMap(([name, each]) => ('isProvenRows' in each && each.isProvenRows ? [name] : [])));
    this.notes = [...new Set(all.flatMap(({ device, deviceFaults }) => deviceFaults.map((fault) => `Runs on '${device}' instead of ${fault}`)))];
  }

  /** Not async: an engine that answers at once is not made to wait for a promise. */
  run(call: EngineCall): NamedTensors | Promise<NamedTensors> {
    return this.rowSignatures.has(call.signature) && hasNoRows(call.inputs) ? this.#runWithoutRows(call) : this.#run(call);
  }

  /**
   * Some operators of ONNX Runtime refuse tensors of no rows, and some end the process. Where rows are proven to stay apart, what is left of the answer
   * to one row says the same; a model may refuse that row, though.
   */
  async #runWithoutRows(call: EngineCall): Promise<NamedTensors> {
    try {
      return withoutRows(await this.#run({ ...call, inputs: withOneRow(call.inputs) }));
    } catch (error) {
      call.context.signal.throwIfAborted();
      if (!ServingError.is(error) || error.status !== 'INVALID_ARGUMENT') throw error;
      return this.#run(call);
    }
  }

  #run(call: EngineCall): NamedTensors | Promise<NamedTensors> {
    const { signature, inputs, outputs, context } = call;
    const direct = this.#direct.get(signature);
    if (direct !== undefined && inputs.size === direct.inputCount) return direct.session.run(inputs, outputs, context.signal);
    const plan = this.#plans.get(signature);
    if (plan !== undefined) return plan.run(call);
    const compiled = Object.hasOwn(this.#compiled, signature) ? this.#compiled[signature] : undefined;
    if (compiled?.kind !== 'graph') return Promise.reject(refusalOf(signature, compiled?.kind === 'plan' ? undefined : compiled));
    const computed = outputs.filter((alias) => Object.hasOwn(compiled.outputs, alias));
    const answer = (results: NamedTensors): NamedTensors => answerOf(compiled, { inputs, results, outputs });
    if (computed.length === 0 || compiled.file === undefined) return answer(new Map());
    const session = this.#sessions.get(compiled.file);
    if (session === undefined) return Promise.reject(savedModelError('SRV_SAVEDMODEL_COMPILE_FAILED', [compiled.file, 'it is not loaded']));
    const results = session.run(renamed(inputs, compiled.inputs), computed.map((alias) => compiled.outputs[alias] ?? alias), context.signal);
    if (!(results instanceof Promise)) return answer(results);
    return results.then(answer, (error: unknown) => {
      throw withAlias(error, (name) => Object.keys(compiled.inputs).find((alias) => compiled.inputs[alias] === name));
    });
  }

  /** Whether a signature was compiled, or found to be refused at each call. */
  isCovered(signature: string): boolean {
    return this.whyUncovered(signature) === undefined;
  }

  /** What keeps a signature from being compiled; `undefined`: nothing. */
  whyUncovered(signature: string): string | undefined {
    const compiled = Object.hasOwn(this.#compiled, signature) ? this.#compiled[signature] : undefined;
    return compiled?.kind === 'uncovered' ? compiled.reason : undefined;
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#sessions.values(), (session) => session.close()));
  }
}

/** The graph as it is, where all its names are the client's. */
function directGraphs(compiled: CompiledModel[string], sessions: ReadonlyMap<string, OnnxSession>): readonly DirectGraph[] {
  if (compiled.kind !== 'graph' || compiled.file === undefined) return [];
  const { inputs, outputs, passed, constants, file } = compiled;
  const session = sessions.get(file);
  const hasOwnNames = [inputs, outputs].every((names) => Object.entries(names).every(([alias, name]) => alias === name));
  const isAll = Object.keys(passed).length === 0 && Object.keys(constants).length === 0;
  return session !== undefined && hasOwnNames && isAll ? [{ session, inputCount: Object.keys(inputs).length }] : [];
}

/** What a graph takes; the others it never had. */
function renamed(inputs: NamedTensors, names: Readonly<Record<string, string>>): NamedTensors {
  return new Map(Array.from(inputs).flatMap(([alias, tensor]): [string, Tensor][] => (Object.hasOwn(names, alias) ? [[names[alias] ?? alias, tensor]] : [])));
}

interface Answer {
  readonly inputs: NamedTensors;
  readonly results: NamedTensors;
  readonly outputs: readonly string[];
}

function answerOf({ outputs: names, passed, constants }: CompiledGraph, { inputs, results, outputs }: Answer): NamedTensors {
  return new Map(outputs.flatMap((alias): [string, Tensor][] => {
    const constant = Object.hasOwn(constants, alias) ? constants[alias] : undefined;
    if (constant !== undefined) return [[alias, readConstant(constant)]];
    const tensor = Object.hasOwn(passed, alias) ? copyOf(inputs.get(passed[alias] ?? alias)) : results.get(names[alias] ?? alias);
    return tensor === undefined ? [] : [[alias, tensor]];
  }));
}

/** A request's buffers are the request's. */
function copyOf(tensor: Tensor | undefined): Tensor | undefined {
  return tensor === undefined ? undefined : createTensor(tensor.dtype, tensor.shape, tensor.data.slice());
}

/** As TensorFlow refuses each call of a signature that it has loaded. */
function refusalOf(signature: string, compiled: NotCompiled | undefined): ServingError {
  if (compiled === undefined) return savedModelError('SRV_SAVEDMODEL_SIGNATURE_UNKNOWN', [signature, '']);
  if (compiled.kind === 'uncovered') return savedModelError('SRV_SAVEDMODEL_UNCOVERED', [signature, compiled.reason]);
  if (compiled.status === 'FAILED_PRECONDITION') return savedModelError('SRV_SAVEDMODEL_VARIABLE_MISSING', [compiled.message]);
  return savedModelError(compiled.status === 'NOT_FOUND' ? 'SRV_SAVEDMODEL_TENSOR_MISSING' : 'SRV_SAVEDMODEL_RUN_REFUSED', [compiled.message]);
}
