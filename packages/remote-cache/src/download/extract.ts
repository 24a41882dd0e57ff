import { closeSync, fdatasyncSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@servable/core';
import { UnpackSync } from 'tar';
import { systemCodeOf } from '../errors.ts';
import { collisionFault, localNameFault } from '../local-name.ts';

/** An archive, and how much of it is taken. */
export interface ExtractRequest {
  readonly archive: string;
  /** An empty directory. */
  readonly directory: string;
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** What came of it: `disk` is a fault of this machine's disk, with the system's code, and `archive` one of the archive. */
export type ExtractResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'disk'; readonly code: string; readonly reason: string }
  | { readonly kind: 'archive'; readonly reason: string };

const DISK_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']);
/** Read at once: a thousand times as much may come out of it, all of which is in memory then. */
const READ_BYTES = 32 * 1024;
/** What may follow the archive's end: zeros that fill its last block, packed. */
const MAX_TRAILING_BYTES = 1024 * 1024;
const PLAIN: ReadonlySet<string | undefined> = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'GNUDumpDir', undefined]);
const MAX_REASONS = 3;

/** Ends the unpacking of an archive that holds more than it may. */
class LimitFault extends Error {}

/**
 * Unpacks a tar.gz, and has its files on the disk. Links and devices are refused, and names that lead elsewhere or meet: an archive
 * comes from outside. Takes the thread for as long as it lasts.
 */
export function extract(request: ExtractRequest): ExtractResult {
  const entries = new EntryCheck(request);
  try {
    const unpack = new UnpackSync({
      cwd: request.directory,
      strict: true,
      preserveOwner: false,
      // Zeros pack that well, and how many bytes there may be is counted.
      maxDecompressionRatio: Infinity,
      filter: (name, entry) => {
        const type = 'type' in entry ? entry.type : undefined;
        // Modes of another machine mean nothing here; one of 0 could not be read.
        entry.mode = type === 'Directory' || type === 'GNUDumpDir' ? 0o755 : 0o644;
        return entries.accept(name, { type, size: entry.size });
      },
    });
    feed(unpack, request.archive);
    const fault = entries.fault;
    if (fault !== undefined) return { kind: 'archive', reason: fault };
    syncFiles(request.directory);
    return { kind: 'done' };
  } catch (error) {
    const code = systemCodeOf(error);
    return DISK_CODES.has(code) ? { kind: 'disk', code, reason: messageOf(error) } : { kind: 'archive', reason: messageOf(error) };
  }
}

/** The library's own reading goes on behind the archive's end, and keeps in memory what it finds there. */
function feed(unpack: UnpackSync, archive: string): void {
  let trailing: number | undefined;
  unpack.on('eof', () => (trailing ??= 0));
  const file = openSync(archive, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(READ_BYTES);
      const length = readSync(file, chunk, 0, READ_BYTES, null);
      if (length === 0) break;
      unpack.write(chunk.subarray(0, length));
      if (trailing !== undefined && (trailing += length) > MAX_TRAILING_BYTES) throw new LimitFault('there is more behind its end');
    }
    unpack.end();
  } finally {
    closeSync(file);
  }
}

class EntryCheck {
  readonly #limits: ExtractRequest;
  readonly #refused: string[] = [];
  /** An archive that was added to holds a file twice; the last counts. */
  readonly #names = new Set<string>();
  #bytes = 0;
  #entries = 0;

  constructor(limits: ExtractRequest) {
    this.#limits = limits;
  }

  accept(name: string, { type, size }: { readonly type: string | undefined; readonly size: number }): boolean {
    const { maxBytes, maxEntries } = this.#limits;
    this.#entries += 1;
    this.#bytes += size;
    if (this.#entries > maxEntries) throw new LimitFault(`it holds more than ${maxEntries} files and folders`);
    if (this.#bytes > maxBytes) throw new LimitFault(`it holds more than ${maxBytes} bytes: raise maxUnpackedBytes if it may`);
    const reason = entryFault(name, type);
    if (reason === undefined && !name.endsWith('/') && type !== 'Directory') this.#names.add(plainName(name));
    if (reason !== undefined && this.#refused.length < MAX_REASONS) this.#refused.push(`'${name}': ${reason}`);
    return reason === undefined;
  }

  get fault(): string | undefined {
    if (this.#refused.length > 0) return this.#refused.join('; ');
    const collision = collisionFault([...this.#names], process.platform);
    return collision === undefined ? undefined : `'${collision.name}': ${collision.reason}`;
  }
}

function entryFault(name: string, type: string | undefined): string | undefined {
  if (!PLAIN.has(type)) return `it is a ${type ?? ''}, and only files and folders are taken`;
  const plain = plainName(name);
  if (plain === '' || plain === '.') return undefined;
  return plain.startsWith('/') ? 'it is an absolute path' : localNameFault(plain, process.platform);
}

function plainName(name: string): string {
  return name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
}

function syncFiles(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = openSync(join(entry.parentPath, entry.name), 'r+');
    try {
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
