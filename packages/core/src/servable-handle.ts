import type { ServableId } from './servable-id.ts';
import type { Servable } from './servable.ts';

/**
 * A counted claim on a ready version: it is not unloaded before `release`. `using` releases it too; on a hot path write `try`
 * and `finally`, because V8 does not optimize `using` yet (`bench/acquire.bench.ts`).
 */
export interface ServableHandle {
  readonly id: ServableId;
  /** @throws ServingError `SRV_HANDLE_RELEASED` after `release` */
  readonly servable: Servable;
  /** Gives it back; again does nothing. */
  release(): void;
  [Symbol.dispose](): void;
}
