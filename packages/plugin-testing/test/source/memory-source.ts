import { tmpdir } from 'node:os';
import {
  type Artifact,
  type AspiredVersion,
  defineSource,
  type MonitoredModel,
  type ModelName,
  type ServableId,
  parseVersion,
  selectVersions,
  type Source,
  type SourceContext,
  type SourcePlugin,
} from '@servable/core';
import type { SourceStore } from '../../src/index.ts';

/** What a deliberately wrong source gets wrong; one thing each. */
export type Fault =
  | 'relative path'
  | 'path of nothing'
  | 'takes latest as all'
  | 'takes the lowest as latest'
  | 'ignores specific'
  | 'makes up missing versions'
  | 'states only what is new'
  | 'never unstates'
  | 'alternates between looks'
  | 'says nothing without versions'
  | 'reports no versions as a fault'
  | 'ignores a changed selector'
  | 'ignores a changed path'
  | 'mixes models up'
  | 'ignores joining models'
  | 'forgets models that leave'
  | 'reports at every look'
  | 'states a missing base as empty'
  | 'looks at a missing base once'
  | 'reports a lost base once in a life'
  | 'stops at the first fault'
  | 'throws for a senseless path'
  | 'refresh resolves early'
  | 'refresh ignores its signal'
  | 'refresh makes up its own reason'
  | 'settle resolves early'
  | 'settle tells nothing'
  | 'settle tells what is complete'
  | 'settle states what is not complete'
  | 'settle ignores its signal'
  | 'states after close'
  | 'closing twice throws'
  | 'leaks a timer';

type Listener = () => void;

/** Models in memory. */
export class MemoryStore implements SourceStore {
  readonly bases = new Map<string, Set<number>>();
  /** Versions that are not complete, as `model/version`. */
  readonly begun = new Set<string>();
  readonly listeners = new Set<Listener>();

  pathOf(model: string): string {
    return `memory:/${model}`;
  }

  async createBase(model: string): Promise<void> {
    if (!this.bases.has(model)) this.#change(() => this.bases.set(model, new Set()));
  }

  async publish(model: string, version: number): Promise<void> {
    this.#change(() => this.bases.get(model)?.add(version));
  }

  async begin(model: string, version: number): Promise<() => Promise<void>> {
    this.begun.add(`${model}/${version}`);
    await this.publish(model, version);
    return async () => this.#change(() => this.begun.delete(`${model}/${version}`));
  }

  async unpublish(model: string, version: number): Promise<void> {
    this.#change(() => this.bases.get(model)?.delete(version));
  }

  async removeBase(model: string): Promise<void> {
    this.#change(() => this.bases.delete(model));
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }

  #change(act: () => void): void {
    act();
    for (const listener of this.listeners) listener();
  }
}

/** Watches a `MemoryStore`, with at most one fault. */
export function memorySource(storeOf: () => MemoryStore, fault?: Fault): SourcePlugin {
  return defineSource({
    name: 'memory-source',
    schemes: ['memory'],
    create: (context) => new MemorySource(context, storeOf(), fault),
  });
}

class MemorySource implements Source {
  readonly #context: SourceContext;
  readonly #store: MemoryStore;
  readonly #fault: Fault | undefined;
  readonly #faulty = new Set<string>();
  readonly #everFaulty = new Set<string>();
  readonly #seen = new Set<bigint>();
  readonly #everMissing = new Set<string>();
  #models: readonly MonitoredModel[] = [];
  #isClosed = false;
  #looks = 0;
  readonly #listener = (): void => void this.#lookAtAll();

