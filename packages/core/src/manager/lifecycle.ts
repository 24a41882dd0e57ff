import type { LifecycleState } from '../lifecycle-state.ts';

/**
 * What the manager knows of a version beyond its published {@link LifecycleState}. In order:
 *
 * | phase | state | what holds | slot |
 * |---|---|---|---|
 * | `queued` | new, loading | no Loader; wants an estimate (first try, or the next one after a pause) | |
 * | `estimating` | new, loading | a Loader estimates | estimate |
 * | `estimated` | new, loading | the need is known; waits for its turn and for resources | |
 * | `loading` | loading | resources are reserved (until `ended`, or the next try); an attempt runs, its clean-up after a failure included | load |
 * | `pausing` | new, loading | an attempt failed; the retry timer runs | |
 * | `ready` | ready | in the serving map | |
 * | `draining` | draining | out of the serving map; handles are out | |
 * | `unloading` | unloading | `unload()` runs, or a cancelled attempt still has to settle before it can | |
 * | `ended` | ended | no Loader, no resources, no timer | |
 *
 * `new` becomes `loading` when the first attempt's resources are reserved, and stays so between tries, though nothing is
 * held then: a version that waits to be tried again must not keep resources from those before it.
 */
export type Phase =
  | 'queued'
  | 'estimating'
  | 'estimated'
  | 'loading'
  | 'pausing'
  | 'ready'
  | 'draining'
  | 'unloading'
  | 'ended';

/** Waits for its turn, or prepares for it, with nothing loaded. */
export function isWaiting(phase: Phase): boolean {
  return phase === 'queued' || phase === 'estimating' || phase === 'estimated';
}

/** Something runs that ends by itself and may then free resources, or lead to what frees them. */
export function isInProgress(phase: Phase): boolean {
  return phase !== 'queued' && phase !== 'estimated' && phase !== 'ready' && phase !== 'ended';
}

/** On its way to `ready`: it can still be cancelled. */
export function isOnItsWay(state: LifecycleState): boolean {
  return state === 'new' || state === 'loading';
}
