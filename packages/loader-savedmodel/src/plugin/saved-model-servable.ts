import type { Executor, NamedTensors, RunContext, Servable, ServingError, Signature } from '@servable/core';
import type { EngineSession } from '../engines/saved-model-engine.ts';
import { savedModelError } from '../errors.ts';

/** A loaded model under its signatures. */
export class SavedModelServable implements Servable {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly executor: Executor;
  readonly #session: EngineSession;

  constructor(session: EngineSession, signatures: ReadonlyMap<string, Signature>) {
    this.#session = session;
    this.signatures = signatures;
    this.executor = session.executor;
    const together = session.runTogether?.bind(session);
    if (together === undefined) return;
    this.runTogether = async (calls, inputs, context) => {
      const unknown = calls.find(({ signature }) => !signatures.has(signature));
      if (unknown !== undefined) throw this.#unknownSignature(unknown.signature);
      return together(calls, inputs, context);
    };
  }

  declare runTogether?: NonNullable<Servable['runTogether']>;

  run(signature: string, inputs: NamedTensors, context: RunContext): NamedTensors | Promise<NamedTensors> {
    const known = this.signatures.get(signature);
    if (known === undefined) return Promise.reject(this.#unknownSignature(signature));
    const outputs = context.outputs.length === 0 ? [...known.outputs.keys()] : context.outputs;
    return this.#session.run({ signature, inputs, outputs, context });
  }

  #unknownSignature(signature: string): ServingError {
    const names = Array.from(this.signatures.keys(), (name) => `'${name}'`).join(', ');
    return savedModelError('SRV_SAVEDMODEL_SIGNATURE_UNKNOWN', [signature, names]);
  }
}
