import { constants } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { remoteError } from '../errors.ts';
import type { RemoteObject } from '../remote-store.ts';
import type { Slots } from '../slots.ts';
import type { DigestThread } from './digest-thread.ts';
import { PartJournal, planParts } from './part-journal.ts';
import { type ReadContext, readPart, WriteFault } from './read-part.ts';
import { runAll } from './run-all.ts';

/** What all files of a source share. */
export interface FileContext extends ReadContext {
  readonly partBytes: number;
  /** Reads that go on at once. */
  readonly readSlots: Slots;
  readonly digests: DigestThread;
}

/** Where a file and its journal go. */
export interface FileTarget {
  readonly object: RemoteObject;
  readonly path: string;
  readonly journalPath: string;
}

/** A file whose checksum is wrong is downloaded so many times in all: bytes can be damaged on the way. */
const MAX_ROUNDS = 3;

/**
 * Brings one file here: what an earlier process left is kept, missing parts are read side by side, and at the end the whole is
 * on the disk and held to its checksum as it lies there.
 */
export async function downloadFile(context: FileContext, target: FileTarget, signal: AbortSignal): Promise<void> {
  const { object, path, journalPath } = target;
  await mkdir(dirname(path), { recursive: true });
  await mkdir(dirname(journalPath), { recursive: true });
  const journal = await PartJournal.open(journalPath, object.hasRanges === false ? Math.max(1, object.sizeBytes) : context.partBytes);
  if (journal.isWhole) return context.onBytes(object.sizeBytes);
  for (let round = 1; ; round += 1) {
    await readMissingParts(context, { object, path, journal }, signal);
    const got = await checksumFault(context, object, path);
    if (got === undefined) return journal.markWhole();
    await journal.clear();
    await rm(path, { force: true });
    context.onBytes(-object.sizeBytes);
    const { algorithm, hex } = object.checksum ?? { algorithm: 'checksum', hex: '' };
    if (round === MAX_ROUNDS) throw remoteError('SRV_REMOTE_CHECKSUM', [object.name, algorithm, hex, got]);
  }
}

async function readMissingParts(
  context: FileContext,
  { object, path, journal }: { readonly object: RemoteObject; readonly path: string; readonly journal: PartJournal },
  signal: AbortSignal,
): Promise<void> {
  const parts = planParts(object.sizeBytes, object.hasRanges === false ? Math.max(1, object.sizeBytes) : context.partBytes);
  const file = await asWriteFault(open(path, constants.O_RDWR | constants.O_CREAT));
  try {
    const jobs = parts.flatMap((part, index) => {
      if (journal.has(index)) {
        context.onBytes(part.end - part.start);
        return [];
      }
      const read = async (each: AbortSignal): Promise<void> => {
        await readPart(context, { file, object, part }, each);
        // A journal that outlives a power failure must not know more than the disk.
        await asWriteFault(file.datasync());
        await asWriteFault(journal.add(index));
      };
      return [(each: AbortSignal) => context.readSlots.run(() => read(each), each)];
    });
    await runAll(jobs, signal);
    await asWriteFault(file.truncate(object.sizeBytes));
    await asWriteFault(file.sync());
  } finally {
    await file.close();
  }
}

/** The checksum that the file has, when it is not the one it should have. */
async function checksumFault({ digests }: FileContext, { checksum, sizeBytes }: RemoteObject, path: string): Promise<string | undefined> {
  if (checksum === undefined) return undefined;
  const got = await digests.digest(path, sizeBytes, checksum.algorithm);
  return got === checksum.hex ? undefined : got;
}

async function asWriteFault<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw new WriteFault(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
