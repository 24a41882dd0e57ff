import { type Executor, type NamedTensors, type RunContext, type Servable, ServingError, type Signature, type Tensor } from '@servable/core';
import { onnxError, type OnnxSession } from '@servable/engine-onnxruntime';
import { loaderError } from './errors.ts';
import type { OnnxSignature } from './onnx-signatures.ts';

/** A loaded graph under the names of its signatures. */
export class OnnxServable implements Servable {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly executor: Executor;
  readonly #session: OnnxSession;
  readonly #byName: ReadonlyMap<string, OnnxSignature>;

  constructor(session: OnnxSession, signatures: ReadonlyMap<string, OnnxSignature>) {
    this.#session = session;
    this.#byName = signatures;
    this.executor = session.executor;
    this.signatures = new Map(Array.from(signatures, ([name, { signature }]) => [name, signature]));
  }

  /** Not async: an engine that answers at once is not made to wait for a promise. */
  run(name: string, inputs: NamedTensors, context: RunContext): NamedTensors | Promise<NamedTensors> {
    const named = this.#byName.get(name);
    if (named === undefined) {
      return Promise.reject(loaderError('SRV_ONNX_SIGNATURE_UNKNOWN', [name, [...this.#byName.keys()].join(', ')]));
    }
    const aliases = context.outputs.length > 0 ? context.outputs : [...named.outputs.keys()];
    const graphInputs = new Map(Array.from(inputs, ([alias, tensor]) => [named.inputs.get(alias) ?? alias, tensor]));
    const graphOutputs = aliases.map((alias) => named.outputs.get(alias) ?? alias);
    const results = this.#session.run(graphInputs, graphOutputs, context.signal);
    if (!(results instanceof Promise)) return pickOutputs(results, aliases, graphOutputs);
    return results.then(
      (outputs) => pickOutputs(outputs, aliases, graphOutputs),
      (error: unknown) => {
        throw withAlias(error, named.inputs);
      },
    );
  }
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
