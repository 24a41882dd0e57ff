import type { Batching } from '@servable/core';
import { type OnnxModel, proveRowIndependence, type ProvenNames, type RowProof } from '@servable/onnx-graph';

/** Names of one signature in the graph, and what `servable.json` says of its batching. */
export interface BatchedSignature extends ProvenNames {
  readonly written: Batching | undefined;
  /** Inputs that requests may leave out, by their names in the graph. */
  readonly defaulted: readonly string[];
}

/**
 * Whether a signature's requests may be joined: what `servable.json` says, else what the model's options say, else `rows`
 * where that is proven of the graph.
 */
export class BatchingDecision {
  readonly #configured: Batching | undefined;
  readonly #model: OnnxModel | undefined;
  readonly #proofs = new Map<string, RowProof>();

  /** @param model - not needed where `configured` says it; without it nothing is proven */
  constructor(configured: Batching | undefined, model?: OnnxModel) {
    this.#configured = configured;
    this.#model = model;
  }

  batchingOf(signature: BatchedSignature): Batching {
    const said = signature.written ?? this.#configured;
    return said ?? (this.#prove(signature).isProven ? 'rows' : 'none');
  }

  /** The decision and what it rests on, for `servable inspect`. */
  explain(signature: BatchedSignature): string {
    const said = signature.written ?? this.#configured;
    if (said === 'none') return 'none, because the config says so';
    const proof = this.#prove(signature);
    if (said === undefined) return proof.isProven ? 'rows, because proven' : `none: rows are not proven to stay apart: ${whyNot(proof)}`;
    return `rows, because the config says so; ${proof.isProven ? 'it is proven, too' : `not proven: ${whyNot(proof)}`}`;
  }

  /** What a user should know who configured `rows`; `undefined` where there is nothing to know. */
  noteOf(name: string, signature: BatchedSignature): string | undefined {
    if ((signature.written ?? this.#configured) !== 'rows') return undefined;
    const proof = this.#prove(signature);
    if (proof.isProven) return undefined;
    return `Signature '${name}' is batched by rows because the config says so; that it may be is not proven: ${whyNot(proof)}`;
  }

  #prove({ inputs, outputs, defaulted }: BatchedSignature): RowProof {
    const [first] = defaulted;
    if (first !== undefined) return { isProven: false, reason: `input '${first}' has a default, whose rows are as many for each request` };
    if (this.#model === undefined) return { isProven: false, reason: 'its graph was not read' };
    const key = JSON.stringify([inputs, outputs]);
    const proof = this.#proofs.get(key) ?? proveRowIndependence(this.#model, { inputs, outputs });
    this.#proofs.set(key, proof);
    return proof;
  }
}

/** `node 'a' (Softmax): it works along the batch`. */
function whyNot(proof: RowProof): string {
  if (proof.isProven) return '';
  const { node, reason } = proof;
  return node === undefined ? reason : `node '${node.name}' (${node.operator}): ${reason}`;
}
