import { createHash, type Hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { identityOf } from './path-walk.ts';

/** Entries of one version that are looked at; a change in those after it (in the order of names) goes unseen. */
const MAX_ENTRIES = 10_000;
/** Directories within directories that are looked at. */
const MAX_DEPTH = 32;

/** When a file or directory last changed, in nanoseconds since 1970. */
export interface ChangeTimes {
  /** Of a file: its content. Of a directory: which entries it has. */
  readonly mtimeNs: bigint;
  /** As `mtimeNs`, and besides: its owner, mode, times and name, so that moving it counts. */
  readonly ctimeNs: bigint;
  /** 0 where the file system does not keep it. */
  readonly birthtimeNs: bigint;
}

/** What a version's files look like from outside; contents are not read. */
export interface TreeLook {
  /** Equal while names, sizes and times of all files stay. */
  readonly fingerprint: string;
  /** Whether there is at least one file (the version itself, when it is a file that is not empty). */
  readonly hasFile: boolean;
  /** The newest `ctimeNs` of everything below the version; 0 when there is nothing. */
  readonly contentNs: bigint;
  /** Of the version itself, through a link if it is one. */
  readonly root: ChangeTimes;
  /** When the link was made, if the version is one. */
  readonly linkNs: bigint | undefined;
}

interface Walk {
  readonly hash: Hash;
  /** Directories that were entered, so that a link to one above ends. */
  readonly entered: Set<string>;
  entries: number;
  hasFile: boolean;
  contentNs: bigint;
}

/** Looks at a version's files, links followed. Rejects with a system error when the version itself cannot be read. */
export async function lookAtTree(version: string): Promise<TreeLook> {
  const link = await lstat(version, { bigint: true });
  const root = link.isSymbolicLink() ? await stat(version, { bigint: true }) : link;
  const walk: Walk = { hash: createHash('sha256'), entered: new Set(), entries: 0, hasFile: false, contentNs: 0n };
  walk.hash.update(`${identityOf(root)} ${root.mtimeNs}\n`);
  if (root.isDirectory()) {
    walk.entered.add(identityOf(root));
    await walkDirectory(walk, version, 0);
  } else {
    walk.hash.update(String(root.size));
    walk.hasFile = root.size > 0n;
  }
  return {
    fingerprint: walk.hash.digest('base64'),
    hasFile: walk.hasFile,
    contentNs: walk.contentNs,
    root,
    linkNs: link.isSymbolicLink() ? link.ctimeNs : undefined,
  };
}

async function walkDirectory(walk: Walk, directory: string, depth: number): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  // Without a fixed order the limit would cut at another place each time.
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    if (walk.entries >= MAX_ENTRIES) return;
    walk.entries += 1;
    await walkEntry(walk, path.join(directory, entry.name), depth);
  }
}

async function walkEntry(walk: Walk, entry: string, depth: number): Promise<void> {
  const own = await orUndefined(lstat(entry, { bigint: true }));
  // Deleted since it was listed: the listing's hash differs from the next one's.
  if (own === undefined) return;
  note(walk, entry, own);
  const target = own.isSymbolicLink() ? await orUndefined(stat(entry, { bigint: true })) : own;
  if (target === undefined) return;
  if (target !== own) note(walk, entry, target);
  if (!target.isDirectory()) {
    walk.hasFile = true;
    return;
  }
  if (depth >= MAX_DEPTH || walk.entered.has(identityOf(target))) return;
  walk.entered.add(identityOf(target));
  await orUndefined(walkDirectory(walk, entry, depth + 1));
}

function note(walk: Walk, entry: string, stats: BigIntStats): void {
  walk.hash.update(`${entry}\0${identityOf(stats)} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}\n`);
  if (stats.ctimeNs > walk.contentNs) walk.contentNs = stats.ctimeNs;
}

/** A part that cannot be read is for the loader to complain about: it knows which files it needs. */
async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch {
    return undefined;
  }
}
