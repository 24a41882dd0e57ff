/** The trees of `examples/gbt-loader` against LightGBM itself: it trains again, and answers again. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { root } from '../scripts/workspace.mjs';

const MINUTE_MS = 60_000;
const example = join(root, 'examples', 'gbt-loader');
const requirements = join(example, 'requirements.txt');

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function checkTrees({ python, tools }) {
  try {
    const { exitCode, output } = await runCommand(await environment(python, join(tools, 'gbt-venv')), [join(example, 'train.py'), '--check'], { timeoutMs: 2 * MINUTE_MS });
    const isGood = exitCode === 0;
    console.log(`${isGood ? 'passed' : 'FAILED'}   LightGBM: ${output.trim()}`);
    return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
  } catch (error) {
    console.log(`skipped  LightGBM: ${error.message}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
}

/** The Python of a virtual environment with what the training needs; made anew when that changes. */
async function environment(python, folder) {
  const program = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return program;
  rmSync(folder, { recursive: true, force: true });
  await mustRun(python, ['-m', 'venv', folder]);
  await mustRun(program, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]);
  writeFileSync(stamp, wanted);
  return program;
}

async function mustRun(program, args) {
  const { exitCode, output } = await runCommand(program, args, { timeoutMs: 5 * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`${args.slice(0, 3).join(' ')} failed: ${output.trim().split('\n').at(-1) ?? ''}`);
}
