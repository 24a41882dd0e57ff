/**
 * Which operators of ONNX Runtime end the process when a tensor of theirs has no elements, against those that `@servable/loader-onnx` keeps such from:
 * `node --conditions=@servable/source interop/onnx-empty-inputs.mjs --python PYTHON`.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENDING_OPERATORS } from '../packages/loader-onnx/src/empty-inputs.ts';
import { runCommand } from '../scripts/run-command.mjs';
import { root } from '../scripts/workspace.mjs';
import { pythonEnvironment } from './python-environment.mjs';

const MINUTE_MS = 60_000;
/** The ONNX Runtime of `onnxruntime-node`, as Python has it. */
const requirements = join(import.meta.dirname, 'requirements-runtime.txt');
/** Ends the process where it has no heads, which no request can bring about: a model's weights say how many there are. */
const BY_THE_MODEL_ALONE = ['Attention'];

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } });
const counts = { passed: 0, failed: 0, skipped: 0 };
try {
  await check(await pythonEnvironment({ python: values.python, folder: join(root, '.interop', 'runtime-venv'), requirements }));
} catch (error) {
  console.log(`skipped  ONNX Runtime on empty tensors: ${error.message}`);
  counts.skipped += 1;
}
console.log(`empty tensors: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function check(python) {
  const { exitCode, output } = await runCommand(python, ['-W', 'ignore', join(import.meta.dirname, 'onnx_empty_inputs.py')], { timeoutMs: 10 * MINUTE_MS });
  if (exitCode !== 0) throw new Error(output.trim().split('\n').at(-1));
  const { operators, tests, runs, runtime } = JSON.parse(output.trim().split('\n').at(-1));
  console.log(`ONNX Runtime ${runtime}, ${tests} node tests, ${runs} runs with sizes of 0: ${operators.join(', ')} end the process`);
  const known = [...ENDING_OPERATORS, ...BY_THE_MODEL_ALONE];
  report('none does that requests are not kept from', operators.filter((operator) => !known.includes(operator)));
  report('each does that requests are kept from', ENDING_OPERATORS.filter((operator) => !operators.includes(operator)));
}

function report(title, wrong) {
  const isGood = wrong.length === 0;
  console.log(`${isGood ? 'passed' : 'FAILED'}   ${title}${isGood ? '' : `: ${wrong.join(', ')}`}`);
  counts[isGood ? 'passed' : 'failed'] += 1;
}
