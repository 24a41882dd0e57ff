import type { ResourceEstimate } from '../loader.ts';
import { isInProgress, type Phase } from './lifecycle.ts';
import type { PolicyAction, TransitionPolicy, VersionSnapshot } from './policies.ts';
import type { LedgerDraft } from './resource-ledger.ts';

/** One version; `owner` is who acts on it. */
export interface VersionView<Owner> extends VersionSnapshot {
  readonly owner: Owner;
  readonly phase: Phase;
  /** A load that a plugin holds up takes no slot. */
  readonly isStalled?: boolean;
  readonly estimate: ResourceEstimate | undefined;
}

/** What one model comes to. It stays true until one of its versions changes. */
export interface ModelView<Owner> {
  /** What the policy names, when that can be done. */
  readonly wish: { readonly kind: PolicyAction['kind']; readonly version: VersionView<Owner> } | undefined;
  readonly versionsInProgress: number;
  readonly versionsEstimating: number;
  readonly versionsLoading: number;
  readonly versionsUnloading: number;
}

/** What `reconcile` decides on. Models without a wish and without a version in progress may be left out. */
export interface ManagerView<Owner> {
  readonly models: Iterable<ModelView<Owner>>;
  readonly ledger: { canEverFit(need: ResourceEstimate): boolean; draft(): LedgerDraft };
  /** For loads, and as many again for estimates. */
  readonly maxConcurrentLoads: number;
  readonly maxConcurrentUnloads: number;
}

/** `exhausted`: ends the version, because its resources cannot be had. */
export interface ReconcileAction<Owner> {
  readonly kind: 'unload' | 'estimate' | 'load' | 'exhausted';
  readonly owner: Owner;
}

/** Asks the policy about one model. Pure. */
export function viewModel<Owner>(versions: readonly VersionView<Owner>[], policy: TransitionPolicy): ModelView<Owner> {
  const named = policy.next(versions);
  const version = named && versions.find((each) => each.version === named.version);
  return {
    wish: named !== undefined && version !== undefined && isPossible(named.kind, version) ? { kind: named.kind, version } : undefined,
    versionsInProgress: versions.filter((each) => isInProgress(each.phase)).length,
    versionsEstimating: versions.filter((each) => each.phase === 'estimating').length,
    versionsLoading: versions.filter((each) => each.phase === 'loading' && each.isStalled !== true).length,
    versionsUnloading: versions.filter((each) => each.phase === 'draining' || each.phase === 'unloading').length,
  };
}

/**
 * Decides what to do now: at most one action a model, unloads first. Pure. Called again after each change until it returns
 * nothing.
 *
 * A version whose estimate does not fit waits while anything is in progress; when nothing is, it cannot fit any more and is
 * `exhausted`, one a call, because what that frees may help the next one.
 */
export function reconcile<Owner>(view: ManagerView<Owner>): readonly ReconcileAction<Owner>[] {
  const unloads: ReconcileAction<Owner>[] = [];
  const toLoad: VersionView<Owner>[] = [];
  const total = { inProgress: 0, estimating: 0, loading: 0, unloading: 0 };
  for (const { wish, versionsInProgress, versionsEstimating, versionsLoading, versionsUnloading } of view.models) {
    total.inProgress += versionsInProgress;
    total.estimating += versionsEstimating;
    total.loading += versionsLoading;
    total.unloading += versionsUnloading;
    if (wish?.kind === 'unload') unloads.push({ kind: 'unload', owner: wish.version.owner });
    else if (wish?.kind === 'load') toLoad.push(wish.version);
  }
  const { actions, blocked } = advance(toLoad, view, {
    estimates: view.maxConcurrentLoads - total.estimating,
    loads: view.maxConcurrentLoads - total.loading,
  });
  const all = [...unloads.slice(0, Math.max(0, view.maxConcurrentUnloads - total.unloading)), ...actions];
  const mustWait = all.length > 0 || total.inProgress > 0;
  return mustWait || blocked === undefined ? all : [{ kind: 'exhausted', owner: blocked.owner }];
}

function isPossible(kind: PolicyAction['kind'], version: VersionSnapshot): boolean {
  return kind === 'unload' ? version.state === 'ready' : version.state === 'new' && version.isAspired;
}

/** The next steps of versions that are to be loaded, as far as slots and resources go; and the first that resources stop. */
function advance<Owner>(
  versions: readonly VersionView<Owner>[],
  view: ManagerView<Owner>,
  slots: { estimates: number; loads: number },
): { readonly actions: ReconcileAction<Owner>[]; readonly blocked: VersionView<Owner> | undefined } {
  const actions: ReconcileAction<Owner>[] = [];
  let blocked: VersionView<Owner> | undefined;
  const draft = view.ledger.draft();
  for (const version of versions) {
    const { owner, phase, estimate } = version;
    if (phase === 'queued' && slots.estimates > 0) {
      slots.estimates -= 1;
      actions.push({ kind: 'estimate', owner });
    }
    if (phase !== 'estimated' || estimate === undefined) continue;
    if (!view.ledger.canEverFit(estimate)) actions.push({ kind: 'exhausted', owner });
    else if (slots.loads <= 0) continue;
    else if (draft.take(estimate)) {
      slots.loads -= 1;
      actions.push({ kind: 'load', owner });
    } else blocked ??= version;
  }
  return { actions, blocked };
}
