import type { OnnxEngine, OnnxValueInfo } from '@servable/engine-onnxruntime';
import type { ValueFacts } from './model/value-facts.ts';

/**
 * What the engine can do with the values a file names. Read from the file, not from the loaded session: an engine may
 * not tell a sequence from a map, or a scalar from an unknown rank.
 *
 * @param loaded - what the session says, for values whose type the file leaves to be inferred
 */
export function valueInfos(facts: readonly ValueFacts[], engine: OnnxEngine, loaded: readonly OnnxValueInfo[] = []): OnnxValueInfo[] {
  return facts.map(({ name, kind, dtype, shape }) => {
    if (kind !== undefined) return { name, kind, dtype, shape, unservable: engine.whyUnservable(kind, dtype) };
    const inferred = loaded.find((each) => each.name === name);
    return inferred ?? { name, kind: 'opaque', dtype, shape, unservable: 'the file does not say its type' };
  });
}
