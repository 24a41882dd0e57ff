import type { DownloadProgress, ServableId, SourceObserver } from '@servable/core';

/** The time between two reports of one download. */
const REPORT_MS = 250;

/** Counts the bytes of one download and tells about them, not too often. */
export class ProgressMeter {
  readonly #observer: SourceObserver | undefined;
  readonly #base: Pick<DownloadProgress, 'source' | 'id' | 'totalBytes'>;
  #doneBytes = 0;
  #toldMs = -Infinity;

  constructor(observer: SourceObserver | undefined, download: { readonly source: string; readonly id: ServableId; readonly totalBytes: number }) {
    this.#observer = observer;
    this.#base = download;
  }

  /** Begins, and tells. */
  start(): void {
    this.#doneBytes = 0;
    this.#tell('running');
  }

  add(bytes: number): void {
    this.#doneBytes += bytes;
    if (performance.now() - this.#toldMs >= REPORT_MS) this.#tell('running');
  }

  end(phase: 'done' | 'failed'): void {
    if (phase === 'done') this.#doneBytes = this.#base.totalBytes;
    this.#tell(phase);
  }

  #tell(phase: DownloadProgress['phase']): void {
    this.#toldMs = performance.now();
    this.#observer?.downloadChanged({ ...this.#base, phase, doneBytes: this.#doneBytes });
  }
}
