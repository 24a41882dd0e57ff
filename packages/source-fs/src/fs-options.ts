import { fsError } from './errors.ts';

/** Options of this source. */
export interface FsOptions {
  /**
   * How often a base directory is looked at when the system tells nothing of changes in it, in milliseconds. Where it
   * does, polling is only a safety net, every 30 seconds. 0: one look at each model when it is added or changed, and again
   * only while a version in it is incomplete or on `refresh()`. The server's own `pollIntervalMs`, where it is given, wins.
   * Default: 1000.
   */
  readonly pollIntervalMs?: number;
  /**
   * How long the files of a version must stay the same before it is stated, in milliseconds, unless their times show that
   * it is complete. 0: a version is stated as soon as it is seen, as TensorFlow Serving does. Default: 1000.
   */
  readonly settleMs?: number;
  /** Whether file-system events are used. Default: true. */
  readonly events?: boolean;
}

/** The options with their defaults. */
export type ResolvedFsOptions = Required<FsOptions>;

/** @throws ServingError `SRV_FS_OPTION_INVALID` */
export function resolveFsOptions(options: FsOptions): ResolvedFsOptions {
  const { events = true, pollIntervalMs = 1000, settleMs = 1000 } = options;
  for (const [name, value] of Object.entries({ pollIntervalMs, settleMs })) {
    if (!(Number.isFinite(value) && value >= 0)) throw fsError('SRV_FS_OPTION_INVALID', [name, String(value)]);
  }
  return { events, pollIntervalMs, settleMs };
}
