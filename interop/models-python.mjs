import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { root } from '../scripts/workspace.mjs';

const MINUTE_MS = 60_000;
const requirements = join(import.meta.dirname, 'compile_models', 'requirements.txt');

/**
 * The Python of a virtual environment with Keras 2 and ONNX, which sees the TensorFlow of another; made in `.interop/`, and made anew when what it must
 * have changes.
 *
 * @param {string} python - with TensorFlow
 */
export async function modelsPython(python) {
  const folder = join(root, '.interop', 'models-venv');
  const program = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.sha256');
  const sites = JSON.stringify(await ask(python));
  const wanted = createHash('sha256').update(readFileSync(requirements)).update(sites).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return program;
  rmSync(folder, { recursive: true, force: true });
  await mustRun(python, ['-m', 'venv', folder]);
  // TensorFlow's own requirements are those of the other environment.
  await mustRun(program, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--requirement', requirements]);
  const [own] = await ask(program);
  writeFileSync(join(own, 'tensorflow.pth'), `${JSON.parse(sites).join('\n')}\n`);
  await mustRun(program, ['-c', 'import tf_keras, onnx, onnxruntime']);
  writeFileSync(stamp, wanted);
  return program;
}

/** Where a Python's packages are. */
async function ask(python) {
  const output = await mustRun(python, ['-c', 'import json, site; print(json.dumps(site.getsitepackages()))']);
  return JSON.parse(output.trim().split('\n').at(-1));
}

async function mustRun(program, args) {
  const { exitCode, output } = await runCommand(program, args, { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }, timeoutMs: 10 * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`${args.slice(0, 3).join(' ')} failed: ${output.trim().split('\n').at(-1) ?? ''}`);
  return output;
}
