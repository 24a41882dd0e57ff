import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../errors.ts';
import { pause } from '../waiting.ts';
import type { CacheLayout } from './cache-layout.ts';
import { discardFolder, moveFolder } from './move.ts';
import type { Owner } from './owner.ts';

const OWNER_PREFIX = 'owner.';
/** How often it is looked whether another server has finished the same download. */
const LOOK_MS = 200;

/** A download that this process, and no other, may write. */
export interface Staging {
  readonly path: string;
  /** Files of the version, and what goes with them to the entry. */
  readonly content: string;
  readonly parts: string;
}

/**
 * Takes the download of some content, with what a dead process left of it; waits while a live one is at it.
 *
 * The folder is the lock: it comes into being with its owner's name in it, by a move that fails when one is there, and changes
 * hands by renaming that very name, which only one process can. Should an owner that was taken for dead come back, both write
 * the same bytes to the same places: the folder is named by its content.
 *
 * @param isDone - whether the content is there by now, brought by another
 * @returns `undefined` when it is done
 */
export async function takeStaging(
  { layout, owner }: { readonly layout: CacheLayout; readonly owner: Owner },
  contentId: string,
  { isDone, signal }: { readonly isDone: () => Promise<boolean>; readonly signal: AbortSignal },
): Promise<Staging | undefined> {
  const path = join(layout.staging, contentId);
  const staging = { path, content: join(path, 'content'), parts: join(path, 'parts') };
  for (;;) {
    if (await isDone()) return undefined;
    if (await createOwned(layout, owner, path)) return staging;
    const token = await ownerOf(path);
    // Being made or removed by hand; a folder without an owner belongs to nobody.
    if (token === undefined) await discardFolder(path, layout.trash);
    else if (token !== owner.token && (await owner.isAlive(token))) await pause(LOOK_MS, signal);
    else if (await takeOver(path, token, owner.token)) return staging;
    signal.throwIfAborted();
  }
}

/** Removes a download. */
export async function dropStaging(layout: CacheLayout, staging: Staging): Promise<void> {
  await discardFolder(staging.path, layout.trash);
}

/** The token in a download's folder; `undefined` when it has none, or is gone. */
export async function ownerOf(path: string): Promise<string | undefined> {
  const names = await readdir(path).catch(() => []);
  return names.find((name) => name.startsWith(OWNER_PREFIX))?.slice(OWNER_PREFIX.length);
}

async function createOwned(layout: CacheLayout, owner: Owner, path: string): Promise<boolean> {
  const made = join(layout.trash, randomBytes(12).toString('hex'));
  await mkdir(made);
  await writeFile(join(made, `${OWNER_PREFIX}${owner.token}`), '');
  const isOurs = await moveFolder(made, path);
  if (!isOurs) await discardFolder(made, layout.trash);
  return isOurs;
}

async function takeOver(path: string, from: string, to: string): Promise<boolean> {
  try {
    await rename(join(path, `${OWNER_PREFIX}${from}`), join(path, `${OWNER_PREFIX}${to}`));
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
