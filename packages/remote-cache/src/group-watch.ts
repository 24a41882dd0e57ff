import { messageOf, ServingError } from '@servable/core';
import type { RemoteCache } from './cache/remote-cache.ts';
import { remoteError } from './errors.ts';
import { GroupListing, type ListPages } from './listing/group-listing.ts';
import type { ListingGroup } from './listing/listing-plan.ts';
import type { RemoteModel } from './remote-model.ts';
import { backOffMs, retryAfterOf } from './waiting.ts';

/** What all groups of a source share. */
export interface GroupContext {
  readonly list: ListPages;
  /** 0: no polling. */
  readonly pollIntervalMs: number;
  /** The cache, opened by now; rejects with a ServingError when it cannot be. */
  openCache(): Promise<RemoteCache>;
  /** A look begins: a chance to give back what is needed no more. */
  onLook(): Promise<void>;
}

/** Where a model's path is, for messages. */
export interface WatchedModel {
  readonly name: string;
  readonly path: string;
  readonly state: RemoteModel;
}

/** Polls come this much sooner or later, so that many servers do not ask at the same moment. */
const POLL_JITTER = 0.1;
/** While listing fails, the time between looks grows from about this … */
const FIRST_RETRY_MS = 1000;
/** … to this, or to the interval when that is longer. */
const MAX_RETRY_MS = 300_000;

/** Lists one group of models again and again: one look at a time, at most one more in line. */
export class GroupWatch {
  readonly #context: GroupContext;
  readonly #listing: GroupListing;
  readonly #closing = new AbortController();
  #group: ListingGroup;
  #models: readonly WatchedModel[] = [];
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #retryAfterMs = 0;

  constructor(context: GroupContext, group: ListingGroup) {
    this.#context = context;
    this.#group = group;
    this.#listing = new GroupListing(context.list);
  }

  /** What to list from the next look on. */
  configure(group: ListingGroup, models: readonly WatchedModel[]): void {
    this.#group = group;
    this.#models = models;
  }

  /** Resolves when a look that begins after this call has ended. Never rejects. */
  look(): Promise<void> {
    this.#queued ??= this.#next();
    return this.#queued;
  }

  /** Ends all looking; resolves when no look goes on. */
  close(): Promise<void> {
    this.#closing.abort(new Error('the source is closed'));
    clearTimeout(this.#timer);
    return this.#queued ?? this.#running;
  }

  async #next(): Promise<void> {
    await this.#running;
    this.#queued = undefined;
    this.#running = this.#run();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    const [group, models] = [this.#group, this.#models];
    let cache: RemoteCache | undefined;
    try {
      await this.#context.onLook();
      cache = await this.#context.openCache();
      const listed = await this.#listing.objects(group, signal);
      for (const { state } of models) {
        const { container, prefix } = state.location;
        const objects = container === group.container ? listed.get(prefix) : undefined;
        // Undefined: its path changed meanwhile, and its new group looks for it.
        if (objects !== undefined) await state.update({ cache, objects });
      }
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      this.#failures += 1;
      this.#retryAfterMs = retryAfterOf(error, MAX_RETRY_MS);
      // What is gone for good is not brought back by the cache.
      const restoring = ServingError.is(error) && error.status === 'NOT_FOUND' ? undefined : cache;
      for (const { name, path, state } of models) await state.fail(faultOf(error, name, path), restoring);
    }
    this.#plan();
  }

  #plan(): void {
    if (this.#closing.signal.aborted) return;
    const nowMs = performance.now();
    const waits = this.#models.flatMap(({ state }) => (state.nextLookMs === undefined ? [] : [state.nextLookMs - nowMs]));
    const pollMs = this.#pollMs();
    if (pollMs !== undefined) waits.push(pollMs);
    clearTimeout(this.#timer);
    if (waits.length === 0) return;
    // Looks that settle a version are no reason to list more often than twice a poll, or every 20 ms.
    this.#timer = setTimeout(() => void this.look(), Math.max(20, Math.min(...waits)));
  }

  #pollMs(): number | undefined {
    const { pollIntervalMs } = this.#context;
    if (this.#failures > 0) {
      const firstMs = pollIntervalMs === 0 ? FIRST_RETRY_MS : Math.min(FIRST_RETRY_MS, pollIntervalMs);
      const backOff = { firstMs, maxMs: Math.max(MAX_RETRY_MS, pollIntervalMs) };
      return Math.max(this.#retryAfterMs, backOffMs(backOff, this.#failures, Math.random()));
    }
    return pollIntervalMs === 0 ? undefined : pollIntervalMs * (1 + POLL_JITTER * (2 * Math.random() - 1));
  }
}

function faultOf(error: unknown, name: string, path: string): ServingError {
  return ServingError.is(error) ? error : remoteError('SRV_REMOTE_UNREACHABLE', [name, path, reasonOf(error)], { cause: error });
}

/** `fetch` says no more than "fetch failed"; what failed is in its cause. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(cause)})`;
}
