/**
 * Acquire and release of a handle on one core, against a bare `Map` look-up and counter in the same run.
 *
 *   taskset -c 0 node --conditions=@servable/source bench/acquire.bench.ts
 */
import { recordFigure, sized } from './runner/report.ts';
import { createManager, type Loader, parseModelName, parseVersion, type Servable, type ServableRequest } from '@servable/core';

const MODELS = 100;
const CALLS = sized(2_000_000, 200_000);
const ROUNDS = 7;
/** DESIGN: acquire and release, each second, on one core. */
const FLOOR = 5_000_000;
const USING = 'latest, with `using`';

const servable: Servable = { signatures: new Map(), executor: { id: 'none', maxConcurrentRuns: 1 }, run: () => new Map() };
const createLoader = (): Loader => ({
  estimate: async () => ({ ramBytes: 1 }),
  load: async () => servable,
  unload: async () => {},
});

const names = Array.from({ length: MODELS }, (_, index) => parseModelName(`model-${index}`));
const version = parseVersion(2);
const manager = createManager();
for (const name of names) {
  manager.aspire({ name, versions: [1, 2, 3].map((each) => ({ version: parseVersion(each), value: { createLoader } })) });
  manager.setLabels(name, new Map([['stable', version]]));
}
await manager.states.waitUntilReady(names);
await Promise.all(names.map((name) => manager.states.waitFor(name, parseVersion(1), ({ state }) => state === 'ready')));

function baseline(): () => void {
  const map = new Map(names.map((name) => [name, { count: 0, servable }]));
  let turn = 0;
  return () => {
    const entry = map.get(names[turn++ % MODELS] ?? first.name);
    if (entry === undefined) throw new Error('unreachable');
    entry.count += 1;
    if (entry.servable !== servable) throw new Error('unreachable');
    entry.count -= 1;
  };
}

const first: ServableRequest = { kind: 'latest', name: parseModelName('model-0') };

function acquire(requests: readonly ServableRequest[]): () => void {
  let turn = 0;
  return () => {
    const handle = manager.acquire(requests[turn++ % MODELS] ?? first);
    if (handle.servable !== servable) throw new Error('unreachable');
    handle.release();
  };
}

function acquireWithUsing(requests: readonly ServableRequest[]): () => void {
  let turn = 0;
  return () => {
    using handle = manager.acquire(requests[turn++ % MODELS] ?? first);
    if (handle.servable !== servable) throw new Error('unreachable');
  };
}

const latest = names.map((name): ServableRequest => ({ kind: 'latest', name }));
const subjects: readonly (readonly [string, () => void])[] = [
  ['Map look-up and counter', baseline()],
  ['latest', acquire(latest)],
  // For comparison only: V8 does not optimize `using` yet, so on a hot path write try and finally.
  [USING, acquireWithUsing(latest)],
  ['version', acquire(names.map((name) => ({ kind: 'version', name, version })))],
  ['label', acquire(names.map((name) => ({ kind: 'label', name, label: 'stable' })))],
];

function perSecond(call: () => void): number {
  const start = performance.now();
  for (let each = 0; each < CALLS; each += 1) call();
  return (CALLS / (performance.now() - start)) * 1000;
}

const results = new Map<string, number[]>(subjects.map(([name]) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, call] of subjects) results.get(name)?.push(perSecond(call));
}

/** The first round warms up; then the median. */
function medianOf(rates: readonly number[]): number {
  const sorted = rates.slice(1).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const base = medianOf(results.get('Map look-up and counter') ?? []);
console.log(`acquire + release, ${MODELS} models of 3 versions, Node ${process.version}: median of ${ROUNDS - 1} rounds`);
for (const [name, rates] of results) {
  const rate = medianOf(rates);
  console.log(`${name.padEnd(26)} ${(rate / 1e6).toFixed(1).padStart(6)} M/s   ${(rate / base).toFixed(2)} of the baseline`);
}
const [[baselineName = '', baselineRates = []] = [], ...acquiring] = results;
for (const [name, rates] of acquiring) {
  const beside = { name: baselineName, values: baselineRates.slice(1) };
  const measured = { name: `acquire + release, ${name}`, unit: '/s', better: 'higher', values: rates.slice(1), baseline: beside } as const;
  recordFigure(name === USING ? measured : { ...measured, target: FLOOR });
}
const worst = Math.min(...[...results].filter(([name]) => name !== USING).map(([, rates]) => medianOf(rates)));
console.log(worst >= FLOOR ? `floor of ${FLOOR / 1e6} M/s: kept` : `floor of ${FLOOR / 1e6} M/s: MISSED`);
await manager.close();
