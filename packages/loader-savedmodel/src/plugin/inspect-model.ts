import type { Inspection } from '@servable/core';
import type { OfferedEngine } from '../engines/choose-engine.ts';
import type { EngineSet } from '../engines/engine-set.ts';
import { inspectSavedModel } from '../inspect/inspect-saved-model.ts';
import type { SavedModelOptions } from './saved-model-options.ts';

/** What a version's files say, and what each engine can do with it. Nothing is loaded. */
export async function inspectModel(directory: string, options: SavedModelOptions, engines: EngineSet): Promise<Inspection> {
  const { signal } = new AbortController();
  const { tags, batching } = options;
  const inspection = await inspectSavedModel(directory, {
    ...(tags === undefined ? {} : { tags }),
    addFacts: async (model) => (await engines.offers(model, options, { signal, asksAll: true })).map((offered) => describeOffer(offered, model.signatures.signatures.size)),
  });
  if (batching === undefined) return inspection;
  return { ...inspection, signatures: new Map(Array.from(inspection.signatures, ([name, signature]) => [name, { ...signature, batching }])) };
}

/** Of a model with hundreds of signatures a few tell enough. */
const MAX_REFUSALS = 20;
const MAX_REASON = 400;

function describeOffer({ engine, offer }: OfferedEngine, signatures: number): Inspection['facts'][number] {
  const label = `engine ${engine.name}`;
  if (offer.unavailable !== undefined) return { label, value: `not here: ${offer.unavailable}` };
  if (offer.refused.size === 0) return { label, value: `runs every signature${offer.detail === '' ? '' : `; ${offer.detail}`}` };
  const runs = signatures - offer.refused.size;
  const refusals = Array.from(offer.refused).slice(0, MAX_REFUSALS).map(([name, reason]) => `'${name}': ${shortened(reason)}`);
  const more = offer.refused.size - refusals.length;
  return { label, value: `${runs === 0 ? 'runs no signature' : `runs ${runs} of ${signatures} signatures`}, not ${refusals.join('; ')}${more > 0 ? `; and ${more} more` : ''}` };
}

function shortened(reason: string): string {
  return reason.length <= MAX_REASON ? reason : `${reason.slice(0, MAX_REASON)}…`;
}
