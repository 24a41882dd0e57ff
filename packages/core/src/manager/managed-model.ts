import { type AspiredVersion, type AspiredVersions, diffAspired } from '../aspired.ts';
import type { ModelName, Version } from '../servable-id.ts';
import { Harness, type HarnessContext, type Loadable } from './harness.ts';
import { isWaiting } from './lifecycle.ts';
import type { VersionView } from './reconcile.ts';

/** One model: what is aspired, and a harness for each version that is aspired or still held. */
export class ManagedModel {
  readonly name: ModelName;
  readonly #context: HarnessContext;
  readonly #harnesses = new Map<Version, Harness>();
  #aspired: ReadonlyMap<Version, AspiredVersion<Loadable>> = new Map();

  constructor(name: ModelName, context: HarnessContext) {
    this.name = name;
    this.#context = context;
  }

  get isEmpty(): boolean {
    return this.#harnesses.size === 0;
  }

  /** Takes a set in; of two entries for one version the first counts. */
  apply(set: AspiredVersions<Loadable>): void {
    const entries = new Map([...set.versions].reverse().map((each) => [each.version, each]));
    const { added, removed } = diffAspired(this.#aspired, [...entries.values()]);
    this.#aspired = entries;
    for (const version of removed) this.#leave(version);
    for (const entry of added) this.#forgetEnded(entry.version);
    for (const entry of entries.values()) this.#enter(entry);
  }

  /** Forgets versions that ended and are not aspired; starts those anew that were torn down and are aspired again. */
  sweep(): void {
    for (const [version, harness] of this.#harnesses) {
      if (harness.phase !== 'ended') continue;
      const entry = this.#aspired.get(version);
      if (entry !== undefined && !harness.isTornDown) continue;
      this.#harnesses.delete(version);
      if (entry !== undefined) this.#enter(entry);
    }
  }

  views(): readonly VersionView<Harness>[] {
    return [...this.#harnesses].map(([version, harness]) => ({
      version,
      owner: harness,
      phase: harness.phase,
      state: isWaiting(harness.phase) ? 'new' : harness.state,
      isStalled: harness.isStalled,
      estimate: harness.estimate,
      isAspired: this.#aspired.has(version),
    }));
  }

  #leave(version: Version): void {
    this.#harnesses.get(version)?.cancel();
    this.#forgetEnded(version);
  }

  #forgetEnded(version: Version): void {
    if (this.#harnesses.get(version)?.phase === 'ended') this.#harnesses.delete(version);
  }

  /** What is being torn down is let go first: `sweep` starts it anew. */
  #enter(entry: AspiredVersion<Loadable>): void {
    const { version } = entry;
    const harness = this.#harnesses.get(version);
    if ('error' in entry) {
      if (harness === undefined) this.#harnesses.set(version, Harness.endedWith(this.#id(version), entry.error, this.#context));
      else if (harness.state === 'new') harness.fail(entry.error);
    } else if (harness === undefined) {
      this.#harnesses.set(version, Harness.start(this.#id(version), entry.value, this.#context));
    }
  }

  #id(version: Version): { readonly name: ModelName; readonly version: Version } {
    return { name: this.name, version };
  }
}
