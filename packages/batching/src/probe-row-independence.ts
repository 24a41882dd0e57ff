import { allocateData, messageOf, type NamedTensors, type RunContext, type Servable, type Signature } from '@servable/core';
import { concatInputs, sliceOutputs } from './concat.ts';
import { type RandomNumber, randomInputs } from './random-inputs.ts';
import { rowsDiffer } from './rows-differ.ts';

/**
 * What came of joining requests:
 * - `agree`: joined and alone they were answered the same, as far as was tried;
 * - `mixed`: they were not, so that the signature is not `rows`;
 * - `refused`: the servable took no made-up request, so that nothing is known.
 */
export interface RowProbe {
  readonly outcome: 'agree' | 'mixed' | 'refused';
  /** Which output differs and how, or why requests were refused; empty when all agree. */
  readonly detail: string;
}

/** How a signature is probed. */
export interface RowProbeOptions {
  readonly signal: AbortSignal;
  /** How far a float may be off, relative to it and to 1. Default 1e-3: engines round otherwise in other batches. */
  readonly tolerance?: number;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: RandomNumber;
}

/** Sizes to try for what a signature leaves open: images need more than texts. */
const INNER_SIZES = [4, 1, 2, 8, 3, 16, 32, 64, 224];
const SPLITS = [
  [2, 3],
  [1, 1],
  [1, 4],
] as const;

/**
 * Asks a loaded servable whether requests of a signature may be joined along axis 0: made-up requests A and B are run
 * alone and joined, and their answers compared.
 *
 * Catches what a config claims wrongly, such as a model that subtracts the mean of the batch. It cannot prove that rows
 * are apart; proofs are the loader's.
 *
 * @returns also for a servable that refuses every request; rejects only with `signal.reason`
 */
export async function probeRowIndependence(servable: Servable, signatureName: string, options: RowProbeOptions): Promise<RowProbe> {
  const signature = servable.signatures.get(signatureName);
  if (signature === undefined) return { outcome: 'refused', detail: `there is no signature '${signatureName}'` };
  const probe = new Probe({ servable, signature, name: signatureName, options });
  const found = await probe.findInnerSize();
  if (typeof found === 'string') return { outcome: 'refused', detail: found };
  for (const [left, right] of SPLITS) {
    const difference = await probe.compare(left, right, found);
    if (difference !== undefined) return { outcome: 'mixed', detail: difference };
  }
  return { outcome: 'agree', detail: '' };
}

interface ProbeParts {
  readonly servable: Servable;
  readonly signature: Signature;
  readonly name: string;
  readonly options: RowProbeOptions;
}

class Probe {
  readonly #parts: ProbeParts;
  readonly #random: RandomNumber;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
    this.#random = parts.options.random ?? Math.random;
  }

  /** The first size of open dimensions that the servable takes, or its last refusal. */
  async findInnerSize(): Promise<number | string> {
    let refusal = '';
    for (const innerSize of INNER_SIZES) {
      const answer = await this.#tryRun(this.#inputs(2, innerSize));
      if (typeof answer !== 'string') return innerSize;
      refusal = answer;
    }
    return refusal;
  }

  async compare(left: number, right: number, innerSize: number): Promise<string | undefined> {
    const parts = [left, right].map((rows) => ({ inputs: this.#inputs(rows, innerSize), rows }));
    const total = left + right;
    const joined = await this.#tryRun(concatInputs(parts, total, allocateData));
    let from = 0;
    for (const { inputs, rows } of parts) {
      const alone = await this.#tryRun(inputs);
      // What is refused alone says nothing: made-up numbers may be bad ones.
      if (typeof alone !== 'string') {
        const difference = typeof joined === 'string' ? `joined requests fail: ${joined}` : this.#differs(joined, alone, { from, rows, total });
        if (difference !== undefined) return `${difference} (${left} and ${right} rows joined)`;
      }
      from += rows;
    }
    return undefined;
  }

  #differs(joined: NamedTensors, alone: NamedTensors, { from, rows, total }: { readonly from: number; readonly rows: number; readonly total: number }): string | undefined {
    try {
      return rowsDiffer(sliceOutputs(joined, from, rows, total), alone, this.#parts.options.tolerance ?? 1e-3);
    } catch (error) {
      return messageOf(error);
    }
  }

  #inputs(rows: number, innerSize: number): NamedTensors {
    return randomInputs(this.#parts.signature, { rows, innerSize }, this.#random);
  }

  /** The answer, or why there is none. */
  async #tryRun(inputs: NamedTensors): Promise<NamedTensors | string> {
    const { servable, name, options } = this.#parts;
    options.signal.throwIfAborted();
    try {
      return await servable.run(name, inputs, this.#context());
    } catch (error) {
      options.signal.throwIfAborted();
      return messageOf(error);
    }
  }

  #context(): RunContext {
    const { signal } = this.#parts.options;
    return { signal, deadlineMs: undefined, outputs: [], requestId: 'row-probe', protocol: 'in-process', peer: '', attributes: new Map() };
  }
}
