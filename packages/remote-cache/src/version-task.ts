import { ServingError, type Version } from '@servable/core';

/** How far a wanted version is. */
export type TaskState =
  | { readonly kind: 'running' }
  | { readonly kind: 'ready'; readonly path: string }
  | { readonly kind: 'failed'; readonly nextTryMs: number };

/** Brings one version's files; rejects with why it cannot. */
export type Fetch = (signal: AbortSignal) => Promise<string>;

/** One version that a model wants, or wanted and still holds. */
export class VersionTask {
  readonly version: Version;
  readonly contentId: string;
  readonly #controller = new AbortController();
  #state: TaskState = { kind: 'running' };
  #error: ServingError | undefined;
  #failures = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(version: Version, contentId: string) {
    this.version = version;
    this.contentId = contentId;
  }

  /** For files that are here already. */
  static ready(version: Version, contentId: string, path: string): VersionTask {
    const task = new VersionTask(version, contentId);
    task.#state = { kind: 'ready', path };
    return task;
  }

  get state(): TaskState {
    return this.#state;
  }

  /** Why the last try failed; stays while the next one runs. */
  get error(): ServingError | undefined {
    return this.#error;
  }

  get failures(): number {
    return this.#failures;
  }

  get isCancelled(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Resolves when no try runs. Never rejects. */
  get idle(): Promise<void> {
    return this.#running;
  }

  /** `retryMs`: how long to wait after so many failures. `onEnd` is called unless it was cancelled. */
  start(fetch: Fetch, retryMs: (failures: number) => number, onEnd: () => void): void {
    this.#state = { kind: 'running' };
    this.#running = this.#run(fetch, retryMs, onEnd);
  }

  cancel(): void {
    this.#controller.abort(new Error('the version is no longer wanted'));
  }

  async #run(fetch: Fetch, retryMs: (failures: number) => number, onEnd: () => void): Promise<void> {
    try {
      const path = await fetch(this.#controller.signal);
      this.#state = { kind: 'ready', path };
      this.#error = undefined;
    } catch (error) {
      this.#failures += 1;
      this.#error = ServingError.from(error);
      this.#state = { kind: 'failed', nextTryMs: performance.now() + retryMs(this.#failures) };
    }
    onEnd();
  }
}
