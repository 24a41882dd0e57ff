import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { remoteError } from '../errors.ts';
import type { ExtractRequest, ExtractResult } from './extract.ts';
import { WriteFault } from './read-part.ts';
import { threadUrl } from './thread-url.ts';

/** An archive as it came, and what may come out of it. */
export interface Archive {
  readonly path: string;
  /** For messages. */
  readonly name: string;
  readonly maxBytes: number;
}

const MAX_ENTRIES = 100_000;

/**
 * Unpacks a tar.gz into a directory that does not exist yet, in one step: it is there whole and on the disk, or not at all. A folder
 * that holds everything else is taken off. It happens on a thread of its own, which ends when the signal is aborted.
 */
export async function unpackArchive({ path, name, maxBytes }: Archive, directory: string, signal: AbortSignal): Promise<void> {
  const work = `${directory}.unpacking`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const result = await extractApart({ archive: path, directory: work, maxBytes, maxEntries: MAX_ENTRIES }, signal);
  if (result.kind === 'disk') throw new WriteFault(result.reason, { cause: Object.assign(new Error(result.reason), { code: result.code }) });
  if (result.kind === 'archive') {
    // What a bomb left makes room at once.
    await rm(work, { recursive: true, force: true });
    throw remoteError('SRV_REMOTE_ARCHIVE_BROKEN', [name, result.reason]);
  }
  const entries = await readdir(work, { withFileTypes: true });
  const [only] = entries;
  if (only === undefined) throw remoteError('SRV_REMOTE_ARCHIVE_BROKEN', [name, 'it is empty']);
  const isWrapped = entries.length === 1 && only.isDirectory();
  await rm(directory, { recursive: true, force: true });
  await rename(isWrapped ? join(work, only.name) : work, directory);
  await rm(work, { recursive: true, force: true });
}

async function extractApart(request: ExtractRequest, signal: AbortSignal): Promise<ExtractResult> {
  signal.throwIfAborted();
  const worker = new Worker(threadUrl(new URL('../../dist/download/extract-thread-main.js', import.meta.url)), { name: 'servable-unpack', execArgv: [], workerData: request });
  const abort = (): void => void worker.terminate();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await new Promise<ExtractResult>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(signal.aborted ? signal.reason : new Error(`the unpacking thread ended with ${code}`)));
    });
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
