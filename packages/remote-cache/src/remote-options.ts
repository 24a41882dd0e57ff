import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { remoteError } from './errors.ts';

/** Options that every source on this package has. */
export interface RemoteOptions {
  /**
   * How often each group of models is listed, in milliseconds; it comes up to a tenth sooner or later, and more rarely while listing
   * fails. 0: once, and again only until what was found is complete and here. This option wins over the server's own
   * `pollIntervalMs`, which is made for disks. Default: the server's, else 30000.
   */
  readonly pollIntervalMs?: number;
  /**
   * How long the files of a version must stay the same before it is downloaded, in milliseconds, so that one whose upload goes on is
   * not. 0: at once. Default: 10000.
   */
  readonly settleMs?: number;
  /** A file that is uploaded last, such as `_SUCCESS`: versions are complete once they have it, and `settleMs` says nothing. Default: none. */
  readonly completionMarker?: string;
  /** Where downloads are kept; several servers may share it. Default: `.cache/servable/models` in the user's home. */
  readonly cacheDirectory?: string;
  /** What the cache may take, in bytes. Versions that nobody serves are removed, the longest unused first. Default: 20 GiB. */
  readonly maxCacheBytes?: number;
  /** What an archive may unpack to, in bytes. Default: 20 GiB. */
  readonly maxUnpackedBytes?: number;
  /** Ranges that are read at the same time. Default: 8. */
  readonly parallelReads?: number;
  /** The bytes of one range. Less is read again after a crash when it is small; more requests are made then. Default: 16 MiB. */
  readonly partBytes?: number;
  /** How long a request may bring nothing before it is tried again, in milliseconds. Default: 30000. */
  readonly stallTimeoutMs?: number;
}

/** The options with their defaults; `pollIntervalMs` stays open until the server's is known. */
export interface ResolvedRemoteOptions extends Required<Omit<RemoteOptions, 'pollIntervalMs' | 'completionMarker'>> {
  readonly pollIntervalMs: number | undefined;
  readonly completionMarker: string | undefined;
}

/** When neither the source nor the server says how often to look. */
export const DEFAULT_POLL_INTERVAL_MS = 30_000;

const MIB = 2 ** 20;

/** @throws ServingError `SRV_REMOTE_OPTION_INVALID` */
export function resolveRemoteOptions(source: string, options: RemoteOptions): ResolvedRemoteOptions {
  const check = (name: keyof RemoteOptions, isGood: (value: unknown) => boolean, wanted: string): void => {
    const value: unknown = options[name];
    if (value !== undefined && !isGood(value)) throw remoteError('SRV_REMOTE_OPTION_INVALID', [source, name, show(value), wanted]);
  };
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '' && !value.includes('\0');
  const isAtLeast = (least: number) => (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= least;
  const isWhole = (least: number) => (value: unknown) => Number.isSafeInteger(value) && isAtLeast(least)(value);
  for (const name of ['pollIntervalMs', 'settleMs'] as const) check(name, isAtLeast(0), 'a number of milliseconds, 0 or more');
  check('stallTimeoutMs', isAtLeast(1), 'a number of milliseconds, 1 or more');
  check('completionMarker', isText, "a file's name");
  check('cacheDirectory', isText, 'a path');
  check('maxCacheBytes', isAtLeast(0), 'a number of bytes, 0 or more');
  check('maxUnpackedBytes', isAtLeast(0), 'a number of bytes, 0 or more');
  check('parallelReads', isWhole(1), 'a whole number, 1 or more');
  check('partBytes', isWhole(1), 'a whole number of bytes, 1 or more');
  return {
    pollIntervalMs: options.pollIntervalMs,
    settleMs: options.settleMs ?? 10_000,
    completionMarker: options.completionMarker,
    cacheDirectory: resolve(options.cacheDirectory ?? join(homedir(), '.cache', 'servable', 'models')),
    maxCacheBytes: options.maxCacheBytes ?? 20 * 1024 * MIB,
    maxUnpackedBytes: options.maxUnpackedBytes ?? 20 * 1024 * MIB,
    parallelReads: options.parallelReads ?? 8,
    partBytes: options.partBytes ?? 16 * MIB,
    stallTimeoutMs: options.stallTimeoutMs ?? 30_000,
  };
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
