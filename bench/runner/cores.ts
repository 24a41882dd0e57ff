import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which cores there are for a bench; `undefined` where processes cannot be kept on one. */
export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** `0,1` from the runner: a bench that is kept on one core does not see the others. */
const GIVEN = process.env['BENCH_CORES'];

/** The first two cores this process may use: one for a server, one for what loads it. */
export function findCores(): Cores | undefined {
  if (GIVEN === '') return undefined;
  const [server, load] = GIVEN === undefined ? allowedCores() : GIVEN.split(',').map(Number);
  return server === undefined || load === undefined ? undefined : { server, load };
}

/** A program and its arguments, to be run on one core. */
export function pinned(core: number | undefined, command: readonly string[]): readonly [string, readonly string[]] {
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  return [program, args];
}

function allowedCores(): readonly number[] {
  try {
    execFileSync('taskset', ['-c', '-p', String(process.pid)], { stdio: 'ignore' });
    const list = /^Cpus_allowed_list:\s*(?<list>\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.groups?.['list'] ?? '';
    return list.split(',').flatMap(expandRange);
  } catch {
    // No `taskset`, or no Linux: benches run where the system puts them, and RESULTS.md says so.
    return [];
  }
}

function expandRange(range: string): readonly number[] {
  const [from = 0, to = from] = range.split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
