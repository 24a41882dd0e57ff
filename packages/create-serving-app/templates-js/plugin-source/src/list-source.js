import { parseVersion, selectVersions, } from '@servable/core';
import { readList } from './read-list.js';

/** Reads every model's list again and again, and states what it says. */
export class ListSource {
           #context;
           #pollIntervalMs;
  #watched = new Map ();
  #lastLook = Promise.resolve();
  #timer;
  #isClosed = false;

  constructor(context, pollIntervalMs) {
    this.#context = context;
    this.#pollIntervalMs = pollIntervalMs;
  }

  monitor(models) {
    if (this.#isClosed) return;
    const before = this.#watched;
    this.#watched = new Map(models.map((model) => [model.name, sameAs(before.get(model.name), model) ?? { model }]));
    for (const name of before.keys()) if (!this.#watched.has(name)) this.#context.sink.aspire({ name, versions: [] });
    void this.#look();
  }

  async refresh(signal) {
    signal?.throwIfAborted();
    const look = this.#look();
    if (signal === undefined) return look;
    let onAbort = () => {};
    const aborted = new Promise ((_resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
    });
    await Promise.race([look, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
  }

  async close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#lastLook;
  }

  /** One look after the other; each sets the timer for the next. */
  #look() {
    clearTimeout(this.#timer);
    this.#lastLook = this.#lastLook.then(async () => {
      await Promise.all(Array.from(this.#watched.values(), (watched) => this.#lookAt(watched)));
      clearTimeout(this.#timer);
      if (!this.#isClosed && this.#pollIntervalMs > 0) this.#timer = setTimeout(() => void this.#look(), this.#pollIntervalMs);
    });
    return this.#lastLook;
  }

  async #lookAt(watched) {
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

  #isStill(watched) {
    return !this.#isClosed && this.#watched.get(watched.model.name) === watched;
  }
}

function sameAs(watched, model) {
  const isSame = watched !== undefined && watched.model.path === model.path && JSON.stringify(watched.model.selector, asText) === JSON.stringify(model.selector, asText);
  return isSame ? watched : undefined;
}

/** Versions are bigints, which JSON cannot hold. */
function asText(_key, value) {
  return typeof value === 'bigint' ? String(value) : value;
}

function aspired(version, paths) {
  return { version: parseVersion(version), value: { path: paths.get(version) ?? '' } };
}
