/** `create-serving-app` on a terminal, by Python: Node has none to give. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineNode } from '../scripts/workspace.mjs';
import { runCommand } from '../scripts/run-command.mjs';
import { installed } from './install-sizes.mjs';

const here = import.meta.dirname;
const ROUNDS = 5;
const LIMIT_MS = 1000;

/** @param {{ python: string | undefined, folder: string, env: NodeJS.ProcessEnv }} options */
export async function checkTerminal({ python = 'python3', folder, env }) {
  await installed({ folder: join(folder, 'tool'), env, packages: ['create-serving-app'] });
  const tool = join(folder, 'tool', 'node_modules', 'create-serving-app');
  const { bin } = JSON.parse(readFileSync(join(tool, 'package.json'), 'utf8'));
  const command = join(tool, bin['create-serving-app']);
  const { exitCode, output } = await runCommand(python, [join(here, 'terminal_checks.py'), folder, machineNode(), command], { env, timeoutMs: 120_000 });
  if (exitCode !== 0) throw new Error(output.trimEnd());
  const fastestMs = await fastest({ command, folder, env });
  if (fastestMs >= LIMIT_MS) throw new Error(`the fastest of ${ROUNDS} runs without an installation took ${fastestMs} ms`);
  return `${output.trim()}, ${Math.round(fastestMs)} ms without an installation`;
}

async function fastest({ command, folder, env }) {
  const took = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedMs = performance.now();
    const { exitCode, output } = await runCommand(machineNode(), [command, `fast-${round}`, '--yes', '--no-install', '--no-git'], { cwd: folder, env, timeoutMs: 60_000 });
    if (exitCode !== 0) throw new Error(output.trimEnd());
    took.push(performance.now() - startedMs);
  }
  return Math.min(...took);
}
