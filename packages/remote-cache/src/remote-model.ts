import { type AspiredVersion, type Artifact, type Logger, type MonitoredModel, selectVersions, ServingError, type Version } from '@servable/core';
import type { RemoteCache } from './cache/remote-cache.ts';
import { remoteError } from './errors.ts';
import type { GuardedSink } from './guarded-sink.ts';
import { type RemoteVersion, readVersions, type VersionListing } from './listing/remote-version.ts';
import { type SettleOptions, SettleWatch } from './listing/settle-watch.ts';
import type { RemoteLocation, RemoteObject } from './remote-store.ts';
import { describeSelector, describeSet, type ModelNote, notesOf } from './model-notes.ts';
import { VersionTask } from './version-task.ts';
import { type BackOff, backOffMs } from './waiting.ts';

/** What all models of a source share. */
export interface ModelContext {
  readonly sink: GuardedSink;
  readonly logger: Logger;
  readonly settle: SettleOptions;
  readonly retry: BackOff;
  /** Whether anything is still held of a version that was stated. */
  isHeld(model: MonitoredModel, version: Version): boolean;
  /** Brings a version here, marked as in use, and resolves to its files. */
  fetch(model: MonitoredModel, location: RemoteLocation, version: RemoteVersion, signal: AbortSignal): Promise<string>;
  /** Takes over files that this model needs no more; they may still serve. */
  retire(model: MonitoredModel, task: VersionTask): void;
}

/** What one listing brought. */
export interface Look {
  readonly cache: RemoteCache;
  readonly objects: readonly RemoteObject[];
}

/**
 * One model: what its last listing said, and a task for every version that is wanted, or still stands in for one that is not here
 * yet. States a set whenever that changes something.
 */
export class RemoteModel {
  readonly #context: ModelContext;
  #model: MonitoredModel;
  #location: RemoteLocation;
  #settle: SettleWatch;
  readonly #tasks = new Map<Version, VersionTask>();
  #listing: VersionListing | undefined;
  #desired: readonly Version[] = [];
  #pending: readonly RemoteVersion[] = [];
  #stated: readonly AspiredVersion<Artifact>[] | undefined;
  #fault: string | undefined;
  #notes: ReadonlySet<string> = new Set();
  #recorded = '';
  #isClosed = false;

  constructor(context: ModelContext, model: MonitoredModel, location: RemoteLocation) {
    this.#context = context;
    this.#model = model;
    this.#location = location;
    this.#settle = new SettleWatch(context.settle);
  }

  get location(): RemoteLocation {
    return this.#location;
  }

