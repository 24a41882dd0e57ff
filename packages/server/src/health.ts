import type { Hooks, Manager, ModelName, ServableState } from '@servable/core';

/** Why one model is not ready. */
export interface NotReady {
  readonly model: string;
  readonly reason: string;
}

/**
 * Whether the server should get requests: every configured model has a ready version, and no shutdown has begun. A model
 * whose new version is broken stays ready as long as an old one serves. Until a model was ready once, the versions that its
 * labels name count too, as long as they are on their way: the first request by a label must find it.
 */
export class ServerHealth {
  readonly #manager: Manager;
  #models: readonly ModelName[];
  readonly #faults = new Map<ModelName, string>();
  readonly #listeners = new Set<() => void>();
  /** Models that were ready once. */
  readonly #started = new Set<ModelName>();
  #isDraining = false;

  constructor(manager: Manager, models: readonly ModelName[]) {
    this.#manager = manager;
    this.#models = models;
    tapChanges(manager.hooks, () => this.#notify());
  }

  /** The configured models. */
  get models(): readonly ModelName[] {
    return this.#models;
  }

  /** Replaces the configured models. */
  setModels(models: readonly ModelName[]): void {
    this.#models = models;
    this.#notify();
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get isReady(): boolean {
    return !this.#isDraining && this.#models.every((name) => this.#hasReadyVersion(name));
  }

  /** Whether a request to this model would find a version; `undefined` for a model that nobody mentioned. */
  isModelReady(name: ModelName): boolean | undefined {
    if (!this.#models.includes(name) && this.#manager.states.versions(name).length === 0) return undefined;
    return !this.#isDraining && this.#hasReadyVersion(name);
  }

  /** The configured models that have no ready version, in the order of the config. */
  notReady(): readonly NotReady[] {
    return this.#models.filter((name) => !this.#hasReadyVersion(name)).map((name) => ({ model: name, reason: this.#reasonOf(name) }));
  }

  /** Notes why a model has no versions to show; a set of versions ends it. */
  setFault(name: ModelName, reason: string | undefined): void {
    if (reason === undefined) this.#faults.delete(name);
    else this.#faults.set(name, reason);
  }

  /** From now on nothing is ready. */
  startDraining(): void {
    this.#isDraining = true;
    this.#notify();
  }

  /** Calls the listener whenever an answer of this object may have changed. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #hasReadyVersion(name: ModelName): boolean {
    if (!this.#manager.states.versions(name).some((version) => version.state === 'ready')) return false;
    if (this.#started.has(name)) return true;
    if (this.#labelOnItsWay(name) !== undefined) return false;
    this.#started.add(name);
    return true;
  }

  /** A label whose version is being loaded. */
  #labelOnItsWay(name: ModelName): string | undefined {
    const loading = ({ state }: ServableState): boolean => state === 'new' || state === 'loading';
    const found = [...this.#manager.labels(name)].find(([, version]) => {
      const state = this.#manager.states.version(name, version);
      return state !== undefined && loading(state);
    });
    return found === undefined ? undefined : `label '${found[0]}' means version ${found[1]}, which is loading`;
  }

  #reasonOf(name: ModelName): string {
    const [newest] = this.#manager.states.versions(name);
    if (newest === undefined) return this.#faults.get(name) ?? 'no version found yet';
    if (newest.error !== undefined) return `version ${newest.id.version}: ${newest.error.message}`;
    if (newest.state === 'ready') return this.#labelOnItsWay(name) ?? 'no version is ready';
    if (newest.state === 'ended') return this.#faults.get(name) ?? `version ${newest.id.version} was unloaded`;
    return `version ${newest.id.version} is ${newest.state}`;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function tapChanges(hooks: Hooks, changed: () => void): void {
  hooks.stateChanged.tap('@servable/server', changed);
}
