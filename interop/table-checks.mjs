/** Random tables written by pyarrow, NumPy and safetensors, in a Python environment of their own: `table-files.mjs`. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { machineNode, pinnedNode, root } from '../scripts/workspace.mjs';

const MINUTE_MS = 60_000;
const COUNTS = /(?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped$/m;
const requirements = join(root, 'interop', 'requirements-tables.txt');

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function checkTables({ python, tools }) {
  let program;
  try {
    program = await environment(python, join(tools, 'tables'));
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

/** Made anew when the requirements change. */
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
  const { exitCode, output } = await runCommand(program, args, { timeoutMs: 10 * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`${args.slice(0, 3).join(' ')} failed: ${output.trim().split('\n').at(-1) ?? ''}`);
}
