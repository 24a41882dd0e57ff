import type { Signature } from '@servable/core';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { servedGraph } from './flat-signature.ts';
import { GraphIdentities } from './flow/graph-identity.ts';
import type { VariableStore } from './variable-store.ts';

/** Finds signatures that compute the same as one before them. */
export class TwinFinder {
  readonly #model: OpenSavedModel;
  readonly #store: VariableStore;
  readonly #identities = new GraphIdentities();
  readonly #known = new Map<string, string>();

  constructor(model: OpenSavedModel, store: VariableStore) {
    this.#model = model;
    this.#store = store;
  }

  /** The name of the one before; `undefined`: there is none. */
  find(name: string, signature: Signature): string | undefined {
    const graph = servedGraph(this.#model, signature, this.#store);
    if ('kind' in graph) return undefined;
    const identity = this.#identities.of(graph, signature);
    const known = this.#known.get(identity);
    if (known === undefined) this.#known.set(identity, name);
    return known;
  }
}
