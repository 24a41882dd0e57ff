/**
 * Runs benches, each in a process of its own, and gathers what they measured.
 *
 *   npm run bench -- [name…] [--quick] [--write] [--no-build] [--list]
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, isBuilt } from '../scripts/workspace.mjs';
import { runBench, type BenchRun } from './runner/bench-process.ts';
import { findCores } from './runner/cores.ts';
import { meetsTarget } from './runner/figure.ts';
import { describeMachine } from './runner/machine.ts';
import { printRun } from './runner/print-run.ts';
import { resultsPage } from './runner/results-page.ts';

const SUFFIX = '.bench.ts';
const RESULTS = join(import.meta.dirname, 'RESULTS.md');

const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .toSorted();

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, write: { type: 'boolean' }, 'no-build': { type: 'boolean' }, list: { type: 'boolean' } },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const fault = faultOf(positionals);
  if (fault !== undefined) {
    console.error(fault);
    return 2;
  }
  if (flags.list === true) {
    console.log(all.join('\n'));
    return 0;
  }
  if (flags['no-build'] !== true && !(await buildIfChanged())) return 1;
  return runAll(positionals.length === 0 ? all : positionals);
}

function faultOf(names: readonly string[]): string | undefined {
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) return `There is no bench '${unknown}'. There are: ${all.join(', ')}`;
  if (flags.write === true && (names.length > 0 || flags.quick === true)) return '--write is for a whole run: RESULTS.md is of one machine at one time';
  return undefined;
}

/** The benches from end to end run what `dist` holds: a stale one would be measured in silence. */
async function buildIfChanged(): Promise<boolean> {
  if (isBuilt()) return true;
  console.error('Building ...');
  const { exitCode, output } = await build();
  if (exitCode !== 0) console.error(output);
  return exitCode === 0;
}

async function runAll(names: readonly string[]): Promise<number> {
  const machine = describeMachine(findCores());
  const runs: BenchRun[] = [];
  for (const name of names) {
    console.error(`${name} ...`);
    const run = await runBench(join(import.meta.dirname, `${name}${SUFFIX}`), { name, quick: flags.quick === true });
    runs.push(run);
    printRun(run);
  }
  const failed = runs.filter((run) => run.failure !== undefined);
  const missed = runs.flatMap((run) => run.figures).filter((figure) => meetsTarget(figure) === false);
  console.log(`\n${runs.length - failed.length} of ${runs.length} benches ran, ${missed.length} targets missed`);
  if (failed.length > 0) return 1;
  if (flags.write === true) writeFileSync(RESULTS, resultsPage({ machine, runs, date: new Date() }));
  return 0;
}
