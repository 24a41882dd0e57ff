import type { BenchRun } from './bench-process.ts';
import type { Figure } from './figure.ts';
import { formatRatio, formatSpread, formatTarget } from './figure-text.ts';
import type { MachineFacts } from './machine.ts';

export interface Results {
  readonly machine: MachineFacts;
  readonly runs: readonly BenchRun[];
  readonly date: Date;
}

/** The page `RESULTS.md`: ratios first, they travel better between machines than the numbers behind them. */
export function resultsPage({ machine, runs, date }: Results): string {
  return [HEAD, factsTable(machine, runs, date), ...runs.map(sectionOf)].join('\n\n').concat('\n');
}

const HEAD = `# Results

Written by \`npm run bench -- --write\`; what each bench measures, and how noise is treated, is in [README.md](README.md).

**A ratio is how many times as good as the baseline: above 1 is ahead of it**, whether a higher or a lower number is the better
one. Each cell is the median of the rounds with the smallest and the largest; a ratio is taken within a round, because both
sides of a round meet the same noise. The machine is shared and noisy: trust ratios before numbers, numbers of CPU time before
rates and latencies, and nothing whose smallest and largest are far apart.`;

function factsTable(machine: MachineFacts, runs: readonly BenchRun[], date: Date): string {
  const loads = runs.flatMap(({ load }) => load);
  const facts = [
    ['date', `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`],
    ...machine,
    ['load average during the run', loads.length === 0 ? 'unknown' : `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}, of this run and others`],
  ];
  return table(['machine', ''], facts);
}

function sectionOf({ name, figures, load: [before, after] }: BenchRun): string {
  const command = `\`npm run bench -- ${name}\` repeats every row; load average ${before.toFixed(1)} before, ${after.toFixed(1)} after.`;
  const rows = figures.map(rowOf);
  const hasTarget = figures.some(({ target }) => target !== undefined);
  const columns = hasTarget ? 6 : 5;
  const titles = ['what', 'ratio', 'against', 'value', 'baseline', 'target'].slice(0, columns);
  return `## ${name}\n\n${command}\n\n${table(titles, rows.map((row) => row.slice(0, columns)))}`;
}

function rowOf(figure: Figure): readonly string[] {
  const { name, unit, value, baseline } = figure;
  return [
    name,
    formatRatio(figure),
    baseline?.name ?? '',
    `${formatSpread(value)} ${unit}`,
    baseline === undefined ? '' : formatSpread(baseline.value),
    formatTarget(figure),
  ];
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
