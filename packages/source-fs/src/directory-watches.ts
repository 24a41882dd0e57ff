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
  readonly notify: (isOwn: boolean) => void;
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
  readonly #retired = new Set<SharedWatch>();
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

  /**
   * Calls `notify` for changes at a point until the returned function is called; `undefined` when it cannot be watched.
   * `isOwn`: the directory itself may be gone, so this watch tells nothing more.
   */
  add(point: WatchPoint, notify: (isOwn: boolean) => void): (() => void) | undefined {
    const key = `${point.directory}\0${point.identity ?? ''}`;
    const shared = this.#shared.get(key) ?? this.#open(key, point.directory);
    if (shared === undefined) return undefined;
    const listener: Listener = { name: point.name, notify };
    shared.listeners.add(listener);
    return () => this.#remove(key, shared, listener);
  }

  close(): void {
    for (const shared of [...this.#shared.values(), ...this.#retired]) shared.handle.close();
    this.#shared.clear();
    this.#retired.clear();
  }

  #open(key: string, directory: string): SharedWatch | undefined {
    if (this.isExhausted) return undefined;
    const listeners = new Set<Listener>();
    try {
      const handle = this.#watchDirectory(
        directory,
        (type, name) => this.#dispatch(key, listeners, { type, name, isOwn: name === path.basename(directory) }),
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
    for (const listener of listeners) listener.notify(true);
  }

  /** Writing into a file of a base directory is a `change`; versions come and go by `rename`. */
  #dispatch(key: string, listeners: ReadonlySet<Listener>, { isOwn, name, type }: DirectoryEvent): void {
    // Whoever watches this path from now on needs a watch on what is there from now on.
    if (isOwn) this.#retire(key);
    for (const listener of listeners) {
      const isMeant = name === null || isOwn || (listener.name === undefined ? type === 'rename' : listener.name === name);
      if (isMeant) listener.notify(isOwn);
    }
  }

  /** Takes a watch out of use; it is closed when the last who holds it lets go. */
  #retire(key: string): void {
    const shared = this.#shared.get(key);
    if (shared === undefined) return;
    this.#shared.delete(key);
    this.#retired.add(shared);
  }

  #remove(key: string, shared: SharedWatch, listener: Listener): void {
    shared.listeners.delete(listener);
    if (shared.listeners.size > 0) return;
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
    this.#retired.delete(shared);
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
  /** It carries the directory's own name, as what happens to the directory itself does. */
  readonly isOwn: boolean;
}
