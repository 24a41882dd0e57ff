import type { LifecycleState } from '../lifecycle-state.ts';
import type { Version } from '../servable-id.ts';

/** What a policy sees of one version. */
export interface VersionSnapshot {
  readonly version: Version;
  /** As published, but `new` too between the tries of a load: nothing is loaded, and the policy is asked again. */
  readonly state: LifecycleState;
  /** In the newest set. A version aspired again while it is torn down is so too, with its old state. */
  readonly isAspired: boolean;
}

/** What a policy wants done next; `undefined`: nothing until something changes. */
export type PolicyAction = { readonly kind: 'load' | 'unload'; readonly version: Version };

/**
 * In what order a model's versions are loaded and unloaded. Pure: looks at all versions of one model, in any order, and
 * names one action. `load` is for an aspired version that is `new`, `unload` for one that is `ready`; others are ignored.
 */
export interface TransitionPolicy {
  readonly name: string;
  next(versions: readonly VersionSnapshot[]): PolicyAction | undefined;
}

/**
 * Loads the new version before the old one goes: some version serves at every moment, at the price of holding two. An old
 * version serves on for as long as its successor is in error.
 *
 * Source: TF Serving, `AvailabilityPreservingPolicy`.
 */
export const preserveAvailability: TransitionPolicy = {
  name: 'preserve-availability',
  next(versions) {
    const superseded = versions.filter((each) => !each.isAspired && each.state === 'ready');
    const aspired = versions.filter((each) => each.isAspired);
    const mayUnload = aspired.length === 0 || aspired.some((each) => each.state === 'ready') || superseded.length > 1;
    const lowest = superseded.reduce(lower, undefined);
    if (mayUnload && lowest !== undefined) return { kind: 'unload', version: lowest.version };
    return loadHighest(versions);
  },
};

/**
 * Unloads old versions before it loads a new one: never holds two, at the price of a moment in which none serves.
 *
 * Source: TF Serving, `ResourcePreservingPolicy`.
 */
export const preserveResources: TransitionPolicy = {
  name: 'preserve-resources',
  next(versions) {
    const superseded = versions.filter((each) => !each.isAspired && each.state === 'ready');
    const first = superseded.reduce(lower, undefined);
    if (first !== undefined) return { kind: 'unload', version: first.version };
    return versions.some(isOldAndHeld) ? undefined : loadHighest(versions);
  },
};

/** Still takes memory for something no longer wanted; a version aspired again must be gone first, so it counts as old. */
function isOldAndHeld(version: VersionSnapshot): boolean {
  if (version.state === 'draining' || version.state === 'unloading') return true;
  return !version.isAspired && version.state !== 'ended';
}

function loadHighest(versions: readonly VersionSnapshot[]): PolicyAction | undefined {
  const highest = versions.filter((each) => each.isAspired && each.state === 'new').reduce(higher, undefined);
  return highest && { kind: 'load', version: highest.version };
}

function lower(best: VersionSnapshot | undefined, each: VersionSnapshot): VersionSnapshot {
  return best !== undefined && best.version < each.version ? best : each;
}

function higher(best: VersionSnapshot | undefined, each: VersionSnapshot): VersionSnapshot {
  return best !== undefined && best.version > each.version ? best : each;
}
