/** The trees of `examples/gbt-loader` against LightGBM itself: it trains again, and answers again. */
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { root } from '../scripts/workspace.mjs';
import { pythonEnvironment } from './python-environment.mjs';

const MINUTE_MS = 60_000;
const example = join(root, 'examples', 'gbt-loader');
const requirements = join(example, 'requirements.txt');

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function checkTrees({ python, tools }) {
  try {
    const program = await pythonEnvironment({ python, folder: join(tools, 'gbt-venv'), requirements });
    const { exitCode, output } = await runCommand(program, [join(example, 'train.py'), '--check'], { timeoutMs: 2 * MINUTE_MS });
    const isGood = exitCode === 0;
    console.log(`${isGood ? 'passed' : 'FAILED'}   LightGBM: ${output.trim()}`);
    return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
  } catch (error) {
    console.log(`skipped  LightGBM: ${error.message}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
}
