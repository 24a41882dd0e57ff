import type { Signature } from '@servable/core';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import type { NotCompiled } from './compiled-model.ts';
import { withDilatedConvolutions } from './flow/dilated-convolutions.ts';
import type { FlatGraph } from './flow/flat-graph.ts';
import { inlineFunctions } from './flow/inline-functions.ts';
import { withoutUnobserved } from './flow/observed-nodes.ts';
import { RefusedRun } from './refused-run.ts';
import { UncoveredNodes } from './uncovered.ts';

/** What a signature computes, without functions. @throws as {@link inlineFunctions} */
export function flatten(model: OpenSavedModel, { inputs, outputs }: Signature): FlatGraph {
  const names = [...inputs, ...outputs].map(([alias, { graphName = alias }]) => graphName);
  return withDilatedConvolutions(inlineFunctions(model.graph, names));
}

/** What something gives, or why it cannot be compiled. */
export function emitOr<T extends object>(emit: () => T): T | NotCompiled {
  try {
    return emit();
  } catch (error) {
    if (error instanceof UncoveredNodes) return { kind: 'uncovered', reason: error.message };
    if (error instanceof RefusedRun) return { kind: 'refused', status: error.status, message: error.message };
    throw error;
  }
}

/** What a signature computes that anyone can see. */
export function servedGraph(model: OpenSavedModel, signature: Signature, { observed }: { readonly observed: ReadonlySet<string> }): FlatGraph | NotCompiled {
  return emitOr(() => withoutUnobserved(flatten(model, signature), observed));
}
