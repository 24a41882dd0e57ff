import { join } from 'node:path';
import {
  type Artifact,
  type AspiredSink,
  type AspiredVersion,
  type Logger,
  type MonitoredModel,
  pickVersionNames,
  type ServableId,
  ServingError,
  type Version,
  type VersionSelector,
} from '@servable/core';
import { BaseDirectory, type BaseLook } from './base-directory.ts';
import { type Choice, chooseVersions } from './choose-versions.ts';
import type { Clock } from './clock.ts';
import type { DirectoryWatches } from './directory-watches.ts';
import { notesOf, type ScanNote } from './scan-notes.ts';
import { SettleWatch } from './settle-watch.ts';

/** What all models of a source share. */
export interface ModelWatchContext {
  readonly sink: AspiredSink;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly settleMs: number;
  /** `undefined`: only polling. */
  readonly watches: DirectoryWatches | undefined;
}

export interface ModelWatchOptions {
  /** The base directory, absolute. */
  readonly path: string;
  /** Something changed: a look is worth while. */
  readonly onEvent: () => void;
  /** The watch of the same model at another path that this one takes over from: what it stated keeps serving. */
  readonly before: ModelWatch | undefined;
}

/** A listing this much younger than the directory's last change may have missed one with the same time, in nanoseconds. */
const RACY_NS = 2_000_000_000n;

/** Watches one model at one path, and states its versions. */
export class ModelWatch {
  readonly model: MonitoredModel;
  readonly #context: ModelWatchContext;
  readonly #base: BaseDirectory;
  readonly #settle: SettleWatch;
  #selector: VersionSelector;
  /** The set that was stated last, also at a path before this one. */
  #stated: readonly AspiredVersion<Artifact>[] | undefined;
  /** The fault that was reported after the last set; a set that follows it is always stated. */
  #fault: string | undefined;
  #notes: ReadonlySet<string> = new Set();
  #incomplete: readonly Version[] = [];
  /** The listing after which nothing was open; while the directory keeps its time there is nothing new. */
  #settledLook: BaseLook | undefined;
  #isClosed = false;

  constructor(context: ModelWatchContext, model: MonitoredModel, options: ModelWatchOptions) {
    this.#context = context;
    this.model = model;
    this.#stated = options.before === undefined ? undefined : options.before.#stated;
    this.#selector = model.selector;
    this.#base = new BaseDirectory(model.name, options.path, context.watches, options.onEvent);
    this.#settle = new SettleWatch(context.clock, context.settleMs);
  }

  get path(): string {
    return this.#base.path;
  }

  /** Whether events tell every change, so that polling is only a safety net. */
  get isWatched(): boolean {
    return this.#base.isWatched;
  }

  /** When an incomplete version should be looked at again. */
  get nextSettleMs(): number | undefined {
    return this.#settle.nextLookMs;
  }

  /** Versions that the last look would have stated, were they complete. */
  get incomplete(): readonly ServableId[] {
    return this.#incomplete.map((version) => ({ name: this.model.name, version }));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes effect with the next look. Whether it is another selector than before. */
  select(selector: VersionSelector): boolean {
    if (describeSelector(selector) === describeSelector(this.#selector)) return false;
    this.#selector = selector;
    this.#settledLook = undefined;
    return true;
  }

  /** Looks, and states or reports what changed. Never rejects. `isPoll`: nothing says that anything changed. */
  async look(isPoll: boolean): Promise<void> {
    if (this.#isClosed) return;
    try {
      const base = await this.#base.look();
      if (isPoll && this.#isUnchanged(base)) return;
      await this.#readVersions(base);
    } catch (error) {
      this.#report(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#base.close();
  }

  #isUnchanged(base: BaseLook): boolean {
    const before = this.#settledLook;
    return before !== undefined && before.identity === base.identity && before.mtimeNs === base.mtimeNs;
  }

  async #readVersions(base: BaseLook): Promise<void> {
    const selector = this.#selector;
    const listedNs = this.#context.clock.wallNs();
    const listing = await this.#listNames(selector);
    this.#settle.update(listing.names, listing.isWhole);
    const names = pickVersionNames(listing.names, this.#settle.ready);
    const choice = await this.#choose(names.byVersion, selector, base);
    if (this.#isClosed || selector !== this.#selector) return;
    this.#log(notesOf({ model: this.model.name, path: this.path, selector, names, choice }));
    this.#state(choice);
    const isOpen = choice.pending.length > 0 || choice.versions.some((each) => 'error' in each);
    const isRacy = listedNs - base.mtimeNs < RACY_NS || !this.#base.hasReliableTimes;
    this.#settledLook = isOpen || isRacy ? undefined : base;
  }

  /** TensorFlow Serving looks for specific versions by their plain number, and lists the directory only when one is missing. */
  async #listNames(selector: VersionSelector): Promise<{ readonly names: readonly string[]; readonly isWhole: boolean }> {
    const names = selector.kind === 'specific' ? selector.versions.map(String) : [];
    if (names.length > 0 && (await this.#base.hasAll(names))) return { names, isWhole: false };
    return { names: await this.#base.list(), isWhole: true };
  }

  #choose(byVersion: ReadonlyMap<Version, string>, selector: VersionSelector, base: BaseLook): Promise<Choice> {
    const nameOf = (version: Version): string => byVersion.get(version) ?? String(version);
    const pathOf = (version: Version): string => join(this.path, nameOf(version));
    const stated = new Set((this.#stated ?? []).flatMap((each) => ('value' in each ? [each.version] : [])));
    return chooseVersions([...byVersion.keys()], selector, {
      pathOf,
      judge: async (version) => {
        const name = nameOf(version);
        // It is served already: its number says that it is the same.
        if (stated.has(version)) this.#settle.accept(name);
        return this.#settle.judge({ name, model: this.model.name, path: pathOf(version), baseMtimeNs: base.mtimeNs });
      },
    });
  }

  #state({ versions, pending }: Choice): void {
    this.#incomplete = pending;
    // While all there is is incomplete, what serves goes on.
    if (versions.length === 0 && pending.length > 0) return;
    const isSame = this.#stated !== undefined && describeSet(this.#stated) === describeSet(versions);
    if (isSame && this.#fault === undefined) return;
    this.#stated = versions;
    this.#fault = undefined;
    this.#context.sink.aspire({ name: this.model.name, versions });
  }

  /** Logs what the last look did not say. */
  #log(notes: readonly ScanNote[]): void {
    const { logger } = this.#context;
    for (const { level, message } of notes) {
      if (!this.#notes.has(message)) logger[level]({ model: this.model.name, path: this.path }, message);
    }
    this.#notes = new Set(notes.map((note) => note.message));
  }

  /** The same fault is reported once; what comes after it is looked at as for the first time. */
  #report(error: unknown): void {
    if (this.#isClosed) return;
    this.#settle.reset();
    this.#settledLook = undefined;
    this.#notes = new Set();
    this.#incomplete = [];
    const fault = ServingError.from(error);
    if (this.#fault === fault.message) return;
    this.#fault = fault.message;
    this.#context.sink.report(this.model.name, fault);
  }
}

function describeSet(versions: readonly AspiredVersion<Artifact>[]): string {
  return versions.map((each) => `${each.version} ${'error' in each ? each.error.message : each.value.path}`).join('\n');
}

function describeSelector(selector: VersionSelector): string {
  switch (selector.kind) {
    case 'latest':
      return `latest ${selector.count}`;
    case 'all':
      return 'all';
    case 'specific':
      return `specific ${selector.versions.join()}`;
    default:
      return selector satisfies never;
  }
}
