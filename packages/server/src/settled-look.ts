import type { ServableId, Source } from '@servable/core';

/** A look after which every version is stated that is complete. Resolves with those that are not: see `Source.settle`. */
export async function settledLook(source: Source, signal?: AbortSignal): Promise<readonly ServableId[]> {
  if (source.settle !== undefined) return source.settle(signal);
  await source.refresh(signal);
  return [];
}
