import type { Version } from './servable-id.ts';

/** Which of the versions at hand a source aspires to. */
export type VersionSelector =
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'specific'; readonly versions: readonly Version[] };

/** What a selector chose, highest version first, and which specific versions are not at hand. */
export interface Selection {
  readonly selected: readonly Version[];
  readonly missing: readonly Version[];
}

/** TensorFlow Serving's default: the one highest version. */
export const LATEST_ONE: VersionSelector = { kind: 'latest', count: 1 };

/**
 * Chooses versions; pure, duplicates count once. A `latest` count below 1 counts as 1.
 *
 * Source: TF Serving, `ServableVersionPolicy` in `file_system_storage_path_source.proto`.
 */
export function selectVersions(available: readonly Version[], selector: VersionSelector): Selection {
  const descending = [...new Set(available)].sort((a, b) => (a < b ? 1 : -1));
  switch (selector.kind) {
    case 'latest':
      return { selected: descending.slice(0, Math.max(1, selector.count)), missing: [] };
    case 'all':
      return { selected: descending, missing: [] };
    case 'specific': {
      const wanted = new Set(selector.versions);
      const at = new Set(descending);
      return {
        selected: descending.filter((version) => wanted.has(version)),
        missing: [...wanted].filter((version) => !at.has(version)),
      };
    }
    default:
      return selector satisfies never;
  }
}
