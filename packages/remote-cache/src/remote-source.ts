import { messageOf, type ModelName, type MonitoredModel, ServingError, type ServableId, type Source, type SourceContext } from '@servable/core';
import type { Integrity } from './cache/entries.ts';
import { RemoteCache } from './cache/remote-cache.ts';
import { DigestThread } from './download/digest-thread.ts';
import { type FetchContext, fetchVersion } from './download/fetch-version.ts';
import { ProgressMeter } from './download/progress-meter.ts';
import { remoteError } from './errors.ts';
import { GroupWatch } from './group-watch.ts';
import { GuardedSink } from './guarded-sink.ts';
import { countRequests } from './listing/count-requests.ts';
import { planListings } from './listing/listing-plan.ts';
import { locatePath } from './listing/remote-path.ts';
import { type ModelContext, RemoteModel } from './remote-model.ts';
import type { ResolvedRemoteOptions } from './remote-options.ts';
import type { RemoteLocation, RemoteStore } from './remote-store.ts';
import { Slots } from './slots.ts';
import { type BackOff, unlessAborted } from './waiting.ts';

export interface RemoteSourceParts {
  readonly name: string;
  readonly context: SourceContext;
  readonly options: ResolvedRemoteOptions & { readonly pollIntervalMs: number };
  readonly store: RemoteStore;
}

/** Between tries of one read. */
const READ_BACK_OFF: BackOff = { firstMs: 200, maxMs: 10_000 };
/** Between tries of a version whose download failed. */
const VERSION_BACK_OFF: BackOff = { firstMs: 5000, maxMs: 300_000 };

/** Files that no model asks for any more, but that may still serve. */
interface Retired {
  readonly id: ServableId;
  readonly contentId: string;
}

/** Watches models in a store: see `defineRemoteSource`. */
export class RemoteSource implements Source {
  readonly #parts: RemoteSourceParts;
  readonly #sink: GuardedSink;
  readonly #models = new Map<ModelName, RemoteModel>();
  /** Models whose path makes no sense, and that path. */
  readonly #senseless = new Map<ModelName, string>();
  readonly #groups = new Map<string, GroupWatch>();
  readonly #digests = new DigestThread();
  readonly #readSlots: Slots;
  readonly #modelContext: ModelContext;
  #retired: readonly Retired[] = [];
  #cache: Promise<RemoteCache> | undefined;
  #hasWarnedOfLimit = false;
  #closing: Promise<void> | undefined;

