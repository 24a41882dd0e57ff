import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { Cores } from './cores.ts';

const GIB = 2 ** 30;

/** What one has to know of a machine to read its numbers, as label and text. */
export type MachineFacts = readonly (readonly [label: string, text: string])[];

export function describeMachine(cores: Cores | undefined): MachineFacts {
  return [
    ['CPU', cpus()[0]?.model ?? 'unknown'],
    ['cores', String(availableParallelism())],
    ['memory', `${(totalmem() / GIB).toFixed(1)} GiB`],
    ['system', `${type()} ${release()}`],
    ['Node', process.version],
    ['commit', commit()],
    ['processes kept apart', cores === undefined ? 'no: there is no taskset, or one core only' : `servers on core ${cores.server}, loads and in-process benches on core ${cores.load}`],
  ];
}

function commit(): string {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const isClean = git('status', '--porcelain', '--', '../../packages') === '';
    return `${git('rev-parse', '--short', 'HEAD')}${isClean ? '' : ' with changes in packages'}`;
  } catch {
    return 'unknown';
  }
}
