import { servableError } from '../errors.ts';
import type { ServableId } from '../servable-id.ts';
import type { ServableHandle } from '../servable-handle.ts';
import type { Servable } from '../servable.ts';

/** A version in the serving map, and how many handles to it are out. */
export class ServedVersion {
  readonly id: ServableId;
  readonly servable: Servable;
  #handles = 0;
  #whenUnused: (() => void) | undefined;

  constructor(id: ServableId, servable: Servable) {
    this.id = id;
    this.servable = servable;
  }

  acquire(): ServableHandle {
    this.#handles += 1;
    return new CountedHandle(this);
  }

  release(): void {
    this.#handles -= 1;
    if (this.#handles === 0) this.#whenUnused?.();
  }

  /** Calls back once when no handle is out, now or later. Only after it left the serving map. */
  onceUnused(callback: () => void): void {
    if (this.#handles === 0) callback();
    else this.#whenUnused = callback;
  }
}

class CountedHandle implements ServableHandle {
  readonly id: ServableId;
  /** Let go at release, so that a handle that is kept does not keep the servable's memory. */
  #served: ServedVersion | undefined;

  constructor(served: ServedVersion) {
    this.id = served.id;
    this.#served = served;
  }

  get servable(): Servable {
    if (this.#served === undefined) throw servableError('SRV_HANDLE_RELEASED', [this.id.name, String(this.id.version)]);
    return this.#served.servable;
  }

  release(): void {
    const served = this.#served;
    if (served === undefined) return;
    this.#served = undefined;
    served.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
