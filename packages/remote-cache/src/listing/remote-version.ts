import { createHash } from 'node:crypto';
import { type DuplicateName, pickVersionNames, type Version } from '@servable/core';
import { collisionFault, localNameFault } from '../local-name.ts';
import type { RemoteLocation, RemoteObject } from '../remote-store.ts';

/** One file of a version. */
export interface RemoteFile {
  /** Relative to the version, parts separated by `/`. */
  readonly path: string;
  readonly object: RemoteObject;
}

/** What a listing says of one version. */
export interface RemoteVersion {
  readonly version: Version;
  /** The name it goes by, such as `00000123`. */
  readonly name: string;
  /** Ordered by path. */
  readonly files: readonly RemoteFile[];
  readonly totalBytes: number;
  /** When its newest file was written, by the store's clock; `undefined` when the store does not tell. */
  readonly updatedMs: number | undefined;
  /** Names this very content: equal while names, sizes and revisions of all files stay. Can be a file's name. */
  readonly contentId: string;
  /** Why it cannot be brought here. */
  readonly fault: { readonly name: string; readonly reason: string } | undefined;
}

/** The versions below one location. */
export interface VersionListing {
  readonly versions: readonly RemoteVersion[];
  readonly duplicates: readonly DuplicateName[];
  /** Whether there is anything at all below the location; nothing means that the base path is missing. */
  readonly exists: boolean;
}

/**
 * Sorts the files of a listing into versions; files that belong to none are left out. Pure.
 *
 * @param objects - all files of the container that the listing gave; those outside of the location are passed over
 * @param held - names of versions that serve, and are kept when a second name for the same number appears
 */
export function readVersions(
  location: RemoteLocation,
  objects: readonly RemoteObject[],
  held: ReadonlySet<string>,
  platform: NodeJS.Platform = process.platform,
): VersionListing {
  const below = objects.filter((object) => object.name.startsWith(location.prefix));
  const byChild = new Map<string, RemoteFile[]>();
  for (const object of below) {
    const relative = object.name.slice(location.prefix.length);
    const slash = relative.indexOf('/');
    // A single file cannot be a version here, and a name that ends with a slash is no file but a folder's marker.
    if (slash < 1 || relative.endsWith('/')) continue;
    const child = relative.slice(0, slash);
    const files = byChild.get(child) ?? [];
    files.push({ path: relative.slice(slash + 1), object });
    byChild.set(child, files);
  }
  const { byVersion, duplicates } = pickVersionNames([...byChild.keys()], held);
  const versions = [...byVersion].map(([version, name]) => describe(location, { version, name }, { files: byChild.get(name) ?? [], platform }));
  return { versions, duplicates, exists: below.length > 0 };
}

function describe(
  location: RemoteLocation,
  { version, name }: { readonly version: Version; readonly name: string },
  { files, platform }: { readonly files: readonly RemoteFile[]; readonly platform: NodeJS.Platform },
): RemoteVersion {
  const sorted = files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const updates = sorted.flatMap(({ object }) => (object.updatedMs === undefined ? [] : [object.updatedMs]));
  return {
    version,
    name,
    files: sorted,
    totalBytes: sorted.reduce((sum, { object }) => sum + object.sizeBytes, 0),
    updatedMs: updates.length === 0 ? undefined : updates.reduce((newest, each) => Math.max(newest, each)),
    contentId: contentIdOf(location, name, sorted),
    fault: faultOf(sorted, platform),
  };
}

function contentIdOf(location: RemoteLocation, name: string, files: readonly RemoteFile[]): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([location.container, location.prefix, name]));
  for (const { path, object } of files) hash.update(JSON.stringify([path, object.sizeBytes, object.revision, object.archive ?? '']));
  const label = location.prefix.split('/').filter((part) => part !== '').at(-1) ?? location.container;
  return `${label.replace(/[^\w-]+/g, '_').slice(-40)}-${name.replace(/[^\d-]+/g, '')}-${hash.digest('hex').slice(0, 24)}`;
}

function faultOf(files: readonly RemoteFile[], platform: NodeJS.Platform): RemoteVersion['fault'] {
  for (const { path } of files) {
    const reason = localNameFault(path, platform);
    if (reason !== undefined) return { name: path, reason };
  }
  return collisionFault(files.map(({ path }) => path), platform);
}
