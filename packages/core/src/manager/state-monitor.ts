import { servableError } from '../errors.ts';
import type { ServableState } from '../lifecycle-state.ts';
import type { ModelName, Version } from '../servable-id.ts';
import { isOnItsWay } from './lifecycle.ts';

interface MonitoredVersions {
  readonly states: Map<Version, ServableState>;
  aspired: ReadonlySet<Version>;
}

/** What a model has come to, for `waitUntilReady`. */
type Outcome = { readonly kind: 'ready' | 'pending' } | { readonly kind: 'failed'; readonly reason: string };

/** The newest state of every version ever seen. Ended versions stay, as TensorFlow Serving's do; a new load replaces them. */
export class StateMonitor {
  readonly #models = new Map<ModelName, MonitoredVersions>();
  readonly #watchers = new Set<(changed: ModelName) => void>();

  /** Every model that was ever aspired, in the order of their first mention. */
  models(): readonly ModelName[] {
    return [...this.#models.keys()];
  }

  /** Versions of a model, descending; empty for an unknown one. */
  versions(name: ModelName): readonly ServableState[] {
    const states = [...(this.#models.get(name)?.states.values() ?? [])];
    return states.sort((a, b) => (a.id.version < b.id.version ? 1 : -1));
  }

  version(name: ModelName, version: Version): ServableState | undefined {
    return this.#models.get(name)?.states.get(version);
  }

  /**
   * Resolves when each model has a version that is ready. Rejects with `SRV_MODEL_NOT_READY` (naming every model that
   * failed) when all aspired versions of some ended with an error and no version of the others is on its way, and with
   * `signal.reason` when aborted.
   */
  waitUntilReady(names: readonly ModelName[], signal?: AbortSignal): Promise<void> {
    const watched = new Set(names);
    // Kept up to date model by model: thousands may start together.
    const pending = new Set(watched);
    const failed = new Map<ModelName, string>();
    const look = (name: ModelName): void => {
      const outcome = this.#outcomeOf(name);
      if (outcome.kind === 'pending') pending.add(name);
      else pending.delete(name);
      if (outcome.kind === 'failed') failed.set(name, outcome.reason);
      else failed.delete(name);
    };
    for (const name of watched) look(name);
    return this.#until((changed) => {
      if (changed !== undefined && watched.has(changed)) look(changed);
      if (pending.size === 0 && failed.size === 0) return { value: undefined };
      if (failed.size === 0 || [...pending].some((name) => this.#hasOnItsWay(name))) return undefined;
      // What is aspired may have changed without a transition of that model.
      for (const name of failed.keys()) look(name);
      if (failed.size > 0) throw notReadyError(failed);
      return undefined;
    }, signal);
  }

  /** Resolves with the first state (the present one included) of that version for which the predicate holds. */
  waitFor(
    name: ModelName,
    version: Version,
    predicate: (state: ServableState) => boolean,
    signal?: AbortSignal,
  ): Promise<ServableState> {
    return this.#until((changed) => {
      if (changed !== undefined && changed !== name) return undefined;
      const state = this.version(name, version);
      return state !== undefined && predicate(state) ? { value: state } : undefined;
    }, signal);
  }

  /** @internal The manager states here what is aspired, before it acts on it. */
  aspire(name: ModelName, versions: ReadonlySet<Version>): void {
    const model = this.#models.get(name);
    if (model === undefined) this.#models.set(name, { states: new Map(), aspired: versions });
    else model.aspired = versions;
  }

  /** @internal The manager states every transition here. */
  record(state: ServableState): void {
    const { name, version } = state.id;
    if (!this.#models.has(name)) this.aspire(name, new Set());
    this.#models.get(name)?.states.set(version, state);
    for (const check of this.#watchers) check(name);
  }

  /** Looks now, and after each transition of some model; what `look` throws rejects. */
  #until<T>(look: (changed?: ModelName) => { readonly value: T } | undefined, signal: AbortSignal | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#watchers.delete(check);
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        stop();
        reject(signal?.reason as Error);
      };
      const check = (changed?: ModelName): void => {
        try {
          const found = look(changed);
          if (found === undefined) return;
          stop();
          resolve(found.value);
        } catch (error) {
          stop();
          reject(error);
        }
      };
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort);
      this.#watchers.add(check);
      return check();
    });
  }

  #outcomeOf(name: ModelName): Outcome {
    const model = this.#models.get(name);
    if (model === undefined) return { kind: 'pending' };
    if ([...model.states.values()].some(({ state }) => state === 'ready')) return { kind: 'ready' };
    const aspired = [...model.aspired].map((version) => model.states.get(version));
    const errors = aspired.flatMap((each) => (each?.error === undefined ? [] : [`version ${each.id.version}: ${each.error.message}`]));
    if (errors.length === 0 || errors.length < aspired.length) return { kind: 'pending' };
    return { kind: 'failed', reason: errors.join('; ') };
  }

  #hasOnItsWay(name: ModelName): boolean {
    const states = this.#models.get(name)?.states.values() ?? [];
    return [...states].some(({ state }) => isOnItsWay(state));
  }
}

function notReadyError(reasons: ReadonlyMap<ModelName, string>): Error {
  const [first, ...others] = reasons;
  const also = others.map(([name, reason]) => `; nor did model '${name}': ${reason}`).join('');
  return servableError('SRV_MODEL_NOT_READY', [first?.[0] ?? '', `${first?.[1] ?? ''}${also}`]);
}
