import { reportFigure } from '../runner/report.ts';
import type { LoadResult } from './load-result.ts';

/** Results of every round, by server; the first is ours. */
export type Results = ReadonlyMap<string, readonly LoadResult[]>;

interface Metric {
  readonly what: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly of: (result: LoadResult) => number;
}

const METRICS: readonly Metric[] = [
  { what: 'CPU time', unit: 'µs/request', better: 'lower', of: (result) => result.cpuMicrosPerRequest },
  { what: 'rate', unit: 'requests/s', better: 'higher', of: (result) => result.perSecond },
  { what: 'p50', unit: 'ms', better: 'lower', of: (result) => result.p50Ms },
  { what: 'p99', unit: 'ms', better: 'lower', of: (result) => result.p99Ms },
];

/** Reports our server against each of the others, and how far each was from having its core for itself. */
export function reportServers(title: string, ours: string, results: Results): void {
  const mine = results.get(ours) ?? [];
  const others = [...results].filter(([name]) => name !== ours);
  for (const { what, unit, better, of } of METRICS) {
    const values = mine.map(of);
    if (values.some((value) => Number.isNaN(value))) continue;
    for (const [name, theirs] of others) {
      reportFigure({ name: `${title}: ${what}`, unit, better, values, baseline: { name, values: theirs.map(of) } });
    }
  }
  for (const [name, all] of results) {
    reportFigure({ name: `${title}: core in use by ${name}`, unit: 'of 1', better: 'higher', values: all.map(({ busyCores }) => busyCores) });
  }
}
