import type { Inspection } from '@servable/core';
import { isComplete, type OfferedEngine, whyNot } from '../engines/choose-engine.ts';
import type { EngineSet } from '../engines/engine-set.ts';
import { inspectSavedModel } from '../inspect/inspect-saved-model.ts';
import type { SavedModelOptions } from './saved-model-options.ts';

/** What a version's files say, and what each engine can do with it. Nothing is loaded. */
export async function inspectModel(directory: string, options: SavedModelOptions, engines: EngineSet): Promise<Inspection> {
  const { signal } = new AbortController();
  const { tags, batching } = options;
  const inspection = await inspectSavedModel(directory, {
    ...(tags === undefined ? {} : { tags }),
    addFacts: async (model) => (await engines.offers(model, options, { signal, asksAll: true })).map(describeOffer),
  });
  if (batching === undefined) return inspection;
  return { ...inspection, signatures: new Map(Array.from(inspection.signatures, ([name, signature]) => [name, { ...signature, batching }])) };
}

function describeOffer(offered: OfferedEngine): Inspection['facts'][number] {
  const { engine, offer } = offered;
  const label = `engine ${engine.name}`;
  if (isComplete(offer)) return { label, value: `runs every signature${offer.detail === '' ? '' : `; ${offer.detail}`}` };
  const reasons = whyNot(offered).slice(`engine '${engine.name}': `.length);
  return { label, value: `${offer.unavailable === undefined ? 'does not run' : 'not here'}: ${reasons}` };
}