  constructor(context: SourceContext, store: MemoryStore, fault: Fault | undefined) {
    this.#context = context;
    this.#store = store;
    this.#fault = fault;
    store.listeners.add(this.#listener);
    if (fault === 'leaks a timer') setTimeout(() => {}, 60_000);
  }

  monitor(models: readonly MonitoredModel[]): void {
    if (this.#fault === 'throws for a senseless path' && models.some((model) => model.path === '')) throw new Error('senseless');
    const before = this.#models;
    if (this.#isClosed && this.#fault !== 'states after close') return;
    this.#models = this.#accept(before, models);
    const left = before.filter((model) => !models.some((each) => each.name === model.name));
    if (this.#fault === 'forgets models that leave') left.length = 0;
    for (const { name } of left) this.#context.sink.aspire({ name, versions: [] });
    void this.#lookAtAll();
  }

  #accept(before: readonly MonitoredModel[], models: readonly MonitoredModel[]): readonly MonitoredModel[] {
    const old = (name: ModelName) => before.find((each) => each.name === name);
    if (this.#fault === 'ignores joining models' && before.length > 0) return models.filter((each) => old(each.name) !== undefined);
    if (this.#fault === 'ignores a changed selector') return models.map((each) => ({ ...each, selector: old(each.name)?.selector ?? each.selector }));
    if (this.#fault === 'ignores a changed path') return models.map((each) => ({ ...each, path: old(each.name)?.path ?? each.path }));
    return models;
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    if (this.#fault === 'refresh makes up its own reason' && signal?.aborted === true) throw new Error('aborted');
    if (this.#fault !== 'refresh ignores its signal') signal?.throwIfAborted();
    if (this.#fault === 'refresh resolves early') return;
    await this.#lookAtAll();
  }

  async settle(signal?: AbortSignal): Promise<readonly ServableId[]> {
    const fault = this.#fault;
    if (fault !== 'settle ignores its signal') signal?.throwIfAborted();
    if (fault !== 'settle resolves early') await this.#lookAtAll();
    const told = this.#models.flatMap(({ name, path }) => {
      const model = path.replace('memory:/', '');
      const versions = [...(this.#store.bases.get(model) ?? [])];
      const isTold = (version: number): boolean => fault === 'settle tells what is complete' || this.#store.begun.has(`${model}/${version}`);
      return versions.filter(isTold).map((version) => ({ name, version: parseVersion(version) }));
    });
    return fault === 'settle tells nothing' ? [] : told;
  }

  async close(): Promise<void> {
    if (this.#isClosed && this.#fault === 'closing twice throws') throw new Error('closed already');
    this.#isClosed = true;
    if (this.#fault !== 'states after close') this.#store.listeners.delete(this.#listener);
  }

  async #lookAtAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#looks += 1;
    for (const model of this.#models) {
      if (this.#isClosed && this.#fault !== 'states after close') return;
      const isFine = this.#look(model);
      if (!isFine && this.#fault === 'stops at the first fault') return;
    }
  }

  /** Whether the model's base is there. */
  #look(model: MonitoredModel): boolean {
    const { name } = model;
    const at = this.#store.bases.get(model.path.replace('memory:/', ''));
    if (at === undefined) {
      this.#reportOnce(model);
      return false;
    }
    if (this.#fault === 'looks at a missing base once' && this.#everMissing.has(name)) return true;
    const found = this.#fault === 'mixes models up' ? new Set([...this.#store.bases.values()].flatMap((each) => [...each])) : at;
    if (found.size === 0 && this.#fault === 'says nothing without versions') return true;
    if (found.size === 0 && this.#fault === 'reports no versions as a fault') this.#context.sink.report(name, new Error('no versions'));
    this.#faulty.delete(name);
    const complete = [...found].filter((version) => this.#isComplete(model, version));
    this.#context.sink.aspire({ name, versions: this.#versionsOf(model, complete) });
    return true;
  }

  #isComplete({ path }: MonitoredModel, version: number): boolean {
    return this.#fault === 'settle states what is not complete' || !this.#store.begun.has(`${path.replace('memory:/', '')}/${version}`);
  }

  #reportOnce({ name }: MonitoredModel): void {
    if (this.#fault === 'states a missing base as empty') this.#context.sink.aspire({ name, versions: [] });
    const told = this.#fault === 'reports a lost base once in a life' ? this.#everFaulty : this.#faulty;
    if (!told.has(name) || this.#fault === 'reports at every look') this.#context.sink.report(name, new Error(`no base of ${name}`));
    this.#faulty.add(name);
    this.#everFaulty.add(name);
    this.#everMissing.add(name);
  }

  #versionsOf({ selector }: MonitoredModel, found: readonly number[]): readonly AspiredVersion<Artifact>[] {
    const fault = this.#fault;
    const available = found.map((each) => parseVersion(fault === 'takes the lowest as latest' && selector.kind === 'latest' ? -each : each));
    const { selected, missing } = selectVersions(available, selector);
    const all = selectVersions(available, { kind: 'all' }).selected;
    let chosen = selected.map((version) => (fault === 'takes the lowest as latest' && version < 0 ? parseVersion(-BigInt(version)) : version));
    if (fault === 'takes latest as all' && selector.kind === 'latest') chosen = [...all];
    if (fault === 'ignores specific' && selector.kind === 'specific') chosen = [...all];
    if (fault === 'makes up missing versions') chosen = [...chosen, ...missing];
    if (fault === 'states only what is new') chosen = chosen.filter((version) => !this.#seen.has(version));
    if (fault === 'alternates between looks' && this.#looks % 3 === 0) chosen = chosen.slice(1);
    for (const version of chosen) this.#seen.add(version);
    if (fault === 'never unstates') chosen = [...this.#seen].map(parseVersion);
    return chosen.map((version) => ({ version, value: { path: this.#path() } }));
  }

  #path(): string {
    if (this.#fault === 'relative path') return '.';
    return this.#fault === 'path of nothing' ? `${tmpdir()}/servable-nothing-is-here` : tmpdir();
  }
}
