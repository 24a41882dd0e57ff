import type { NodeDef } from '@servable/protos/saved-model';
import type { GraphIndex } from '../graph/graph-index.ts';

/** Loops and branches, of either version of TensorFlow: equal inputs may take any time. */
const BRANCHES: ReadonlySet<string> = new Set(['While', 'StatelessWhile', 'If', 'StatelessIf', 'Case', 'StatelessCase', 'Switch', 'RefSwitch', 'Enter', 'RefEnter', 'For', 'MapDefun', 'ParallelFor']);
/** What waits for another run, or calls out of the graph. */
const WAITS = /Queue|Barrier|Stage|Mutex|ConditionalAccumulator|Iterator|Dataset|PyFunc|Recv|^Batch(Function)?$|^Unbatch/;

/** Whether a run of equal sizes may take much longer than the one before, as far as the ops tell. */
export function mayTakeLong({ nodes, functions }: GraphIndex): boolean {
  const isSlow = ({ op }: NodeDef): boolean => BRANCHES.has(op) || WAITS.test(op);
  return [...nodes.values()].some(isSlow) || [...functions.values()].some((each) => [...each.nodes.values()].some(isSlow));
}
