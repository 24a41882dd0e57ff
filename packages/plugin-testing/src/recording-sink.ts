import type { AspiredSink, AspiredVersion, AspiredVersions, Artifact, ModelName } from '@servable/core';
import { Deferred } from './deferred.ts';

/** One call of the sink, in order. */
export type SinkEvent =
  | { readonly kind: 'aspire'; readonly set: AspiredVersions<Artifact> }
  | { readonly kind: 'report'; readonly name: ModelName; readonly error: Error };

/** How long a wait may take, and what it is for. */
export interface WaitOptions {
  /** After this the wait rejects with what was seen. Default: 10000. */
  readonly timeoutMs?: number;
  /** What is waited for, for that message. */
  readonly what?: string;
}

interface Waiter {
  readonly holds: () => boolean;
  readonly done: Deferred;
}

/** Keeps what a source states, and lets a test wait for it. */
export class RecordingSink implements AspiredSink {
  readonly #events: SinkEvent[] = [];
  readonly #waiters = new Set<Waiter>();

  /** Every call so far, oldest first. */
  get events(): readonly SinkEvent[] {
    return this.#events;
  }

  aspire(set: AspiredVersions<Artifact>): void {
    this.#record({ kind: 'aspire', set });
  }

  report(name: ModelName, error: Error): void {
    this.#record({ kind: 'report', name, error });
  }

  /** Every set stated for a model, oldest first. */
  sets(name: string): readonly (readonly AspiredVersion<Artifact>[])[] {
    return this.#events.flatMap((event) => (event.kind === 'aspire' && event.set.name === name ? [event.set.versions] : []));
  }

  /** Every fault reported for a model, oldest first. */
  reports(name: string): readonly Error[] {
    return this.#events.flatMap((event) => (event.kind === 'report' && event.name === name ? [event.error] : []));
  }

  /** The versions last stated for a model, highest first, as text; `undefined` before the first set. */
  versions(name: string): readonly string[] | undefined {
    const last = this.sets(name).at(-1);
    return last?.map((each) => each.version).toSorted((a, b) => (a < b ? 1 : -1)).map(String);
  }

  /** Where the files of a version are, as last stated; `undefined` when it is not aspired, or as an error. */
  path(name: string, version: string | number | bigint): string | undefined {
    const found = this.sets(name).at(-1)?.find((each) => String(each.version) === String(version));
    return found !== undefined && 'value' in found ? found.value.path : undefined;
  }

  /**
   * Resolves as soon as the condition holds, now or after a later call of the sink.
   * Rejects after `timeoutMs` with a message that lists the last calls.
   */
  async waitFor(condition: (sink: this) => boolean, options: WaitOptions = {}): Promise<void> {
    const waiter: Waiter = { holds: () => condition(this), done: new Deferred() };
    if (waiter.holds()) return;
    this.#waiters.add(waiter);
    const timeoutMs = options.timeoutMs ?? 10_000;
    const timer = setTimeout(() => waiter.done.reject(new Error(this.#describe(timeoutMs, options.what))), timeoutMs);
    try {
      await waiter.done.promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  /** Resolves once the last set of a model is exactly these versions, in any order. */
  waitForVersions(name: string, versions: readonly (string | number | bigint)[], options: WaitOptions = {}): Promise<void> {
    const wanted = versions.map(String).toSorted().join();
    const what = `versions [${wanted}] of '${name}'`;
    return this.waitFor((sink) => sink.versions(name)?.toSorted().join() === wanted, { what, ...options });
  }

  /** Resolves once at least `count` faults of a model were reported. */
  waitForReports(name: string, count = 1, options: WaitOptions = {}): Promise<void> {
    return this.waitFor((sink) => sink.reports(name).length >= count, { what: `${count} reports for '${name}'`, ...options });
  }

  #record(event: SinkEvent): void {
    this.#events.push(event);
    for (const waiter of this.#waiters) this.#settle(waiter);
  }

  /** A condition that throws fails its own wait, not the source that called the sink. */
  #settle(waiter: Waiter): void {
    try {
      if (waiter.holds()) waiter.done.resolve();
    } catch (error) {
      waiter.done.reject(error);
    }
  }

  #describe(timeoutMs: number, what = 'the condition'): string {
    const last = this.#events.slice(-8).map(describeEvent);
    return `${what} did not come within ${timeoutMs} ms; the sink's last calls: ${last.length === 0 ? 'none' : last.join('; ')}`;
  }
}

function describeEvent(event: SinkEvent): string {
  if (event.kind === 'report') return `report('${event.name}', ${event.error.message})`;
  const versions = event.set.versions.map((each) => ('error' in each ? `${each.version} (${each.error.message})` : String(each.version)));
  return `aspire('${event.set.name}', [${versions.join(', ')}])`;
}
