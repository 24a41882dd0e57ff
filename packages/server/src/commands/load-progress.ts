import type { Manager, ModelName, ServableState } from '@servable/core';

/** Clears the line and goes back to its start. */
const CLEAR = '\r\u001B[2K';

/**
 * One line on a terminal that says how far loading is. Log lines go through {@link LoadProgress.write}, so that they stand above
 * it instead of in it.
 */
export class LoadProgress {
  readonly #write: (text: string) => void;
  readonly #columns: number;
  #line = '';

  constructor(write: (text: string) => void, columns: number) {
    this.#write = write;
    this.#columns = columns;
  }

  /** Writes lines above the progress line. */
  write(text: string): void {
    this.#write(this.#line === '' ? text : `${CLEAR}${text}${this.#line}`);
  }

  /** Rewrites the line at every step of these models' versions, until the returned function is called. */
  follow(manager: Manager, models: readonly ModelName[]): () => void {
    let isOver = false;
    const update = (): void => {
      if (!isOver) this.#show(progressText(models.map((name) => ({ name, versions: manager.states.versions(name) }))));
    };
    manager.hooks.stateChanged.tap('@servable/server', update);
    update();
    return () => {
      isOver = true;
      this.#show('');
    };
  }

  #show(text: string): void {
    // A line that wraps is two, and only one can be rewritten.
    const line = text.slice(0, Math.max(0, this.#columns - 1));
    if (line === this.#line) return;
    this.#line = line;
    this.#write(`${CLEAR}${line}`);
  }
}

interface ModelProgress {
  readonly name: ModelName;
  readonly versions: readonly ServableState[];
}

/** `Loading models: 1 of 3 ready (ranker/4, users/1 loading)`. */
export function progressText(models: readonly ModelProgress[]): string {
  const ready = models.filter(({ versions }) => versions.some(({ state }) => state === 'ready')).length;
  const loading = models.flatMap(({ versions }) => versions.filter(({ state }) => state === 'loading').map(({ id }) => `${id.name}/${id.version}`));
  const named = loading.slice(0, MAX_NAMED).join(', ') + (loading.length > MAX_NAMED ? ', …' : '');
  return `Loading models: ${ready} of ${models.length} ready${loading.length === 0 ? '' : ` (${named} loading)`}`;
}

const MAX_NAMED = 3;
