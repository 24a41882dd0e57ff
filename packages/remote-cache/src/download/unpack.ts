import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@servable/core';
import { x as extract } from 'tar';
import { remoteError, systemCodeOf } from '../errors.ts';
import { localNameFault } from '../local-name.ts';
import { WriteFault } from './read-part.ts';

const DISK_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']);

/**
 * Unpacks a tar.gz into a directory that does not exist yet, in one step: it is there whole, or not at all. A folder that holds
 * everything else is taken off. Links and devices are refused, and names that lead elsewhere: an archive comes from outside.
 */
export async function unpackArchive(archive: { readonly path: string; readonly name: string }, directory: string): Promise<void> {
  const work = `${directory}.unpacking`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const refused: string[] = [];
  try {
    await extract({
      file: archive.path,
      cwd: work,
      strict: true,
      // Owners and modes of another machine mean nothing here.
      noChmod: true,
      preserveOwner: false,
      filter: (name, entry) => {
        const reason = entryFault(name, 'type' in entry ? entry.type : undefined);
        if (reason !== undefined) refused.push(`'${name}': ${reason}`);
        return reason === undefined;
      },
    });
  } catch (error) {
    if (DISK_CODES.has(systemCodeOf(error))) throw new WriteFault(messageOf(error), { cause: error });
    throw remoteError('SRV_REMOTE_ARCHIVE_BROKEN', [archive.name, messageOf(error)], { cause: error });
  }
  if (refused.length > 0) throw remoteError('SRV_REMOTE_ARCHIVE_BROKEN', [archive.name, refused.slice(0, 3).join('; ')]);
  const entries = await readdir(work, { withFileTypes: true });
  const [only] = entries;
  if (only === undefined) throw remoteError('SRV_REMOTE_ARCHIVE_BROKEN', [archive.name, 'it is empty']);
  const isWrapped = entries.length === 1 && only.isDirectory();
  await rm(directory, { recursive: true, force: true });
  await rename(isWrapped ? join(work, only.name) : work, directory);
  await rm(work, { recursive: true, force: true });
}

const PLAIN: ReadonlySet<string | undefined> = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'GNUDumpDir', undefined]);

function entryFault(name: string, type: string | undefined): string | undefined {
  if (!PLAIN.has(type)) return `it is a ${type ?? ''}, and only files and folders are taken`;
  const plain = name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  if (plain === '' || plain === '.') return undefined;
  return plain.startsWith('/') ? 'it is an absolute path' : localNameFault(plain, process.platform);
}