  constructor(parts: RemoteSourceParts) {
    const { context, options } = parts;
    this.#parts = parts;
    this.#sink = new GuardedSink(context);
    this.#readSlots = new Slots(options.parallelReads);
    this.#modelContext = {
      sink: this.#sink,
      logger: context.logger,
      settle: { settleMs: options.settleMs, completionMarker: options.completionMarker },
      retry: { ...VERSION_BACK_OFF, firstMs: Math.min(VERSION_BACK_OFF.firstMs, options.pollIntervalMs || VERSION_BACK_OFF.firstMs) },
      isHeld: ({ name }, version) => this.#isHeld({ name, version }),
      fetch: async (model, location, version, signal) => {
        const id = { name: model.name, version: version.version };
        return this.#fetch(id, { location, version }, signal);
      },
      retire: (model, { version, contentId }) => this.#retire({ id: { name: model.name, version }, contentId }),
    };
  }

  monitor(models: readonly MonitoredModel[]): void {
    if (this.#closing !== undefined) return;
    const listed = new Map(models.map((model) => [model.name, model]));
    for (const name of [...this.#models.keys(), ...this.#senseless.keys()]) {
      if (!listed.has(name)) this.#forget(name);
    }
    const changed = new Set([...listed.values()].filter((model) => this.#accept(model)).map(({ name }) => name));
    this.#plan(listed, changed);
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closing !== undefined) return;
    const looks = (async () => {
      await Promise.all([...this.#groups.values()].map((group) => group.look()));
      await Promise.all([...this.#models.values()].map((model) => model.idle()));
    })();
    await (signal === undefined ? looks : unlessAborted(looks, signal));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#sink.shut();
    const groups = [...this.#groups.values()].map((group) => group.close());
    // A look may wait for gigabytes to be summed up.
    await this.#digests.close();
    await Promise.all(groups);
    await Promise.all([...this.#models.values()].map((model) => model.close()));
    await this.#digests.close();
    await this.#parts.store.close?.();
    const cache = await this.#cache?.catch(() => undefined);
    if (cache === undefined) return;
    for (const { contentId } of this.#retired) await cache.entries.release(contentId);
    await cache.close();
  }

  #forget(name: ModelName): void {
    void this.#models.get(name)?.close();
    this.#models.delete(name);
    this.#senseless.delete(name);
    this.#sink.aspire({ name, versions: [] });
  }

  /** Whether a look is worth while. */
  #accept(model: MonitoredModel): boolean {
    const location = this.#locate(model);
    if (location === undefined) return false;
    const before = this.#models.get(model.name);
    if (before !== undefined) return before.configure(model, location);
    this.#models.set(model.name, new RemoteModel(this.#modelContext, model, location));
    return true;
  }

  /** What serves goes on when a path makes no sense, as with any other fault. */
  #locate({ name, path }: MonitoredModel): RemoteLocation | undefined {
    try {
      const { store } = this.#parts;
      if (path.includes('\0')) throw new Error('it has a NUL character');
      const location = store.locate === undefined ? locatePath(path) : store.locate(path);
      this.#senseless.delete(name);
      return location;
    } catch (error) {
      const fault = ServingError.is(error) ? error : remoteError('SRV_REMOTE_PATH_INVALID', [name, path, messageOf(error)], { cause: error });
      if (this.#senseless.get(name) !== path) this.#sink.report(name, fault);
      this.#senseless.set(name, path);
      return undefined;
    }
  }

  #plan(listed: ReadonlyMap<ModelName, MonitoredModel>, changed: ReadonlySet<ModelName>): void {
    const watched = [...this.#models].flatMap(([name, state]) => {
      const model = listed.get(name);
      return model === undefined || this.#senseless.has(name) ? [] : [{ name, path: model.path, state }];
    });
    const plans = planListings(watched.map(({ state }) => state.location));
    for (const [key, group] of this.#groups) {
      if (plans.some((plan) => plan.key === key)) continue;
      void group.close();
      this.#groups.delete(key);
    }
    for (const plan of plans) {
      const own = watched.filter(({ state: { location } }) => location.container === plan.container && plan.prefixes.includes(location.prefix));
      const group = this.#groups.get(plan.key) ?? new GroupWatch(this.#groupContext(), plan);
      this.#groups.set(plan.key, group);
      group.configure(plan, own);
      if (own.some(({ name }) => changed.has(name))) void group.look();
    }
  }

  #groupContext(): ConstructorParameters<typeof GroupWatch>[0] {
    const { name, context, options, store } = this.#parts;
    return {
      list: countRequests(store, { source: name, observer: context.observer, timeoutMs: options.stallTimeoutMs }),
      pollIntervalMs: options.pollIntervalMs,
      openCache: () => this.#openCache(),
      onLook: () => this.#releaseUnused(),
    };
  }

  /** One that failed is tried again at the next look. */
  async #openCache(): Promise<RemoteCache> {
    const before = this.#cache;
    this.#cache ??= RemoteCache.open(this.#parts.options.cacheDirectory, this.#integrity()).catch((error: unknown) => {
      this.#cache = undefined;
      throw error;
    });
    const cache = await this.#cache;
    if (before !== undefined) await cache.repair();
    return cache;
  }

  #integrity(): Integrity {
    const { context, options } = this.#parts;
    return {
      digest: (path, sizeBytes, algorithm) => this.#digests.digest(path, sizeBytes, algorithm),
      onDamage: (entry, reason) =>
        context.logger.warn({ cacheDirectory: options.cacheDirectory, entry }, `'${entry}' in the cache at '${options.cacheDirectory}' is damaged, and removed: ${reason}`),
    };
  }

  async #fetch(id: ServableId, { location, version }: { readonly location: RemoteLocation; readonly version: Parameters<ModelContext['fetch']>[2] }, signal: AbortSignal): Promise<string> {
    const { name, context } = this.#parts;
    const meter = new ProgressMeter(context.observer, { source: name, id, totalBytes: version.totalBytes });
    const fetchContext = this.#fetchContext(await this.#openCache());
    try {
      const path = await fetchVersion(fetchContext, { id, container: location.container, version, meter }, signal);
      meter.end('done');
      return path;
    } catch (error) {
      meter.end('failed');
      throw error;
    }
  }

  #fetchContext(cache: RemoteCache): FetchContext {
    const { name, context, options, store } = this.#parts;
    return {
      cache,
      maxCacheBytes: options.maxCacheBytes,
      maxUnpackedBytes: options.maxUnpackedBytes,
      partBytes: options.partBytes,
      stallTimeoutMs: options.stallTimeoutMs,
      backOff: READ_BACK_OFF,
      readSlots: this.#readSlots,
      digests: this.#digests,
      read: (request) => store.read(request),
      onRequest: (request) => context.observer?.requestDone({ source: name, operation: 'read', ...request }),
      onOverLimit: (takenBytes) => this.#warnOfLimit(takenBytes),
    };
  }

  #warnOfLimit(takenBytes: number): void {
    if (this.#hasWarnedOfLimit) return;
    this.#hasWarnedOfLimit = true;
    const { cacheDirectory, maxCacheBytes } = this.#parts.options;
    this.#parts.context.logger.warn(
      { cacheDirectory, maxCacheBytes, takenBytes },
      `What serves takes more than the cache at '${cacheDirectory}' may hold (${takenBytes} of ${maxCacheBytes} bytes), and stays: raise maxCacheBytes`,
    );
  }

  /** Without a word from the server, what was stated once is held until the end. */
  #isHeld({ name, version }: ServableId): boolean {
    return this.#parts.context.isHeld?.(name, version) ?? true;
  }

  #retire(retired: Retired): void {
    this.#retired = [...this.#retired, retired];
  }

  /** Gives back what no model asks for and nothing serves from any more, so that it can be removed when room is needed. */
  async #releaseUnused(): Promise<void> {
    const unused = this.#retired.filter(({ id }) => !this.#isHeld(id));
    this.#retired = this.#retired.filter((each) => !unused.includes(each));
    const cache = await this.#cache?.catch(() => undefined);
    for (const { contentId } of unused) await cache?.entries.release(contentId);
  }
}

