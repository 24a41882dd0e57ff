import { messageOf, type ServingError } from '@servable/core';
import type { Clock } from './clock.ts';
import { fsError, systemCodeOf } from './errors.ts';
import { isComplete, type Sight } from './settle-rule.ts';
import { lookAtTree, type TreeLook } from './tree-look.ts';

/** Whether a version can be stated: yes, not yet, or only as an error. */
export type Readiness = 'ready' | 'pending' | ServingError;

/** One version to be judged. */
export interface Candidate {
  readonly model: string;
  /** The name of its entry in the base directory. */
  readonly name: string;
  readonly path: string;
  readonly baseMtimeNs: bigint;
}

interface Pending {
  readonly fingerprint: string;
  /** When a look first found this fingerprint and had ended. */
  readonly sinceMs: number;
  /** When the version was first seen. */
  readonly seenMs: number;
  readonly nextLookMs: number;
}

/** How many times longer than a look at a tree the pause before the next is: at most a tenth of a core goes into looking. */
const PAUSE_FACTOR = 10;
/** A version without files is looked at ever more rarely, down to this. */
const MAX_EMPTY_PAUSE_MS = 30_000;

/**
 * Which versions of one base directory are complete. By name, a version is
 *
 * - *unseen*, until someone asks;
 * - *pending*: {@link isComplete} does not say yes; it becomes ready when it does, or when two looks at least `settleMs`
 *   apart find the same files (at least one);
 * - *ready*: for as long as its name stays in the directory. It is never looked at again: numbers identify content.
 */
export class SettleWatch {
  readonly #clock: Clock;
  readonly #settleMs: number;
  readonly #ready = new Set<string>();
  readonly #pending = new Map<string, Pending>();
  /** Names that the last look asked about; others have no say in when the next is. */
  readonly #judged = new Set<string>();
  #initial: ReadonlySet<string> | undefined;
  #listed: ReadonlySet<string> | undefined;
  #appearedAlone: string | undefined;

  constructor(clock: Clock, settleMs: number) {
    this.#clock = clock;
    this.#settleMs = settleMs;
  }

  /** Names that are ready. */
  get ready(): ReadonlySet<string> {
    return this.#ready;
  }

  /** When a version that the last look found pending should be looked at again; `undefined` when there is none. */
  get nextLookMs(): number | undefined {
    const waiting = [...this.#pending].filter(([name]) => this.#judged.has(name));
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(([, each]) => each.nextLookMs));
  }

  /**
   * Begins a look, with what the directory has now: who left is unseen again. The first call after {@link reset} is the
   * first look. `isWhole`: these are all entries of the directory, whatever their names.
   */
  update(listing: readonly string[], isWhole: boolean): void {
    const names = new Set(listing);
    this.#initial ??= names;
    this.#judged.clear();
    for (const name of this.#ready) if (!names.has(name)) this.#ready.delete(name);
    for (const name of this.#pending.keys()) if (!names.has(name)) this.#pending.delete(name);
    this.#appearedAlone = isWhole && this.#listed !== undefined ? onlyAddition(this.#listed, names) : undefined;
    this.#listed = isWhole ? names : undefined;
  }

  /** The base directory went away: what comes in its place is seen for the first time. */
  reset(): void {
    this.#initial = undefined;
    this.#listed = undefined;
    this.#ready.clear();
    this.#pending.clear();
  }

  /** Takes a version as complete without looking. */
  accept(name: string): void {
    this.#pending.delete(name);
    this.#ready.add(name);
  }

  /** Looks at a version, unless it is known to be complete. Never rejects. */
  async judge(candidate: Candidate): Promise<Readiness> {
    const { name } = candidate;
    this.#judged.add(name);
    if (this.#ready.has(name)) return 'ready';
    const readiness = this.#settleMs === 0 ? 'ready' : await this.#look(candidate);
    if (readiness === 'ready') this.accept(name);
    return readiness;
  }

  async #look({ name, path, model, baseMtimeNs }: Candidate): Promise<Readiness> {
    const startedMs = this.#clock.nowMs();
    try {
      const tree = await lookAtTree(path);
      const before = this.#pending.get(name);
      if (isComplete(tree, this.#sight(name, baseMtimeNs))) return 'ready';
      if (before?.fingerprint === tree.fingerprint && tree.hasFile && startedMs - before.sinceMs >= this.#settleMs) return 'ready';
      this.#pending.set(name, this.#waitLonger(tree, before, startedMs));
      return 'pending';
    } catch (error) {
      this.#pending.delete(name);
      // It left since the directory was listed, or it is a link that leads nowhere yet; the next look tells.
      if (systemCodeOf(error) === 'ENOENT') return 'pending';
      return fsError('SRV_FS_VERSION_UNREADABLE', [model, path, messageOf(error)], { cause: error });
    }
  }

  #sight(name: string, baseMtimeNs: bigint): Sight {
    const wasThereAtFirst = this.#initial?.has(name) ?? false;
    return {
      settleMs: this.#settleMs,
      baseMtimeNs,
      firstLookNs: wasThereAtFirst ? this.#clock.wallNs() : undefined,
      appearedAlone: this.#appearedAlone === name,
    };
  }

  #waitLonger(tree: TreeLook, before: Pending | undefined, startedMs: number): Pending {
    const nowMs = this.#clock.nowMs();
    const { fingerprint, hasFile } = tree;
    const seenMs = before?.seenMs ?? nowMs;
    if (before !== undefined && before.fingerprint === fingerprint && hasFile) {
      return { ...before, nextLookMs: before.sinceMs + this.#settleMs };
    }
    const pauseMs = Math.max(this.#settleMs, PAUSE_FACTOR * (nowMs - startedMs));
    const emptyPauseMs = Math.max(pauseMs, Math.min(MAX_EMPTY_PAUSE_MS, nowMs - seenMs));
    return { fingerprint, sinceMs: nowMs, seenMs, nextLookMs: nowMs + (hasFile ? pauseMs : emptyPauseMs) };
  }
}

/** The name that was added, when that is all that changed. */
function onlyAddition(before: ReadonlySet<string>, after: ReadonlySet<string>): string | undefined {
  if (after.size !== before.size + 1) return undefined;
  const added = [...after].filter((name) => !before.has(name));
  return added.length === 1 ? added[0] : undefined;
}
