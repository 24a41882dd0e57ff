import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { boundVariables } from './bound-variables.ts';
import { emitOr, flatten } from './flat-signature.ts';
import { allEffects, type FlatGraph } from './flow/flat-graph.ts';
import { observedNodes, withoutUnobserved } from './flow/observed-nodes.ts';
import { TableStore } from './tables/table-store.ts';
import { VariableStore } from './variable-store.ts';

/** What variables hold, but of those that some signature changes. */
export async function variablesOf(model: OpenSavedModel, signal: AbortSignal): Promise<VariableStore> {
  const graphs = Array.from(model.signatures.signatures.values()).flatMap((signature) => {
    const graph = emitOr(() => flatten(model, signature));
    return 'kind' in graph ? [] : [graph];
  });
  const observed = observedNodes(graphs);
  const changed = changedVariables(graphs.map((graph) => withoutUnobserved(graph, observed)));
  return new VariableStore(model, { changed, observed, bound: await boundVariables(model, signal), tables: new TableStore(model, changed) });
}

function changedVariables(graphs: readonly FlatGraph[]): ReadonlyMap<string, string> {
  const changes = graphs.flatMap(({ effects }) => allEffects(effects)).filter(({ op }) => op !== 'Assert');
  return new Map(changes.flatMap(({ name, inputs: [target] }) => (target === undefined ? [] : [[target.node, name] as const])));
}
