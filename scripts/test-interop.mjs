/**
 * `npm run test:interop`: TensorFlow Serving's own Python client and grpcurl against a built server. Makes its tools itself
 * in `.interop/`; what cannot be had is skipped, with the reason. The last line is `N passed, N failed, N skipped`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDockerfile } from '../interop/docker-chroot.mjs';
import { checkExamples } from '../interop/examples-checks.mjs';
import { checkTrees } from '../interop/gbt-checks.mjs';
import { checkWithGhz } from '../interop/ghz-checks.mjs';
import { checkWithGrpcurl } from '../interop/grpcurl-checks.mjs';
import { checkRecords } from '../interop/record-checks.mjs';
import { checkRegistry } from '../interop/registry.mjs';
import { checkSemanticSearch } from '../interop/semantic-search-checks.mjs';
import { checkTables } from '../interop/table-checks.mjs';
import { checkWarmup } from '../interop/warmup-checks.mjs';
import { checkSavedModels, wheelFolder } from './interop-savedmodel.mjs';
import { checkGcs } from './interop-gcs.mjs';
import { whenNpmEnds } from './npm-parent.mjs';
import { runCommand } from './run-command.mjs';
import { ServerProcess } from './server-process.mjs';
import { machineNode, pinnedNode, prepare, root } from './workspace.mjs';

const MINUTE_MS = 60_000;
/** What the wheels in requirements.txt are made for. */
const PYTHON_VERSIONS = ['3.13', '3.12', '3.11', '3.10'];
const PYTHONS = ['python3', ...PYTHON_VERSIONS.map((version) => `python${version}`), 'python'];
const GO_PROGRAMS = { grpcurl: 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4', ghz: 'github.com/bojand/ghz/cmd/ghz@v0.121.0', 'fake-gcs-server': 'github.com/fsouza/fake-gcs-server@v1.56.1' };
const COUNTS = /^(?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped$/m;

const tools = join(root, '.interop');
const isWindows = process.platform === 'win32';
const totals = { passed: 0, failed: 0, skipped: 0 };

whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'));
await prepare();
mkdirSync(join(tools, 'bin'), { recursive: true });
const python = await orSkip('Python client', pythonEnvironment);
const grpcurl = await orSkip('grpcurl', () => goProgram('grpcurl'));
const ghz = await orSkip('ghz', () => goProgram('ghz'));
if (python !== undefined || grpcurl !== undefined) {
  await runSuites('serving.config.mjs', []);
  await runSuites('strict.config.mjs', ['--strict']);
}
if (python !== undefined) count(await checkRecords(python));
if (python !== undefined) count(await checkWarmup({ node: pinnedNode() ?? machineNode(), library: await wheelFolder(python) }));
const fakeGcs = await orSkip('fake-gcs-server', () => goProgram('fake-gcs-server'));
if (fakeGcs !== undefined) count(await checkGcs(fakeGcs, pinnedNode() ?? machineNode()));
count(await checkDockerfile());
await checkRegistry({ python, tools, count });
if (python !== undefined) count(await checkTrees({ python, tools }));
if (python !== undefined) await checkSavedModels({ python, node: pinnedNode() ?? machineNode(), tools, count });
if (python !== undefined) count(await checkExamples(python));
for (const suite of ['compile-ops.mjs', 'compile-networks.mjs', 'compile-models.mjs', 'onnx-empty-inputs.mjs']) if (python !== undefined) await runSources(suite, ['--python', python]);
if (python !== undefined && process.env.SERVABLE_INTEROP_LARGE === '1') await runSources('compile-large-model.mjs', ['--python', python]);
if (python !== undefined) count(await checkTables({ python, tools }));
if (python !== undefined) count(await checkSemanticSearch(python, tools));
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;

async function runSuites(config, flags) {
  const interop = join(root, 'interop');
  const failedBefore = totals.failed;
  console.log(`With ${config}:`);
  const server = await ServerProcess.start({ node: pinnedNode() ?? machineNode(), cwd: interop, args: ['--config', config] });
  try {
    if (grpcurl !== undefined) count(await checkWithGrpcurl(grpcurl, server));
    if (ghz !== undefined) count(await checkWithGhz(ghz, server));
    // Last: its reloads replace the models.
    if (python !== undefined) await runPython(python, server, flags);
  } finally {
    const exitCode = await server.stop();
    count({ passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 });
    if (totals.failed > failedBefore) console.log(`The server ended with ${exitCode} and had said:\n${server.output}`);
  }
}

async function runPython(program, server, flags) {
  const args = [join(root, 'interop', 'run.py'), '--grpc', server.grpcAddress, '--rest', server.restUrl, ...flags];
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_ENABLE_ONEDNN_OPTS: '0', GRPC_VERBOSITY: 'NONE', PYTHONDONTWRITEBYTECODE: '1' };
  const { exitCode, output } = await runCommand(program, args, { env, timeoutMs: 10 * MINUTE_MS });
  const counts = COUNTS.exec(output)?.groups;
  console.log(output.replace(COUNTS, 'Python: $&').trimEnd());
  if (counts === undefined) count({ passed: 0, failed: 1, skipped: 0 });
  else count({ passed: Number(counts.passed), failed: Math.max(Number(counts.failed), exitCode === 0 ? 0 : 1), skipped: Number(counts.skipped) });
}

/** A suite that runs on the sources, with its own counts as the last line. */
async function runSources(name, flags) {
  const args = ['--conditions=@servable/source', '--disable-warning=ExperimentalWarning', join(root, 'interop', name), ...flags];
  const { exitCode, output } = await runCommand(pinnedNode() ?? machineNode(), args, { env: process.env, timeoutMs: 30 * MINUTE_MS });
  console.log(output.trimEnd());
  const counts = /(?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped$/m.exec(output)?.groups;
  const failed = Math.max(Number(counts?.failed ?? 1), exitCode === 0 ? 0 : 1);
  count({ passed: Number(counts?.passed ?? 0), failed, skipped: Number(counts?.skipped ?? 0) });
}

function count(counts) {
  for (const kind of Object.keys(totals)) totals[kind] += counts[kind];
}

/** A tool, or `undefined` after a line that says why there is none. */
async function orSkip(name, find) {
  try {
    return await find();
  } catch (error) {
    totals.skipped += 1;
    console.log(`skipped  ${name}: ${error.message}`);
    return undefined;
  }
}

/** The Python of a virtual environment with the clients; made anew when the requirements change. */
async function pythonEnvironment() {
  const files = ['requirements.txt', 'requirements-alone.txt'].map((name) => join(root, 'interop', name));
  const folder = join(tools, 'venv');
  const program = isWindows ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(files.map((file) => readFileSync(file)).join('\n')).digest('hex');
  if (existsSync(program) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return program;
  const base = await findPython();
  console.log('Installing the Python clients into .interop/venv ...');
  rmSync(folder, { recursive: true, force: true });
  await mustRun(base, ['-m', 'venv', folder], 2);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await mustRun(program, [...pip, '--requirement', files[0]], 10);
  // Alone: it would bring the `tensorflow` wheel with its CUDA parts beside `tensorflow-cpu`.
  await mustRun(program, [...pip, '--no-deps', '--requirement', files[1]], 2);
  writeFileSync(stamp, wanted);
  return program;
}

async function findPython() {
  const seen = [];
  for (const program of PYTHONS) {
    const { exitCode, output } = await runCommand(program, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { timeoutMs: MINUTE_MS });
    if (exitCode !== 0) continue;
    if (PYTHON_VERSIONS.includes(output.trim())) return program;
    seen.push(output.trim());
  }
  const found = seen.length === 0 ? 'there is no Python on this machine' : `found Python ${[...new Set(seen)].join(' and ')}`;
  throw new Error(`needs Python ${PYTHON_VERSIONS.join(', ')}: ${found}`);
}

async function goProgram(name) {
  const program = join(tools, 'bin', isWindows ? `${name}.exe` : name);
  const stamp = join(tools, 'bin', `${name}.version`);
  const source = GO_PROGRAMS[name];
  if (existsSync(program) && existsSync(stamp) && readFileSync(stamp, 'utf8') === source) return program;
  const { exitCode } = await runCommand('go', ['version'], { timeoutMs: MINUTE_MS });
  if (exitCode !== 0) throw new Error('needs Go, there is none on this machine');
  console.log(`Installing ${source} into .interop/bin ...`);
  await mustRun('go', ['install', source], 8, { ...process.env, GOBIN: join(tools, 'bin') });
  writeFileSync(stamp, source);
  return program;
}

async function mustRun(program, args, minutes, env = process.env) {
  const { exitCode, output } = await runCommand(program, args, { env, timeoutMs: minutes * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed: ${lastLine(output)}`);
}

function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? '';
}
