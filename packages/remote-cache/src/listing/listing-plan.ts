import type { RemoteLocation } from '../remote-store.ts';

/** Models that one listing can serve. */
export interface ListingGroup {
  /** Tells it from other groups, also after models came and went. */
  readonly key: string;
  readonly container: string;
  /** The part of the names that all have in common up to a `/`: listing it finds the files of all. */
  readonly sharedPrefix: string;
  /** What to list when each is listed by itself; no two are equal. */
  readonly prefixes: readonly string[];
}

/**
 * Groups locations so that models side by side, as in `gs://bucket/models/*`, are listed together: the cost of a look is then
 * that of the pages, whatever the number of models. A model alone is listed by itself, without its neighbours. Pure.
 */
export function planListings(locations: readonly RemoteLocation[]): readonly ListingGroup[] {
  const byParent = new Map<string, { readonly container: string; readonly parent: string; readonly prefixes: Set<string> }>();
  for (const { container, prefix } of locations) {
    const parent = parentOf(prefix);
    // A model that is the whole container has no neighbours: all there is is below it.
    const key = prefix === '' ? container : `${container}\0${parent}`;
    const group = byParent.get(key) ?? { container, parent, prefixes: new Set() };
    group.prefixes.add(prefix);
    byParent.set(key, group);
  }
  return [...byParent].map(([key, { container, parent, prefixes }]) => {
    const [only] = prefixes;
    return { key, container, sharedPrefix: prefixes.size === 1 ? (only ?? '') : parent, prefixes: [...prefixes] };
  });
}

function parentOf(prefix: string): string {
  const end = prefix.lastIndexOf('/', prefix.length - 2);
  return end < 0 ? '' : prefix.slice(0, end + 1);
}
