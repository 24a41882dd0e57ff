import { type Executor, type NamedTensors, type RunContext, type Servable, ServingError, type Signature, type SignatureCall, type Tensor } from '@servable/core';
import { onnxError, type OnnxSession } from '@servable/engine-onnxruntime';
import type { EmptyInputs } from './empty-inputs.ts';
import { loaderError } from './errors.ts';
import type { OnnxSignature } from './onnx-signatures.ts';

/** A signature, and what is the same for all of its runs. */
interface PreparedSignature extends OnnxSignature {
  readonly aliases: readonly string[];
  readonly graphOutputs: readonly string[];
  /** Whether clients use the graph's own names: then nothing is renamed. */
  readonly keepsInputs: boolean;
  readonly keepsOutputs: boolean;
}

/** What {@link OnnxServable} is made of. */
export interface OnnxServableParts {
  readonly session: OnnxSession;
  readonly signatures: ReadonlyMap<string, OnnxSignature>;
  readonly empties: EmptyInputs;
}

/** A loaded graph under the names of its signatures. */
export class OnnxServable implements Servable {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly executor: Executor;
  readonly #session: OnnxSession;
  readonly #byName: ReadonlyMap<string, PreparedSignature>;
  readonly #empties: EmptyInputs;

  constructor({ session, signatures, empties }: OnnxServableParts) {
    this.#session = session;
    this.#empties = empties;
    this.#byName = new Map(Array.from(signatures, ([name, signature]) => [name, prepare(signature)]));
    this.executor = session.executor;
    this.signatures = new Map(Array.from(signatures, ([name, { signature }]) => [name, signature]));
  }

  /** Not async: an engine that answers at once is not made to wait for a promise. */
  run(name: string, inputs: NamedTensors, context: RunContext): NamedTensors | Promise<NamedTensors> {
    const named = this.#byName.get(name);
    const refusal = named === undefined ? unknownSignature(name, this.#byName) : this.#empties.refusalOf(inputs);
    if (named === undefined || refusal !== undefined) return Promise.reject(refusal);
    const isAll = context.outputs.length === 0;
    const aliases = isAll ? named.aliases : context.outputs;
    const graphOutputs = isAll ? named.graphOutputs : aliases.map((alias) => named.outputs.get(alias) ?? alias);
    const pick = (outputs: NamedTensors): NamedTensors => (named.keepsOutputs ? outputs : pickOutputs(outputs, aliases, graphOutputs));
    const results = this.#session.run(graphInputs(named, inputs), graphOutputs, context.signal);
    if (!(results instanceof Promise)) return pick(results);
    return results.then(pick, (error: unknown) => {
      throw withAlias(error, named.inputs);
    });
  }

  async runTogether(calls: readonly SignatureCall[], inputs: NamedTensors, context: RunContext): Promise<readonly NamedTensors[]> {
    const named = calls.map(({ signature }) => {
      const known = this.#byName.get(signature);
      if (known === undefined) throw unknownSignature(signature, this.#byName);
      return known;
    });
    const [first] = named;
    if (first === undefined) return [];
    const refusal = this.#empties.refusalOf(inputs);
    if (refusal !== undefined) throw refusal;
    const wanted = calls.map(({ outputs }, index) => outputs.map((alias) => named[index]?.outputs.get(alias) ?? alias));
    try {
      const results = await this.#session.run(graphInputs(first, inputs), [...new Set(wanted.flat())], context.signal);
      return calls.map(({ outputs }, index) => pickOutputs(results, outputs, wanted[index] ?? []));
    } catch (error) {
      throw withAlias(error, first.inputs);
    }
  }
}

function unknownSignature(name: string, known: ReadonlyMap<string, unknown>): Error {
  return loaderError('SRV_ONNX_SIGNATURE_UNKNOWN', [name, [...known.keys()].join(', ')]);
}

function prepare(signature: OnnxSignature): PreparedSignature {
  const { inputs, outputs } = signature;
  const keeps = (names: ReadonlyMap<string, string>): boolean => [...names].every(([alias, name]) => alias === name);
  return { ...signature, aliases: [...outputs.keys()], graphOutputs: [...outputs.values()], keepsInputs: keeps(inputs), keepsOutputs: keeps(outputs) };
}

function graphInputs({ inputs: names, keepsInputs }: PreparedSignature, inputs: NamedTensors): NamedTensors {
  return keepsInputs ? inputs : new Map(Array.from(inputs, ([alias, tensor]) => [names.get(alias) ?? alias, tensor]));
}

function pickOutputs(results: NamedTensors, aliases: readonly string[], names: readonly string[]): NamedTensors {
  const outputs = new Map<string, Tensor>();
  for (const [at, alias] of aliases.entries()) {
    const tensor = results.get(names[at] ?? alias);
    if (tensor !== undefined) outputs.set(alias, tensor);
  }
  return outputs;
}

type InputCode = Extract<Parameters<typeof onnxError>[0], `SRV_ONNX_INPUT_${string}`>;

/** An input's fault in the client's words: the engine only knows the graph's name for it. */
function withAlias(error: unknown, inputs: ReadonlyMap<string, string>): unknown {
  if (!ServingError.is(error) || !error.code.startsWith('SRV_ONNX_INPUT_')) return error;
  const [name, ...rest] = error.args;
  for (const [alias, graphName] of inputs) {
    if (graphName !== name || alias === graphName) continue;
    return onnxError(error.code as InputCode, [alias, ...rest] as [string, string], { cause: error });
  }
  return error;
}
