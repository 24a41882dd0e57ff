import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ServableId } from '@servable/core';
import type { EntryRecord, RecordedFile } from '../cache/entries.ts';
import { syncFolder } from '../cache/move.ts';
import { cacheFault, type RemoteCache } from '../cache/remote-cache.ts';
import { dropStaging, type Staging, takeStaging } from '../cache/staging.ts';
import { remoteError, systemCodeOf } from '../errors.ts';
import type { RemoteVersion } from '../listing/remote-version.ts';
import { Slots } from '../slots.ts';
import { downloadFile, type FileContext } from './download-file.ts';
import type { ProgressMeter } from './progress-meter.ts';
import { WriteFault } from './read-part.ts';
import { runAll } from './run-all.ts';
import { unpackArchive } from './unpack.ts';

/** What all downloads of a source share. */
export interface FetchContext extends Omit<FileContext, 'container' | 'onBytes'> {
  readonly cache: RemoteCache;
  readonly maxCacheBytes: number;
  readonly maxUnpackedBytes: number;
  /** The cache holds more than it should, all of it in use. */
  onOverLimit(takenBytes: number): void;
}

/** The version to be brought here. */
export interface FetchRequest {
  readonly id: ServableId;
  readonly container: string;
  readonly version: RemoteVersion;
  readonly meter: ProgressMeter;
}

/** Files of one version that are open at once. */
const OPEN_FILES = 32;
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Brings a version into the cache unless it is there, and resolves to the folder of its files, marked as in use. When it is aborted
 * or fails, what came stays for the next try.
 */
export function fetchVersion(context: FetchContext, request: FetchRequest, signal: AbortSignal): Promise<string> {
  const { contentId } = request.version;
  return context.cache.turns.run(contentId, async () => {
    signal.throwIfAborted();
    try {
      return await fetchAlone(context, request, signal);
    } catch (error) {
      throw await toldAs(context, request, error);
    }
  });
}

async function fetchAlone(context: FetchContext, request: FetchRequest, signal: AbortSignal): Promise<string> {
  const { cache } = context;
  const { contentId } = request.version;
  // A second round: somebody damaged or removed the entry in the moment it came.
  for (let round = 1; ; round += 1) {
    const found = await cache.entries.use(contentId, signal);
    if (found !== undefined) return found;
    if (round > 2) throw new Error(`'${contentId}' vanishes from the cache directory as soon as it is there`);
    const staging = await takeStaging(cache, contentId, { isDone: () => cache.entries.has(contentId), signal });
    if (staging !== undefined) await fill(context, request, { staging, signal });
  }
}

async function fill(
  context: FetchContext,
  request: FetchRequest,
  { staging, signal }: { readonly staging: Staging; readonly signal: AbortSignal },
): Promise<void> {
  const { cache, maxCacheBytes } = context;
  const { contentId, totalBytes } = request.version;
  await cache.expectCapacity(totalBytes);
  const taken = await cache.makeRoom(totalBytes, maxCacheBytes);
  if (taken + totalBytes > maxCacheBytes) context.onOverLimit(taken + totalBytes);
  try {
    await downloadAll(context, request, { staging, signal });
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    await cache.makeRoom(totalBytes, 0);
    await downloadAll(context, request, { staging, signal });
  }
  await cache.entries.publish(contentId, staging, await recordOf(context, request, staging.content));
  await dropStaging(cache.layout, staging);
}

async function downloadAll(
  context: FetchContext,
  { version, container, meter }: FetchRequest,
  { staging, signal }: { readonly staging: Staging; readonly signal: AbortSignal },
): Promise<void> {
  await context.cache.expectSpace(version.totalBytes, staging.path);
  meter.start();
  const fileContext: FileContext = { ...context, container, onBytes: (bytes) => meter.add(bytes) };
  const fileSlots = new Slots(OPEN_FILES);
  const folder = join(staging.content, String(version.version));
  const archives: { readonly path: string; readonly name: string }[] = [];
  const jobs = version.files.map(({ path, object }, index) => {
    const target = object.archive === undefined ? join(folder, ...path.split('/')) : join(staging.parts, `${index}.archive`);
    if (object.archive !== undefined) archives.push({ path: target, name: object.name });
    const file = { object, path: target, journalPath: join(staging.parts, `${index}.parts`) };
    return (each: AbortSignal) => fileSlots.run(() => downloadFile(fileContext, file, each), each);
  });
  await runAll(jobs, signal);
  for (const archive of archives) await unpackArchive({ ...archive, maxBytes: context.maxUnpackedBytes }, folder, signal);
}

/**
 * What lies there, also when it came out of an archive, each with a checksum: the store's, else one of ours. The names of folders are
 * on the disk after this, as their files' bytes are.
 */
async function recordOf({ digests }: FetchContext, { id, version }: FetchRequest, content: string): Promise<EntryRecord> {
  const folder = String(version.version);
  const directory = join(content, folder);
  const checksums = new Map(version.files.map(({ path, object }) => [path, object.archive === undefined ? object.checksum : undefined]));
  const files: RecordedFile[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    const at = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await syncFolder(at);
    else {
      const path = relative(directory, at).split(sep).join('/');
      const { size: sizeBytes } = await stat(at);
      files.push({ path, sizeBytes, checksum: checksums.get(path) ?? { algorithm: 'crc32c', hex: await digests.digest(at, sizeBytes, 'crc32c') } });
    }
  }
  const found = new Set(files.map(({ path }) => path));
  const gone = version.files.find(({ path, object }) => object.archive === undefined && !found.has(path));
  // A disk that does not tell case, mounted on a system that does.
  if (gone !== undefined) throw remoteError('SRV_REMOTE_NAME_UNUSABLE', [id.name, folder, gone.path, 'it and another name are one file on this disk']);
  return { folder, files, totalBytes: files.reduce((sum, each) => sum + each.sizeBytes, 0) };
}

function isDiskFull(error: unknown): boolean {
  return FULL.has(systemCodeOf(error instanceof WriteFault ? error.cause : error));
}

/** A fault of the disk names the cache directory and the cure; what came of a full disk's download makes room for others. */
async function toldAs({ cache }: FetchContext, { id, version }: FetchRequest, error: unknown): Promise<unknown> {
  if (isDiskFull(error)) {
    await rm(join(cache.layout.staging, version.contentId), { recursive: true, force: true }).catch(() => undefined);
    return remoteError('SRV_REMOTE_DISK_FULL', [id.name, String(id.version), cache.directory, version.totalBytes], { cause: error });
  }
  if (error instanceof WriteFault) return cacheFault(cache.directory, error.cause);
  return systemCodeOf(error) === '' ? error : cacheFault(cache.directory, error);
}
