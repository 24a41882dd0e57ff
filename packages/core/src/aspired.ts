import type { ServingError } from './serving-error.ts';
import type { ModelName, Version } from './servable-id.ts';

/**
 * One version that should be served. A version that cannot be had travels the same way, as an error, and shows up in the
 * model's status.
 */
export type AspiredVersion<T> =
  | { readonly version: Version; readonly value: T }
  | { readonly version: Version; readonly error: ServingError };

/**
 * The *whole* set of versions of one model that should be served. Stating it again changes nothing; leaving a version out
 * unloads it; an empty set unloads all.
 */
export interface AspiredVersions<T> {
  readonly name: ModelName;
  readonly versions: readonly AspiredVersion<T>[];
}

/** What one set changes against the set before it. */
export interface AspiredDiff<T> {
  /** Versions that were not aspired before, or were as an error and now have a value (or another error). */
  readonly added: readonly AspiredVersion<T>[];
  /** Versions that are aspired no more. */
  readonly removed: readonly Version[];
}

/** Compares a set with the one before it. Pure. A version whose value changed is not "added": numbers identify content. */
export function diffAspired<T>(
  before: ReadonlyMap<Version, AspiredVersion<T>>,
  after: readonly AspiredVersion<T>[],
): AspiredDiff<T> {
  const kept = new Set(after.map((each) => each.version));
  return {
    added: after.filter((each) => isNews(before.get(each.version), each)),
    removed: [...before.keys()].filter((version) => !kept.has(version)),
  };
}

function isNews<T>(before: AspiredVersion<T> | undefined, after: AspiredVersion<T>): boolean {
  if (before === undefined) return true;
  if (!('error' in before)) return false;
  return !('error' in after) || after.error.message !== before.error.message;
}
