import { type DownloadProgress, formatServableId, type Manager, type ModelName, type ServableState } from '@servable/core';
import { formatBytes, percentOf } from '../format-bytes.ts';

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
    const downloads = new Map<string, DownloadProgress>();
    const update = (): void => {
      if (isOver) return;
      const loading = progressText(models.map((name) => ({ name, versions: manager.states.versions(name) })));
      this.#show(downloads.size === 0 ? loading : `${downloadBar([...downloads.values()])} ${loading}`);
    };
    manager.hooks.stateChanged.tap('@servable/server', update);
    manager.hooks.downloadChanged.tap('@servable/server', (progress) => {
      if (progress.phase === 'running') downloads.set(formatServableId(progress.id), progress);
      else downloads.delete(formatServableId(progress.id));
      update();
    });
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

const BAR_CELLS = 20;

/** `[########            ] 40 % of 2 GiB, 3 downloads`. */
export function downloadBar(downloads: readonly DownloadProgress[]): string {
  const doneBytes = downloads.reduce((sum, each) => sum + each.doneBytes, 0);
  const totalBytes = downloads.reduce((sum, each) => sum + each.totalBytes, 0);
  const percent = percentOf(doneBytes, totalBytes);
  const cells = '#'.repeat(Math.floor((percent * BAR_CELLS) / 100)).padEnd(BAR_CELLS);
  return `[${cells}] ${percent} % of ${formatBytes(totalBytes)}${downloads.length === 1 ? '' : `, ${downloads.length} downloads`}`;
}

/** `Loading models: 1 of 3 ready (ranker/4, users/1 loading)`. */
export function progressText(models: readonly ModelProgress[]): string {
  const ready = models.filter(({ versions }) => versions.some(({ state }) => state === 'ready')).length;
  const loading = models.flatMap(({ versions }) => versions.filter(({ state }) => state === 'loading').map(({ id }) => `${id.name}/${id.version}`));
  const named = loading.slice(0, MAX_NAMED).join(', ') + (loading.length > MAX_NAMED ? ', …' : '');
  return `Loading models: ${ready} of ${models.length} ready${loading.length === 0 ? '' : ` (${named} loading)`}`;
}

const MAX_NAMED = 3;
