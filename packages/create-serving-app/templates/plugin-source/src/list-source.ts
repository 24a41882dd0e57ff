import { type AspiredVersion, type Artifact, type ModelName, type MonitoredModel, parseVersion, selectVersions, type Source, type SourceContext, type Version } from '@servable/core';
import { readList } from './read-list.ts';

interface Watched {
  readonly model: MonitoredModel;
  /** The fault that was reported last: the same one is not reported again. */
  fault?: string | undefined;
}

/** Reads every model's list again and again, and states what it says. */
export class ListSource implements Source {
  readonly #context: SourceContext;
  readonly #pollIntervalMs: number;
  #watched = new Map<ModelName, Watched>();
  #lastLook: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(context: SourceContext, pollIntervalMs: number) {
    this.#context = context;
    this.#pollIntervalMs = pollIntervalMs;
  }

  monitor(models: readonly MonitoredModel[]): void {
    if (this.#isClosed) return;
    const before = this.#watched;
    this.#watched = new Map(models.map((model) => [model.name, sameAs(before.get(model.name), model) ?? { model }]));
    for (const name of before.keys()) if (!this.#watched.has(name)) this.#context.sink.aspire({ name, versions: [] });
    void this.#look();
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const look = this.#look();
    if (signal === undefined) return look;
    let onAbort = (): void => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
    });
    await Promise.race([look, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#lastLook;
  }

  /** One look after the other; each sets the timer for the next. */
  #look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#lastLook = this.#lastLook.then(async () => {
      await Promise.all(Array.from(this.#watched.values(), (watched) => this.#lookAt(watched)));
      clearTimeout(this.#timer);
      if (!this.#isClosed && this.#pollIntervalMs > 0) this.#timer = setTimeout(() => void this.#look(), this.#pollIntervalMs);
    });
    return this.#lastLook;
  }

  async #lookAt(watched: Watched): Promise<void> {
    const { name, path, selector } = watched.model;
    try {
      const paths = await readList(path);
      if (!this.#isStill(watched)) return;
      watched.fault = undefined;
      const { selected } = selectVersions([...paths.keys()], selector);
      this.#context.sink.aspire({ name, versions: selected.map((version) => aspired(version, paths)) });
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      if (!this.#isStill(watched) || watched.fault === reason.message) return;
      watched.fault = reason.message;
      this.#context.sink.report(name, reason);
    }
  }

  #isStill(watched: Watched): boolean {
    return !this.#isClosed && this.#watched.get(watched.model.name) === watched;
  }
}

function sameAs(watched: Watched | undefined, model: MonitoredModel): Watched | undefined {
  const isSame = watched !== undefined && watched.model.path === model.path && JSON.stringify(watched.model.selector, asText) === JSON.stringify(model.selector, asText);
  return isSame ? watched : undefined;
}

/** Versions are bigints, which JSON cannot hold. */
function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function aspired(version: Version, paths: ReadonlyMap<Version, string>): AspiredVersion<Artifact> {
  return { version: parseVersion(version), value: { path: paths.get(version) ?? '' } };
}
