import type { ResourceEstimate } from '../loader.ts';
import { isInProgress, type Phase } from './lifecycle.ts';
import type { TransitionPolicy, VersionSnapshot } from './policies.ts';
import type { LedgerDraft } from './resource-ledger.ts';

/** What `reconcile` sees of one version; `owner` is what the ledger knows it by. */
export interface VersionView<Owner> extends VersionSnapshot {
  readonly owner: Owner;
  readonly phase: Phase;
  readonly estimate: ResourceEstimate | undefined;
}

/** What `reconcile` decides on. Models in which nothing is left to decide may be left out. */
export interface ManagerView<Owner> {
  readonly models: readonly (readonly VersionView<Owner>[])[];
  readonly policy: TransitionPolicy;
  readonly ledger: { canEverFit(need: ResourceEstimate): boolean; draft(): LedgerDraft };
  /** For loads, and as many again for estimates. */
  readonly maxConcurrentLoads: number;
}

/** `exhausted`: ends the version, because its resources cannot be had. */
export interface ReconcileAction<Owner> {
  readonly kind: 'unload' | 'estimate' | 'load' | 'exhausted';
  readonly owner: Owner;
}

/**
 * Decides what to do now: at most one action a model, unloads first. Pure. Called again after each change until it returns
 * nothing.
 *
 * A version whose estimate does not fit waits while anything is in progress; when nothing is, it cannot fit any more and is
 * `exhausted`, one a call, because what that frees may help the next one.
 */
export function reconcile<Owner>(view: ManagerView<Owner>): readonly ReconcileAction<Owner>[] {
  const wanted = view.models.map((versions) => nextOf(versions, view.policy)).filter((each) => each !== undefined);
  const unloads = wanted.filter((each) => each.kind === 'unload').map(({ version }) => action('unload', version));
  const loads = wanted.filter((each) => each.kind === 'load').map(({ version }) => version);
  const { actions, blocked } = advance(loads, view);
  const all = [...unloads, ...actions];
  const mustWait = all.length > 0 || view.models.some((versions) => versions.some((each) => isInProgress(each.phase)));
  const first = blocked[0];
  return mustWait || first === undefined ? all : [action('exhausted', first)];
}

interface Wish<Owner> {
  readonly kind: 'load' | 'unload';
  readonly version: VersionView<Owner>;
}

/** What the policy names, when that can be done. */
function nextOf<Owner>(versions: readonly VersionView<Owner>[], policy: TransitionPolicy): Wish<Owner> | undefined {
  const wish = policy.next(versions);
  const version = wish && versions.find((each) => each.version === wish.version);
  if (wish === undefined || version === undefined) return undefined;
  const isPossible = wish.kind === 'unload' ? version.state === 'ready' : version.state === 'new' && version.isAspired;
  return isPossible ? { kind: wish.kind, version } : undefined;
}

/** The next step of each version that is to be loaded, as far as slots and resources go, and those resources do not suffice for. */
function advance<Owner>(
  versions: readonly VersionView<Owner>[],
  view: ManagerView<Owner>,
): { readonly actions: ReconcileAction<Owner>[]; readonly blocked: VersionView<Owner>[] } {
  const actions: ReconcileAction<Owner>[] = [];
  const blocked: VersionView<Owner>[] = [];
  const draft = view.ledger.draft();
  let estimateSlots = freeSlots(view, 'estimating');
  let loadSlots = freeSlots(view, 'loading');
  for (const version of versions) {
    if (version.phase === 'queued' && estimateSlots > 0) {
      estimateSlots -= 1;
      actions.push(action('estimate', version));
    }
    if (version.phase !== 'estimated' || version.estimate === undefined) continue;
    if (!view.ledger.canEverFit(version.estimate)) actions.push(action('exhausted', version));
    else if (loadSlots <= 0) continue;
    else if (draft.take(version.estimate)) {
      loadSlots -= 1;
      actions.push(action('load', version));
    } else blocked.push(version);
  }
  return { actions, blocked };
}

function freeSlots<Owner>(view: ManagerView<Owner>, phase: Phase): number {
  const taken = view.models.reduce((sum, versions) => sum + versions.filter((each) => each.phase === phase).length, 0);
  return view.maxConcurrentLoads - taken;
}

function action<Owner>(kind: ReconcileAction<Owner>['kind'], version: VersionView<Owner>): ReconcileAction<Owner> {
  return { kind, owner: version.owner };
}
