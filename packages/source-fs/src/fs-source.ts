import { type ModelName, type MonitoredModel, type ServableId, type Source, type SourceContext, ServingError, type VersionSelector } from '@servable/core';
import { unlessAborted } from './abortable.ts';
import { resolveBasePath } from './base-path.ts';
import { type Clock, systemClock } from './clock.ts';
import { DirectoryWatches, type WatchDirectory, watchDirectory } from './directory-watches.ts';
import type { ResolvedFsOptions } from './fs-options.ts';
import { GuardedSink } from './guarded-sink.ts';
import { LookLoop, type LookLoopContext } from './look-loop.ts';
import { LookSchedule } from './look-schedule.ts';
import { LookSlots } from './look-slots.ts';
import { ModelWatch, type ModelWatchContext } from './model-watch.ts';

/** What a test can replace. */
export interface FsEnvironment {
  readonly clock: Clock;
  readonly watchDirectory: WatchDirectory;
}

const SYSTEM: FsEnvironment = { clock: systemClock, watchDirectory };

/** Looks that go on at once; each is a few calls on libuv's pool, which has four threads. */
const LOOKS_AT_ONCE = 8;
/** How long `close` waits for looks; they hang when the server of a network file system is gone. */
const CLOSE_PATIENCE_MS = 2000;

/** Watches models in directories: see `fs()`. */
export class FsSource implements Source {
  readonly #clock: Clock;
  readonly #sink: GuardedSink;
  readonly #watches: DirectoryWatches;
  readonly #schedule: LookSchedule<LookLoop>;
  readonly #watchContext: ModelWatchContext;
  readonly #loopContext: LookLoopContext;
  readonly #loops = new Map<ModelName, LookLoop>();
  /** Models whose path makes no sense, and that path. */
  readonly #senseless = new Map<ModelName, string>();
  /** What ends the waits of `settle`. */
  readonly #waits = new Set<() => void>();
  #closing: Promise<void> | undefined;

  constructor(context: SourceContext, options: ResolvedFsOptions, { clock, watchDirectory: watchWith }: FsEnvironment = SYSTEM) {
    const { events, pollIntervalMs, settleMs } = options;
    const { logger } = context;
    this.#clock = clock;
    this.#sink = new GuardedSink(context);
    this.#watches = new DirectoryWatches(watchWith, clock, logger);
    this.#schedule = new LookSchedule(clock, (loop) => loop.due());
    const watches = events && pollIntervalMs > 0 ? this.#watches : undefined;
    this.#watchContext = { sink: this.#sink, logger, clock, settleMs, watches };
    this.#loopContext = { clock, schedule: this.#schedule, slots: new LookSlots(LOOKS_AT_ONCE), pollIntervalMs };
  }

  /** Directories that are watched by events now. */
  get watchedDirectories(): number {
    return this.#watches.size;
  }

  monitor(models: readonly MonitoredModel[]): void {
    if (this.#closing !== undefined) return;
    const listed = new Map(models.map((model) => [model.name, model]));
    for (const name of [...this.#loops.keys(), ...this.#senseless.keys()]) {
      if (!listed.has(name)) this.#forget(name);
    }
    for (const model of listed.values()) this.#accept(model);
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closing !== undefined) return;
    const looks = Promise.all([...this.#loops.values()].map((loop) => loop.look()));
    await (signal === undefined ? looks : unlessAborted(looks, signal));
  }

  async settle(signal?: AbortSignal): Promise<readonly ServableId[]> {
    await this.refresh(signal);
    const dues = [...this.#loops.values()].flatMap(({ watch }) => watch.nextSettleMs ?? []);
    if (dues.length > 0) {
      await this.#until(Math.max(...dues), signal);
      await this.refresh(signal);
    }
    return [...this.#loops.values()].flatMap(({ watch }) => watch.incomplete);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#sink.shut();
    for (const stopWaiting of this.#waits) stopWaiting();
    const looks = Promise.all([...this.#loops.values()].map((loop) => loop.close()));
    this.#schedule.close();
    this.#watches.close();
    let stopWaiting = (): void => {};
    const patience = new Promise<void>((resolve) => {
      stopWaiting = this.#clock.schedule(CLOSE_PATIENCE_MS, resolve);
    });
    await Promise.race([looks, patience]);
    stopWaiting();
  }

  /** Resolves at a time of the clock or later, or when the source is closed. A timer can go off a little early. */
  async #until(timeMs: number, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const leftMs = timeMs - this.#clock.nowMs();
      if (leftMs <= 0 || this.#closing !== undefined) return;
      await this.#wait(leftMs, signal);
    }
  }

  async #wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    let stopWaiting = (): void => {};
    const wait = new Promise<void>((resolve) => {
      const cancel = this.#clock.schedule(delayMs, resolve);
      stopWaiting = () => {
        cancel();
        resolve();
      };
    });
    this.#waits.add(stopWaiting);
    try {
      await (signal === undefined ? wait : unlessAborted(wait, signal));
    } finally {
      stopWaiting();
      this.#waits.delete(stopWaiting);
    }
  }

  #forget(name: ModelName): void {
    void this.#loops.get(name)?.close();
    this.#loops.delete(name);
    this.#senseless.delete(name);
    this.#sink.aspire({ name, versions: [] });
  }

  #accept(model: MonitoredModel): void {
    const path = this.#resolve(model);
    const before = this.#loops.get(model.name);
    if (before !== undefined && !before.watch.isClosed && before.watch.path === path) {
      this.#reselect(before, model.selector);
      return;
    }
    // Closed or not, what it stated goes on serving until the new path says otherwise.
    void before?.close();
    if (path !== undefined) this.#open(model, path, before);
  }

  /** What serves goes on when a path makes no sense, as with any other fault. */
  #resolve(model: MonitoredModel): string | undefined {
    const { name } = model;
    try {
      const path = resolveBasePath(model);
      this.#senseless.delete(name);
      return path;
    } catch (error) {
      if (this.#senseless.get(name) !== model.path) this.#sink.report(name, ServingError.from(error));
      this.#senseless.set(name, model.path);
      return undefined;
    }
  }

  #reselect(loop: LookLoop, selector: VersionSelector): void {
    if (!loop.watch.select(selector)) return;
    void loop.look();
  }

  #open(model: MonitoredModel, path: string, before: LookLoop | undefined): void {
    const loop = new LookLoop(this.#loopContext, (onEvent) => new ModelWatch(this.#watchContext, model, { path, onEvent, before: before?.watch }));
    this.#loops.set(model.name, loop);
    void loop.look();
  }
}
