import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../errors.ts';

/** What a system says when something stands where a folder should go. */
const OCCUPIED: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES']);

/** Moves a folder to where none is. Whether that happened; `false` when one is there, or the folder to be moved is gone. */
export async function moveFolder(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || OCCUPIED.has(code)) return false;
    throw error;
  }
}

/** Takes a folder away in one step, then removes it piece by piece. Whether it was there. */
export async function discardFolder(path: string, trash: string): Promise<boolean> {
  const target = join(trash, randomBytes(12).toString('hex'));
  if (!(await moveFolder(path, target))) return false;
  await rm(target, { recursive: true, force: true });
  return true;
}

/** Has a folder's entries on the disk. Where folders cannot be opened (Windows), the system sees to it. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  }
}
