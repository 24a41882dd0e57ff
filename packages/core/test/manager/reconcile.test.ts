import { expect, it } from 'vitest';
import { type LifecycleState, parseVersion, preserveAvailability, type TransitionPolicy } from '../../src/index.ts';
import type { Phase } from '../../src/manager/lifecycle.ts';
import { reconcile, type VersionView, viewModel } from '../../src/manager/reconcile.ts';
import { ResourceLedger } from '../../src/manager/resource-ledger.ts';

interface Given {
  readonly phase: Phase;
  readonly ramBytes?: number;
  readonly isAspired?: boolean;
}

const WAITING: readonly Phase[] = ['queued', 'estimating', 'estimated'];
const stateOf = (phase: Phase): LifecycleState =>
  WAITING.includes(phase) ? 'new' : phase === 'pausing' ? 'loading' : (phase as LifecycleState);

/** Models by name, each with its versions from 1 on; actions come back as `load a/1`. */
function decide(
  models: Readonly<Record<string, readonly Given[]>>,
  options: { slots?: number; unloadSlots?: number; ramBytes?: number; used?: number; policy?: TransitionPolicy } = {},
): readonly string[] {
  const ledger = new ResourceLedger<string>(options.ramBytes === undefined ? {} : { ramBytes: options.ramBytes });
  ledger.reserve('others', { ramBytes: options.used ?? 0 });
  const views = Object.entries(models).map(([model, versions]) => {
    const each = versions.map(({ phase, ramBytes, isAspired = true }, index): VersionView<string> => ({
      owner: `${model}/${index + 1}`,
      version: parseVersion(index + 1),
      phase,
      state: stateOf(phase),
      isAspired,
      estimate: ramBytes === undefined ? undefined : { ramBytes },
    }));
    return viewModel(each, options.policy ?? preserveAvailability);
  });
  return reconcile({ models: views, ledger, maxConcurrentLoads: options.slots ?? 2, maxConcurrentUnloads: options.unloadSlots ?? Infinity }).map(({ kind, owner }) => `${kind} ${owner}`);
}

it('wants nothing for versions that are as they should be', () => {
  expect(decide({ a: [{ phase: 'ready' }], b: [{ phase: 'ended' }], c: [] })).toEqual([]);
});

it('names unloads before loads', () => {
  const models = { a: [{ phase: 'queued' }], b: [{ phase: 'ready', isAspired: false }] } as const;
  expect(decide(models)).toEqual(['unload b/1', 'estimate a/1']);
});

it('unloads no more at once than it may, counting those that wait for their handles', () => {
  const old = [{ phase: 'ready', isAspired: false }] as const;
  expect(decide({ a: old, b: old, c: old }, { unloadSlots: 2 })).toEqual(['unload a/1', 'unload b/1']);
  expect(decide({ a: old, b: [{ phase: 'draining', isAspired: false }] }, { unloadSlots: 2 })).toEqual(['unload a/1']);
  expect(decide({ a: old, b: [{ phase: 'draining', isAspired: false }], c: [{ phase: 'unloading', isAspired: false }] }, { unloadSlots: 2 })).toEqual([]);
});

it('does one thing a model', () => {
  expect(decide({ a: [{ phase: 'queued' }, { phase: 'queued' }] })).toEqual(['estimate a/2']);
  expect(decide({ a: [{ phase: 'ready', isAspired: false }, { phase: 'ready', isAspired: false }] })).toEqual(['unload a/1']);
});

it('estimates, then loads', () => {
  expect(decide({ a: [{ phase: 'queued' }] })).toEqual(['estimate a/1']);
  expect(decide({ a: [{ phase: 'estimating' }] })).toEqual([]);
  expect(decide({ a: [{ phase: 'estimated', ramBytes: 1 }] })).toEqual(['load a/1']);
});

it('keeps to its slots, for estimates and loads each', () => {
  const queued = [{ phase: 'queued' }] as const;
  expect(decide({ a: queued, b: queued, c: queued })).toEqual(['estimate a/1', 'estimate b/1']);
  expect(decide({ a: [{ phase: 'estimating' }], b: queued, c: queued })).toEqual(['estimate b/1']);
  const estimated = [{ phase: 'estimated', ramBytes: 1 }] as const;
  expect(decide({ a: estimated, b: estimated, c: estimated })).toEqual(['load a/1', 'load b/1']);
  expect(decide({ a: [{ phase: 'loading' }], b: estimated, c: estimated, d: queued })).toEqual(['load b/1', 'estimate d/1']);
});

it('lets a pause or an unload take no slot', () => {
  const estimated = [{ phase: 'estimated', ramBytes: 1 }] as const;
  expect(decide({ a: [{ phase: 'pausing' }], b: [{ phase: 'unloading' }], c: estimated }, { slots: 1 })).toEqual(['load c/1']);
});

it('adds up the loads of one decision against the limit', () => {
  const models = { a: [{ phase: 'estimated', ramBytes: 6 }], b: [{ phase: 'estimated', ramBytes: 5 }], c: [{ phase: 'estimated', ramBytes: 4 }] } as const;
  expect(decide(models, { ramBytes: 10, slots: 9 })).toEqual(['load a/1', 'load c/1']);
});

it('ends at once what can never fit', () => {
  const models = { a: [{ phase: 'estimated', ramBytes: 11 }], b: [{ phase: 'loading' }] } as const;
  expect(decide(models, { ramBytes: 10 })).toEqual(['exhausted a/1']);
});

it.each(['estimating', 'loading', 'pausing', 'draining', 'unloading'] as const)('lets what does not fit wait while another is %s', (phase) => {
  const models = { a: [{ phase: 'estimated', ramBytes: 6 }], b: [{ phase }] } as const;
  expect(decide(models, { ramBytes: 10, used: 5 })).toEqual([]);
});

it('lets what does not fit wait while something else can be done', () => {
  const models = { a: [{ phase: 'estimated', ramBytes: 6 }], b: [{ phase: 'queued' }] } as const;
  expect(decide(models, { ramBytes: 10, used: 5 })).toEqual(['estimate b/1']);
});

it('ends one version that does not fit when nothing goes on', () => {
  const models = { a: [{ phase: 'estimated', ramBytes: 6 }], b: [{ phase: 'estimated', ramBytes: 7 }], c: [{ phase: 'ready' }] } as const;
  expect(decide(models, { ramBytes: 10, used: 5 })).toEqual(['exhausted a/1']);
});

it.each([
  ['load', 'ready'],
  ['load', 'ended'],
  ['unload', 'queued'],
  ['unload', 'draining'],
] as const)('ignores a policy that says %s for a version that is %s', (kind, phase) => {
  const policy: TransitionPolicy = { name: 'odd', next: () => ({ kind, version: parseVersion(1) }) };
  expect(decide({ a: [{ phase }] }, { policy })).toEqual([]);
});

it('ignores a policy that names a version there is not, or one that is not aspired', () => {
  const load = (version: number): TransitionPolicy => ({ name: 'odd', next: () => ({ kind: 'load', version: parseVersion(version) }) });
  expect(decide({ a: [{ phase: 'queued' }] }, { policy: load(9) })).toEqual([]);
  expect(decide({ a: [{ phase: 'queued', isAspired: false }] }, { policy: load(1) })).toEqual([]);
});
