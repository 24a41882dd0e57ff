import type { BenchRun } from './bench-process.ts';
import { formatRatio, formatSpread, formatTarget } from './figure-text.ts';

const HEAD = ['what', 'ratio', 'value', 'baseline', 'target'];

/** Prints a bench's figures as a table, or why there are none. */
export function printRun({ name, figures, notes, seconds, failure }: BenchRun): void {
  const rows = figures.map((figure) => [
    figure.name,
    formatRatio(figure),
    `${formatSpread(figure.value)} ${figure.unit}`,
    figure.baseline === undefined ? '' : `${figure.baseline.name}: ${formatSpread(figure.baseline.value)}`,
    formatTarget(figure),
  ]);
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd();
  console.log(`\n${name} (${seconds.toFixed(0)} s)`);
  for (const row of [HEAD, ...rows]) console.log(`  ${line(row)}`);
  if (failure === undefined) return;
  console.log(`  FAILED: ${failure}`);
  for (const note of notes) console.log(`    ${note}`);
}