  /** When a look without a poll is worth while: something may have settled, or can be tried again. */
  get nextLookMs(): number | undefined {
    const settled = this.#pending.flatMap((each) => this.#settle.nextLookMs(each) ?? []);
    const retries = [...this.#tasks.values()].flatMap(({ state }) => (state.kind === 'failed' ? [state.nextTryMs] : []));
    const all = [...settled, ...retries];
    return all.length === 0 ? undefined : Math.min(...all);
  }

  /** Takes what is configured now. What is stated goes on serving until the next listing. Whether that is anything new. */
  configure(model: MonitoredModel, location: RemoteLocation): boolean {
    const hasMoved = location.container !== this.#location.container || location.prefix !== this.#location.prefix;
    const isSame = !hasMoved && describeSelector(model.selector) === describeSelector(this.#model.selector);
    this.#model = model;
    if (hasMoved) {
      this.#location = location;
      this.#settle = new SettleWatch(this.#context.settle);
      this.#listing = undefined;
      this.#pending = [];
    }
    return !isSame;
  }

  /** Works through a listing, in which objects of others may stand. */
  async update({ cache, objects }: Look): Promise<void> {
    if (this.#isClosed) return;
    const held = new Set([...this.#tasks.values()].filter(({ state }) => state.kind === 'ready').map(({ version }) => String(version)));
    const listing = readVersions(this.#location, objects, held);
    if (!listing.exists) return this.fail(remoteError('SRV_REMOTE_BASE_PATH_MISSING', [this.#model.name, this.#model.path]), undefined);
    const nowMs = performance.now();
    this.#settle.update(listing.versions, nowMs, Date.now());
    const complete = listing.versions.filter((each) => this.#settle.isComplete(each, nowMs));
    this.#listing = listing;
    this.#pending = listing.versions.filter((each) => !complete.includes(each) && this.#tasks.get(each.version)?.state.kind !== 'ready');
    this.#select(complete, nowMs);
    this.#log(notesOf({ model: this.#model, listing, pending: this.#pending, ...this.#choice(complete) }));
    this.#state();
    await this.#record(cache, complete);
  }

  /** The model cannot be looked at. With a cache, and nothing stated yet, what was listed last is served from there. */
  async fail(error: ServingError, cache: RemoteCache | undefined): Promise<void> {
    if (this.#isClosed) return;
    const note = cache === undefined || this.#stated !== undefined || this.#tasks.size > 0 ? '' : await this.#restore(cache);
    if (this.#isClosed) return;
    this.#notes = new Set();
    if (this.#fault === error.message) return;
    this.#fault = error.message;
    const { code, status, args } = error;
    this.#context.sink.report(this.#model.name, new ServingError({ code, status, args, message: `${error.message}${note}`, cause: error }));
  }

  /** Resolves when no download runs. Never rejects. */
  async idle(): Promise<void> {
    await Promise.all([...this.#tasks.values()].map((task) => task.idle));
  }

  /** Ends downloads, and hands over what is in use. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const tasks = [...this.#tasks.values()];
    this.#tasks.clear();
    for (const task of tasks) this.#drop(task);
    await Promise.all(tasks.map((task) => task.idle));
  }

  #choice(complete: readonly RemoteVersion[]): { readonly missing: readonly Version[] } {
    return selectVersions(complete.map((each) => each.version), this.#model.selector);
  }

  /** A version whose files are here counts as complete, whatever happens to it in the store. */
  #select(complete: readonly RemoteVersion[], nowMs: number): void {
    const listed = new Map(this.#listing?.versions.map((each) => [each.version, each]));
    const here = [...this.#tasks.values()].filter(({ version, state }) => state.kind === 'ready' && listed.has(version));
    const available = [...complete.map((each) => each.version), ...here.map((each) => each.version)];
    this.#desired = selectVersions(available, this.#model.selector).selected;
    for (const version of this.#desired) {
      const remote = listed.get(version);
      if (remote !== undefined) this.#want(remote, complete.includes(remote), nowMs);
    }
    for (const task of this.#tasks.values()) {
      if (task.state.kind !== 'ready' && !this.#desired.includes(task.version)) this.#forget(task);
    }
  }

  #want(remote: RemoteVersion, isComplete: boolean, nowMs: number): void {
    const task = this.#tasks.get(remote.version);
    if (task === undefined) return this.#begin(new VersionTask(remote.version, remote.contentId), remote);
    if (task.contentId !== remote.contentId && isComplete) return this.#replace(task, remote);
    if (task.state.kind === 'failed' && nowMs >= task.state.nextTryMs) this.#begin(task, remote);
  }

  /** The content behind a number changed: numbers identify content, so what serves stays; what could not be loaded is given up. */
  #replace(task: VersionTask, remote: RemoteVersion): void {
    const wasHere = task.state.kind === 'ready';
    if (wasHere && this.#context.isHeld(this.#model, task.version)) return;
    this.#forget(task);
    // Out of the set and back in: that is how a manager tells that it is another try.
    if (wasHere) this.#aspire([...this.#tasks.values()].flatMap(statedAs), false);
    this.#begin(new VersionTask(remote.version, remote.contentId), remote);
  }

  #begin(task: VersionTask, remote: RemoteVersion): void {
    const model = this.#model;
    const location = this.#location;
    this.#tasks.set(task.version, task);
    task.start(
      async (signal) => {
        const { fault } = remote;
        if (fault !== undefined) throw remoteError('SRV_REMOTE_NAME_UNUSABLE', [model.name, String(remote.version), fault.name, fault.reason]);
        return this.#context.fetch(model, location, remote, signal);
      },
      (failures) => backOffMs(this.#context.retry, failures, Math.random()),
      () => this.#ended(task),
    );
  }

  #ended(task: VersionTask): void {
    if (this.#tasks.get(task.version) === task && !this.#isClosed) return this.#state();
    // It was given up while its last step ran.
    if (task.state.kind === 'ready') this.#context.retire(this.#model, task);
  }

  #forget(task: VersionTask): void {
    this.#tasks.delete(task.version);
    this.#drop(task);
  }

  #drop(task: VersionTask): void {
    if (task.state.kind === 'ready') this.#context.retire(this.#model, task);
    else task.cancel();
  }

  /**
   * Versions that are wanted no more stay while those that are wanted come; and, if the store still has them, while those fail.
   * While all there is is incomplete, what serves goes on.
   */
  #state(): void {
    if (this.#desired.length === 0 && this.#pending.length > 0) return;
    const wanted = this.#desired.flatMap((version) => this.#tasks.get(version) ?? []);
    const isWaiting = wanted.some(({ state, error }) => state.kind === 'running' && error === undefined);
    const isFailing = wanted.some(({ state }) => state.kind !== 'ready');
    for (const task of this.#tasks.values()) {
      const isListed = this.#listing?.versions.some((each) => each.version === task.version) ?? true;
      if (!wanted.includes(task) && !isWaiting && !(isFailing && isListed)) this.#forget(task);
    }
    this.#aspire([...this.#tasks.values()].flatMap(statedAs), isWaiting);
  }

  #aspire(unordered: readonly AspiredVersion<Artifact>[], isWaiting: boolean): void {
    const versions = unordered.toSorted((left, right) => (left.version < right.version ? 1 : -1));
    // Nothing is said before there is something to say.
    if (versions.length === 0 && isWaiting) return;
    const isSame = this.#stated !== undefined && describeSet(this.#stated) === describeSet(versions);
    if (isSame && this.#fault === undefined) return;
    this.#stated = versions;
    this.#fault = undefined;
    this.#context.sink.aspire({ name: this.#model.name, versions });
  }

  /** States what the last listing said and is here whole. Resolves to what to add to the fault's message. */
  async #restore(cache: RemoteCache): Promise<string> {
    const record = await cache.bases.read(this.#location);
    if (record === undefined) return '';
    const signal = new AbortController().signal;
    const versions: Version[] = [];
    for (const version of selectVersions([...record.versions.keys()], this.#model.selector).selected) {
      const contentId = record.versions.get(version) ?? '';
      // What cannot be checked now is not served; the next look tries again.
      const path = await cache.entries.use(contentId, signal).catch(() => undefined);
      if (path === undefined) continue;
      const task = VersionTask.ready(version, contentId, path);
      if (this.#isClosed) this.#context.retire(this.#model, task);
      else this.#tasks.set(version, task);
      versions.push(version);
    }
    if (versions.length === 0) return '';
    this.#desired = versions;
    this.#state();
    return `. Version ${versions.join(', ')} is served from the cache, as listed at ${record.listedAt}`;
  }

  async #record(cache: RemoteCache, complete: readonly RemoteVersion[]): Promise<void> {
    const contents = new Map(complete.map((each) => [each.version, this.#tasks.get(each.version)?.contentId ?? each.contentId]));
    const described = [...contents].map(([version, contentId]) => `${version} ${contentId}`).join('\n');
    if (described === this.#recorded) return;
    try {
      await cache.bases.write(this.#location, contents);
      this.#recorded = described;
    } catch (error) {
      this.#context.logger.warn({ model: this.#model.name, err: error }, `What '${this.#model.path}' holds cannot be noted for a start without it`);
    }
  }

  /** Logs what the last look did not say. */
  #log(notes: readonly ModelNote[]): void {
    const changed = [...this.#tasks.values()].flatMap((task) => this.#changeNote(task));
    for (const { level, message } of [...notes, ...changed]) {
      if (!this.#notes.has(message)) this.#context.logger[level]({ model: this.#model.name, path: this.#model.path }, message);
    }
    this.#notes = new Set([...notes, ...changed].map((note) => note.message));
  }

  #changeNote({ version, contentId, state }: VersionTask): readonly ModelNote[] {
    const remote = this.#listing?.versions.find((each) => each.version === version);
    if (remote === undefined || remote.contentId === contentId || state.kind !== 'ready') return [];
    const message = `The files of version ${version} of model '${this.#model.name}' changed at '${this.#model.path}': it is served as it was. Upload changes under a new number`;
    return [{ level: 'warn', message }];
  }
}

/** Nothing for a first try that still runs. */
function statedAs({ version, state, error }: VersionTask): readonly AspiredVersion<Artifact>[] {
  if (state.kind === 'ready') return [{ version, value: { path: state.path } }];
  return error === undefined ? [] : [{ version, error }];
}
