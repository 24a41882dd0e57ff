import { readdir } from 'node:fs/promises';

/** How many of each kind of thing keep the process alive, and `file descriptors` where the system tells them. */
export type ResourceCounts = ReadonlyMap<string, number>;

/** Counts now. Timers that are `unref`ed do not show. */
export async function countResources(): Promise<ResourceCounts> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    // Requests that are under way end by themselves; only what stays open is a leak.
    if (!kind.startsWith('FSReq')) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const descriptors = await countFileDescriptors();
  if (descriptors !== undefined) counts.set('file descriptors', descriptors);
  return counts;
}

/** `undefined` on systems without `/proc`. */
async function countFileDescriptors(): Promise<number | undefined> {
  try {
    return (await readdir('/proc/self/fd')).length;
  } catch {
    return undefined;
  }
}

/**
 * What there is `allowed` or more of now than before, in words; `undefined` when nothing is. What is being closed has
 * `patienceMs` to go, so that closing in the background is no leak.
 */
export async function describeGrowth(before: ResourceCounts, allowed: number, patienceMs: number): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const grown = growthOf(before, await countResources(), allowed);
    if (grown === undefined || performance.now() > deadline) return grown;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function growthOf(before: ResourceCounts, after: ResourceCounts, allowed: number): string | undefined {
  const grown = [...after].filter(([kind, count]) => count - (before.get(kind) ?? 0) >= allowed);
  if (grown.length === 0) return undefined;
  return grown.map(([kind, count]) => `${kind}: ${before.get(kind) ?? 0} before, ${count} after`).join('; ');
}
