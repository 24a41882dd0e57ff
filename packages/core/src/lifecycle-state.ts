import type { ServingError } from './serving-error.ts';
import type { ServableId } from './servable-id.ts';

/**
 * The states of one version, in order. Each is skipped only towards `ended`.
 *
 * - `new`: known; its estimate is being made, or it waits for its turn and for resources
 * - `loading`: `load()`, wrapping and warm-up run, with resources reserved; or it failed and waits to be tried again
 * - `ready`: it can be acquired; published after that is true
 * - `draining`: it cannot be acquired any more (published before that is true); handles are still out
 * - `unloading`: no handle is out; `unload()` runs
 * - `ended`: nothing is held. With an error: why it ended
 */
export type LifecycleState = 'new' | 'loading' | 'ready' | 'draining' | 'unloading' | 'ended';

/** One transition, or the newest state of a version. */
export interface ServableState {
  readonly id: ServableId;
  readonly state: LifecycleState;
  /** Only with `ended`. */
  readonly error?: ServingError;
}
