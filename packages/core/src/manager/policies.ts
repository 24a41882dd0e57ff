import type { LifecycleState } from '../lifecycle-state.ts';
import type { Version } from '../servable-id.ts';

/** What a policy sees of one version. */
export interface VersionSnapshot {
  readonly version: Version;
  readonly state: LifecycleState;
  readonly isAspired: boolean;
}

/** What a policy wants done next; `undefined`: nothing until something changes. */
export type PolicyAction = { readonly kind: 'load' | 'unload'; readonly version: Version };

/** In what order a model's versions are loaded and unloaded. Pure: looks at all versions of one model, names one action. */
export interface TransitionPolicy {
  readonly name: string;
  next(versions: readonly VersionSnapshot[]): PolicyAction | undefined;
}
