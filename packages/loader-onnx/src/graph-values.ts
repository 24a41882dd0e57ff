import type { OnnxGraphValue } from '@servable/engine-onnxruntime';
import type { ValueFacts } from '@servable/onnx-graph';

/**
 * A graph's inputs or outputs as the file describes them, so that signatures are the same before and after the load, and
 * whichever engine loads: the loaded session may know more sizes, or tell a sequence from a map no more.
 *
 * @param loaded - what the session says, for values whose type the file leaves to be inferred
 */
export function graphValues(facts: readonly ValueFacts[], loaded: readonly OnnxGraphValue[] = []): OnnxGraphValue[] {
  return facts.map(({ kind, ...value }) => {
    if (kind !== undefined) return { ...value, kind };
    return loaded.find(({ name }) => name === value.name) ?? { ...value, kind: 'opaque' };
  });
}
