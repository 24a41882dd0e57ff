/**
 * Classify, Regress, MultiInference, compression, TLS and tensors as bytes, by Python clients, against servers of its own. The SavedModels of the
 * goldens are served by the TensorFlow that the Python environment has, and then compiled, without it.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { ServerProcess } from '../scripts/server-process.mjs';
import { machineNode, pinnedNode, root } from '../scripts/workspace.mjs';

const MINUTE_MS = 60_000;
const COUNTS = /^(?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped$/m;
const FIND_TENSORFLOW = 'import importlib.util, os; print(os.path.dirname(importlib.util.find_spec("tensorflow").origin))';
const PEMS = join(root, 'packages', 'server', 'test', 'fixtures', 'tls');

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function checkExamples(python) {
  console.log('With examples.config.mjs:');
  const tensorflow = await findTensorflow(python);
  const counts = tensorflow === undefined ? [] : [await checkServed(python, { SERVABLE_INTEROP_TENSORFLOW: tensorflow })];
  console.log('With examples.config.mjs, SavedModels compiled:');
  counts.push(await checkServed(python, {}), await checkTls(python));
  return counts.reduce((sum, each) => ({ passed: sum.passed + each.passed, failed: sum.failed + each.failed, skipped: sum.skipped + each.skipped }));
}

function checkServed(python, environment) {
  return withServer({ environment, args: [] }, (server) => runPython(python, 'example_checks.py', ['--grpc', server.grpcAddress, '--rest', server.restUrl, '--saved-models']));
}

/** gRPC by TensorFlow Serving's own flag, REST by settings; both ask for certificates of clients. */
async function checkTls(python) {
  const folder = mkdtempSync(join(tmpdir(), 'servable-tls-'));
  try {
    const pem = (name) => JSON.stringify(readFileSync(join(PEMS, name), 'utf8'));
    const file = join(folder, 'ssl.config');
    writeFileSync(file, `server_key: ${pem('server.key')}\nserver_cert: ${pem('server.pem')}\ncustom_ca: ${pem('ca.pem')}\nclient_verify: true\n`);
    const rest = { cert: 'server.pem', key: 'server.key', 'client-ca': 'ca.pem' };
    const args = ['--host=127.0.0.1', `--ssl_config_file=${file}`, ...Object.entries(rest).map(([name, pemFile]) => `--rest-tls-${name}-file=${join(PEMS, pemFile)}`)];
    return await withServer({ environment: {}, args }, (server) =>
      runPython(python, 'tls_checks.py', ['--grpc', server.grpcAddress, '--rest', server.restUrl, '--pems', PEMS]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where the TensorFlow of the Python environment is; `undefined` while there is nothing that runs SavedModels with it. */
async function findTensorflow(python) {
  if (!existsSync(join(root, 'packages', 'engine-tensorflow', 'dist'))) return undefined;
  const { exitCode, output } = await runCommand(python, ['-c', FIND_TENSORFLOW], { timeoutMs: MINUTE_MS });
  return exitCode === 0 ? output.trim() : undefined;
}

async function withServer({ environment, args }, work) {
  const env = { ...process.env, ...environment };
  const server = await ServerProcess.start({ node: pinnedNode() ?? machineNode(), cwd: join(root, 'interop'), args: ['--config', 'examples.config.mjs', ...args], env });
  let counts;
  try {
    counts = await work(server);
  } finally {
    const exitCode = await server.stop();
    if (exitCode !== 0) counts = { ...counts, failed: (counts?.failed ?? 0) + 1 };
    if (counts === undefined || counts.failed > 0) console.log(`The server ended with ${exitCode} and had said:\n${server.output}`);
  }
  return counts;
}

async function runPython(python, script, args) {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_ENABLE_ONEDNN_OPTS: '0', CUDA_VISIBLE_DEVICES: '', GRPC_VERBOSITY: 'NONE', PYTHONDONTWRITEBYTECODE: '1' };
  const { exitCode, output } = await runCommand(python, [join(root, 'interop', script), ...args], { env, timeoutMs: 5 * MINUTE_MS });
  const counts = COUNTS.exec(output)?.groups;
  console.log(output.replace(COUNTS, `${script}: $&`).trimEnd());
  if (counts === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return { passed: Number(counts.passed), failed: Math.max(Number(counts.failed), exitCode === 0 ? 0 : 1), skipped: Number(counts.skipped) };
}
