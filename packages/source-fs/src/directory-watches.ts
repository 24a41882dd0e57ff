import { watch } from 'node:fs';
import path from 'node:path';
import type { Logger } from '@servable/core';
import type { Clock } from './clock.ts';
import { systemCodeOf } from './errors.ts';
import type { WatchPoint } from './path-walk.ts';

/** Watches one directory; may throw a system error. `onEvent` gets what `fs.watch` gives. */
export type WatchDirectory = (
  directory: string,
  onEvent: (type: string, name: string | null) => void,
  onError: () => void,
) => { close(): void };

/** `fs.watch`. */
export const watchDirectory: WatchDirectory = (directory, onEvent, onError) => {
  const watcher = watch(directory, { persistent: true }, onEvent);
  watcher.on('error', onError);
  return watcher;
};

interface Listener {
  readonly name: string | undefined;
  readonly notify: () => void;
}

interface SharedWatch {
  readonly handle: { close(): void };
  readonly listeners: Set<Listener>;
}

/** After the system refused another watch, none is asked for during this time. */
const EXHAUSTED_FOR_MS = 60_000;

/**
 * The watches of all models: one for a directory, however many models need it. When the system has no more to give, that
 * is logged once, and who asks gets none (and polls).
 */
export class DirectoryWatches {
  readonly #watchDirectory: WatchDirectory;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #shared = new Map<string, SharedWatch>();
  #exhaustedUntilMs = -Infinity;
  #hasWarned = false;

  constructor(watchDirectoryWith: WatchDirectory, clock: Clock, logger: Logger) {
    this.#watchDirectory = watchDirectoryWith;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Directories that are watched now. */
  get size(): number {
    return this.#shared.size;
  }

  /** Whether asking for a watch makes sense now. */
  get isExhausted(): boolean {
    return this.#clock.nowMs() < this.#exhaustedUntilMs;
  }

  /** Calls `notify` for changes at a point until the returned function is called; `undefined` when it cannot be watched. */
  add(point: WatchPoint, notify: () => void): (() => void) | undefined {
    const key = `${point.directory}\0${point.identity ?? ''}`;
    const shared = this.#shared.get(key) ?? this.#open(key, point.directory);
    if (shared === undefined) return undefined;
    const listener: Listener = { name: point.name, notify };
    shared.listeners.add(listener);
    return () => this.#remove(key, shared, listener);
  }

  close(): void {
    for (const shared of this.#shared.values()) shared.handle.close();
    this.#shared.clear();
  }

  #open(key: string, directory: string): SharedWatch | undefined {
    if (this.isExhausted) return undefined;
    const listeners = new Set<Listener>();
    try {
      const handle = this.#watchDirectory(
        directory,
        (type, name) => dispatch(listeners, { type, name, own: path.basename(directory) }),
        () => this.#fail(key, listeners),
      );
      const shared = { handle, listeners };
      this.#shared.set(key, shared);
      return shared;
    } catch (error) {
      this.#refused(error);
      return undefined;
    }
  }

  /** A watch that broke is let go, and its models look for themselves. */
  #fail(key: string, listeners: ReadonlySet<Listener>): void {
    this.#shared.get(key)?.handle.close();
    this.#shared.delete(key);
    for (const listener of listeners) listener.notify();
  }

  #remove(key: string, shared: SharedWatch, listener: Listener): void {
    shared.listeners.delete(listener);
    if (shared.listeners.size > 0 || this.#shared.get(key) !== shared) return;
    this.#shared.delete(key);
    shared.handle.close();
  }

  #refused(error: unknown): void {
    const code = systemCodeOf(error);
    if (code !== 'ENOSPC' && code !== 'EMFILE') return;
    this.#exhaustedUntilMs = this.#clock.nowMs() + EXHAUSTED_FOR_MS;
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn(
      { code, watchedDirectories: this.#shared.size },
      'The system gives no more file-system watches: other models are polled. Raise fs.inotify.max_user_watches or max_user_instances',
    );
  }
}

interface DirectoryEvent {
  readonly type: string;
  readonly name: string | null;
  /** The directory's own name: what an event about the directory itself carries. */
  readonly own: string;
}

/** Writing into a file of a base directory is a `change`; versions come and go by `rename`. */
function dispatch(listeners: ReadonlySet<Listener>, event: DirectoryEvent): void {
  const { name, own, type } = event;
  for (const listener of listeners) {
    const isMeant = name === null || name === own || (listener.name === undefined ? type === 'rename' : listener.name === name);
    if (isMeant) listener.notify();
  }
}
