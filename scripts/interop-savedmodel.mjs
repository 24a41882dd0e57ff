/**
 * The part of `npm run test:interop` that serves SavedModels with TensorFlow: every golden with the library of the Python wheel, again through a
 * made-up `@tensorflow/tfjs-node-gpu` that links to it, and the small ones with the oldest wheel that can be used.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { ServerProcess } from './server-process.mjs';
import { root } from './workspace.mjs';

const MINUTE_MS = 60_000;
const COUNTS = /^(?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped$/m;
/** The oldest wheel whose C API does not sit in a file that needs libpython. */
const OLD_WHEEL = 'tensorflow-cpu==2.12.1';
/** Models without kernels or ops that TensorFlow got after 2.12. */
const SMALL = ['array_zoo', 'bundle_zoo', 'control_flow', 'control_flow_v1', 'dtypes', 'frozen_const', 'math_zoo', 'multi_signature', 'pbtxt_model', 'scalar_affine_tf1', 'scalar_affine_tf2', 'stateful_counter', 'string_model', 'wide_examples'];

/**
 * @param {{ python: string, node: string, tools: string, count: (counts: { passed: number, failed: number, skipped: number }) => void }} options
 */
export async function checkSavedModels({ python, node, tools, count }) {
  const shared = join(dirname(root), 'shared', 'fixtures');
  const fixtures = existsSync(join(shared, 'goldens')) ? shared : join(root, 'fixtures');
  const suite = { python, node, fixtures, count };
  const wheel = await wheelFolder(python);
  await runSuite({ ...suite, title: 'the library of the Python wheel', library: wheel, only: [] });
  const layout = linkedPackage(join(tools, 'tfjs-layout'), wheel);
  await runSuite({ ...suite, title: 'a linked @tensorflow/tfjs-node-gpu', cwd: layout, only: [] });
  try {
    const old = await oldWheel(python, join(tools, 'old-tensorflow'));
    await runSuite({ ...suite, title: OLD_WHEEL, library: old, only: SMALL });
  } catch (error) {
    count({ passed: 0, failed: 0, skipped: 1 });
    console.log(`skipped  ${OLD_WHEEL}: ${error.message}`);
  }
}

async function runSuite({ title, python, node, fixtures, library, only, cwd = join(root, 'interop'), count }) {
  console.log(`SavedModels with ${title}:`);
  const env = { ...process.env, SERVABLE_SAVEDMODELS: fixtures, SERVABLE_LIBTENSORFLOW: library ?? '', VIRTUAL_ENV: '', TF_ENABLE_ONEDNN_OPTS: '0' };
  if (only.length > 0) env.SERVABLE_SAVEDMODELS_ONLY = only.join();
  const server = await ServerProcess.start({ node, cwd, env, args: ['--config', join(root, 'interop', 'savedmodel.config.mjs')] });
  const failed = await checkServer({ python, server, fixtures, only, count });
  const exitCode = await server.stop();
  count({ passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 });
  if (failed > 0 || exitCode !== 0) console.log(`The server ended with ${exitCode} and had said:\n${server.output}`);
}

async function checkServer({ python, server, fixtures, only, count }) {
  const args = [join(root, 'interop', 'savedmodel_goldens.py'), '--grpc', server.grpcAddress, '--rest', server.restUrl, '--fixtures', fixtures, '--only', only.join()];
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_ENABLE_ONEDNN_OPTS: '0', GRPC_VERBOSITY: 'NONE', PYTHONDONTWRITEBYTECODE: '1' };
  const { exitCode, output } = await runCommand(python, args, { env, timeoutMs: 10 * MINUTE_MS });
  console.log(output.trimEnd());
  const { passed, failed, skipped } = COUNTS.exec(output)?.groups ?? { passed: 0, failed: 1, skipped: 0 };
  const failures = Math.max(Number(failed), exitCode === 0 ? 0 : 1);
  count({ passed: Number(passed), failed: failures, skipped: Number(skipped) });
  return failures;
}

export async function wheelFolder(python) {
  const code = 'import importlib.util, os; print(os.path.dirname(importlib.util.find_spec("tensorflow").origin))';
  return (await mustRun(python, ['-c', code], 1)).trim();
}

/** What `npm install @tensorflow/tfjs-node-gpu` leaves: its library in `deps/lib`. */
function linkedPackage(folder, wheel) {
  const lib = join(folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'deps', 'lib');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(lib, { recursive: true });
  symlinkSync(join(wheel, 'libtensorflow_cc.so.2'), join(lib, 'libtensorflow.so.2'));
  symlinkSync(join(wheel, 'libtensorflow_framework.so.2'), join(lib, 'libtensorflow_framework.so.2'));
  return folder;
}

/** Unpacked, not installed: it is for another Python. */
async function oldWheel(python, folder) {
  const place = join(folder, 'tensorflow');
  if (existsSync(join(place, 'libtensorflow_cc.so.2'))) return place;
  console.log(`Unpacking ${OLD_WHEEL} into .interop ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await mustRun(python, ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--python-version', '3.10', '--no-deps', '--only-binary=:all:', '--dest', folder, OLD_WHEEL], 5);
  const [wheel] = readdirSync(folder).filter((name) => name.endsWith('.whl'));
  await mustRun(python, ['-m', 'zipfile', '-e', join(folder, wheel), folder], 5);
  rmSync(join(folder, wheel));
  return place;
}

async function mustRun(program, args, minutes) {
  const { exitCode, output } = await runCommand(program, args, { timeoutMs: minutes * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`${args.slice(0, 4).join(' ')} failed: ${output.trim().split('\n').at(-1) ?? ''}`);
  return output;
}
