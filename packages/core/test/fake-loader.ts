import type { Loader, NamedTensors, ResourceEstimate, Servable } from '../src/index.ts';

/** A servable that answers nothing. */
export function fakeServable(): Servable {
  return {
    signatures: new Map(),
    executor: { id: 'fake', maxConcurrentRuns: 1 },
    run: (): NamedTensors => new Map(),
  };
}

type Step = 'estimate' | 'load' | 'unload';

/** A Loader whose steps end when the test says so. Notes every call, in `calls`. */
export class FakeLoader implements Loader {
  readonly calls: Step[] = [];
  readonly servable: Servable = fakeServable();
  readonly #ends = new Map<Step, { resolve(value: never): void; reject(error: unknown): void }>();
  signal: AbortSignal | undefined;

  estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    this.signal = signal;
    return this.#begin('estimate');
  }

  load(signal: AbortSignal): Promise<Servable> {
    this.signal = signal;
    return this.#begin('load');
  }

  unload(): Promise<void> {
    return this.#begin('unload');
  }

  isIn(step: Step): boolean {
    return this.#ends.has(step);
  }

  estimated(ramBytes = 1): Promise<void> {
    return this.#finish('estimate', { ramBytes });
  }

  loaded(): Promise<void> {
    return this.#finish('load', this.servable);
  }

  unloaded(): Promise<void> {
    return this.#finish('unload', undefined);
  }

  async fail(step: Step, error: unknown): Promise<void> {
    const end = this.#take(step);
    end.reject(error);
    await settled();
  }

  async #finish(step: Step, value: unknown): Promise<void> {
    const end = this.#take(step);
    end.resolve(value as never);
    await settled();
  }

  #begin<T>(step: Step): Promise<T> {
    this.calls.push(step);
    return new Promise((resolve, reject) => this.#ends.set(step, { resolve, reject }));
  }

  #take(step: Step): { resolve(value: never): void; reject(error: unknown): void } {
    const end = this.#ends.get(step);
    if (end === undefined) throw new Error(`this loader is not in ${step}(): ${this.calls.join(', ')}`);
    this.#ends.delete(step);
    return end;
  }
}

/** All that follows from promises settled so far has happened. No timer runs meanwhile. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
