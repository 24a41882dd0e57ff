/** Random tables written by pyarrow, NumPy and safetensors, in a Python environment of their own: `table-files.mjs`. */
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { machineNode, pinnedNode, root } from '../scripts/workspace.mjs';
import { pythonEnvironment } from './python-environment.mjs';

const MINUTE_MS = 60_000;
const COUNTS = /(?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped$/m;
const requirements = join(root, 'interop', 'requirements-tables.txt');

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function checkTables({ python, tools }) {
  let program;
  try {
    program = await pythonEnvironment({ python, folder: join(tools, 'tables'), requirements });
  } catch (error) {
    console.log(`skipped  table files: ${error.message}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const args = ['--conditions=@servable/source', '--disable-warning=ExperimentalWarning', join(root, 'interop', 'table-files.mjs'), '--python', program];
  const { exitCode, output } = await runCommand(pinnedNode() ?? machineNode(), args, { env: process.env, timeoutMs: 10 * MINUTE_MS });
  console.log(output.trimEnd());
  const counts = COUNTS.exec(output)?.groups;
  return { passed: Number(counts?.passed ?? 0), failed: Math.max(Number(counts?.failed ?? 1), exitCode === 0 ? 0 : 1), skipped: 0 };
}
