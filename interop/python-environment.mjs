import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';

const MINUTE_MS = 60_000;

/**
 * The Python of a virtual environment with what a file of requirements lists; made anew when that changes.
 *
 * @param {object} options
 * @param {string} options.python - makes it
 * @param {string} options.folder
 * @param {string} options.requirements
 * @param {readonly string[]} [options.flags] - of pip
 * @param {string} [options.key] - what else it depends on
 * @param {(program: string) => Promise<unknown>} [options.finish] - runs once the packages are there
 */
export async function pythonEnvironment({ python, folder, requirements, flags = [], key = '', finish }) {
  const program = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).update(key).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return program;
  rmSync(folder, { recursive: true, force: true });
  await mustRun(python, ['-m', 'venv', folder]);
  await pipInstall(program, [...flags, '--requirement', requirements]);
  await finish?.(program);
  writeFileSync(stamp, wanted);
  return program;
}

export function pipInstall(program, args) {
  return mustRun(program, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args]);
}

/** What a program prints; an error with its last line when it fails. */
export async function mustRun(program, args) {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' };
  const { exitCode, output } = await runCommand(program, args, { env, timeoutMs: 10 * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`${args.slice(0, 3).join(' ')} failed: ${output.trim().split('\n').at(-1) ?? ''}`);
  return output;
}
