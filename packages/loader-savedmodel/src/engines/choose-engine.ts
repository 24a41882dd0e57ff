import type { EngineOffer, SavedModelEngine } from './saved-model-engine.ts';

/** An engine, and what it offers for a model. */
export interface OfferedEngine {
  readonly engine: SavedModelEngine;
  readonly offer: EngineOffer;
}

/** Whether an engine runs all of a model. */
export function isComplete({ unavailable, refused }: EngineOffer): boolean {
  return unavailable === undefined && refused.size === 0;
}

/**
 * The engine to take: the first that runs every signature, else the one that refuses the fewest. `undefined` when none runs any.
 * Pure.
 *
 * @param signatures - how many the model has
 */
export function chooseEngine(offered: readonly OfferedEngine[], signatures: number): OfferedEngine | undefined {
  const usable = offered.filter(({ offer }) => isComplete(offer) || (offer.unavailable === undefined && offer.refused.size < signatures));
  return usable.toSorted((a, b) => a.offer.refused.size - b.offer.refused.size)[0];
}

/** Why an engine was not taken, on one line. */
export function whyNot({ engine, offer }: OfferedEngine): string {
  const reasons = offer.unavailable === undefined ? Array.from(offer.refused, ([name, reason]) => `'${name}': ${reason}`) : [offer.unavailable];
  return `engine '${engine.name}': ${reasons.join('; ')}`;
}
