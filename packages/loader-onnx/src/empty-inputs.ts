import { elementCount, type NamedTensors, type ServingError } from '@servable/core';
import { loaderError } from './errors.ts';
import type { ModelFacts } from './model-facts.ts';

/**
 * Operators with which ONNX Runtime 1.30 ends the whole process on the CPU when a tensor of theirs has no elements. Held to ONNX Runtime
 * by `interop/onnx-empty-inputs.mjs`.
 */
export const ENDING_OPERATORS: readonly string[] = ['ConvTranspose', 'DFT', 'Einsum', 'GRU', 'LSTM', 'STFT', 'TopK'];

/** Keeps requests whose tensors have no elements from models that they might end the server with. */
export class EmptyInputs {
  readonly #operators: readonly string[];

  constructor({ operators }: Pick<ModelFacts, 'operators'>, { isAllowed = false }: { readonly isAllowed?: boolean | undefined } = {}) {
    this.#operators = isAllowed ? [] : ENDING_OPERATORS.filter((operator) => operators.has(operator));
  }

  /** `SRV_ONNX_INPUT_EMPTY` for inputs, by the client's names, that the model must not get. */
  refusalOf(inputs: NamedTensors): ServingError | undefined {
    if (this.#operators.length === 0) return undefined;
    for (const [alias, { shape }] of inputs) {
      if (elementCount(shape) === 0) return loaderError('SRV_ONNX_INPUT_EMPTY', [alias, `[${shape.join(', ')}]`, this.#operators.join(', ')]);
    }
    return undefined;
  }
}
