import { parseVersion, type Version } from './servable-id.ts';

/** The spaces of C, which is what the reading of numbers there skips; JavaScript's `\s` has more. */
const VERSION_NAME = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)[ \t\n\v\f\r]*$/;

/**
 * The version that a file's or directory's name stands for; `undefined` when it stands for none.
 *
 * A name is a version when all of it is a base-10 int64. Leading zeros, a sign, and spaces around it are fine.
 *
 * Source: TF Serving, `ParseVersionNumber` in `file_system_storage_path_source.cc`.
 */
export function parseVersionName(name: string): Version | undefined {
  const match = VERSION_NAME.exec(name);
  if (match?.[2] === undefined) return undefined;
  const magnitude = BigInt(match[2]);
  const value = match[1] === '-' ? -magnitude : magnitude;
  return BigInt.asIntN(64, value) === value ? parseVersion(value) : undefined;
}

/** Several names for one version, of which one was taken. */
export interface DuplicateName {
  readonly version: Version;
  readonly taken: string;
  /** In lexicographic order. */
  readonly ignored: readonly string[];
}

/** Which name to take for every version. */
export interface VersionNames {
  readonly byVersion: ReadonlyMap<Version, string>;
  readonly duplicates: readonly DuplicateName[];
}

/**
 * Picks a name for every version among a directory's children. Of several names for one version, one in `held` wins, so
 * that a version which is served keeps its files; otherwise the lexicographically last (`1` before `001`), as in TensorFlow
 * Serving.
 */
export function pickVersionNames(children: readonly string[], held: ReadonlySet<string>): VersionNames {
  const byVersion = new Map<Version, string>();
  const ignored = new Map<Version, string[]>();
  for (const name of children) {
    const version = parseVersionName(name);
    if (version === undefined) continue;
    const other = byVersion.get(version);
    if (other === undefined || beats(name, other, held)) byVersion.set(version, name);
    if (other !== undefined) ignored.set(version, [...(ignored.get(version) ?? []), beats(name, other, held) ? other : name]);
  }
  const duplicates = [...ignored].map(([version, names]) => ({ version, taken: byVersion.get(version) ?? '', ignored: names.sort() }));
  return { byVersion, duplicates };
}

function beats(name: string, other: string, held: ReadonlySet<string>): boolean {
  if (held.has(name) !== held.has(other)) return held.has(name);
  return name > other;
}
