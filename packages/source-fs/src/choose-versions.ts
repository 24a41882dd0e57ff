import { type Artifact, type AspiredVersion, selectVersions, type Version, type VersionSelector } from '@servable/core';
import type { Readiness } from './settle-watch.ts';

/** Versions that are looked at at the same time. */
const LOOKS_AT_ONCE = 8;

/** What a selector makes of the versions of one model. */
export interface Choice {
  /** Highest version first. */
  readonly versions: readonly AspiredVersion<Artifact>[];
  /** Versions that would have been chosen, were they complete. */
  readonly pending: readonly Version[];
  /** Specific versions that are not there. */
  readonly missing: readonly Version[];
}

/** How to find out about one version. */
export interface VersionFiles {
  pathOf(version: Version): string;
  judge(version: Version): Promise<Readiness>;
}

/**
 * Chooses as `selectVersions` does, as if versions that are not complete were not there. Looks at no more versions than
 * it needs: for `latest`, from the highest down until enough are complete.
 */
export async function chooseVersions(available: readonly Version[], selector: VersionSelector, files: VersionFiles): Promise<Choice> {
  const wanted = selector.kind === 'latest' ? Math.max(1, selector.count) : Infinity;
  const { selected, missing } = selectVersions(available, selector.kind === 'latest' ? { kind: 'all' } : selector);
  const versions: AspiredVersion<Artifact>[] = [];
  const pending: Version[] = [];
  for (let next = 0; next < selected.length && versions.length < wanted; ) {
    const group = selected.slice(next, next + Math.min(LOOKS_AT_ONCE, wanted - versions.length));
    next += group.length;
    const verdicts = await Promise.all(group.map((version) => files.judge(version)));
    for (const [index, version] of group.entries()) {
      const readiness = verdicts[index];
      if (readiness === 'ready') versions.push({ version, value: { path: files.pathOf(version) } });
      else if (readiness === 'pending' || readiness === undefined) pending.push(version);
      else versions.push({ version, error: readiness });
    }
  }
  return { versions, pending, missing };
}
