/**
 * The part of `npm run test:interop` that is a stranger with an empty folder: all packages are published to a registry on this machine,
 * and on this machine's own Node every template is made from it, installed, tested, started and asked.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { machineNode, pinnedNode, pnpm, root } from '../scripts/workspace.mjs';
import { installed, megabytesOf } from './install-sizes.mjs';
import { installTools, LocalRegistry } from './local-registry.mjs';
import { checkProject } from './scaffolded-project.mjs';
import { checkTerminal } from './terminal-checks.mjs';

const APP_TEMPLATES = ['minimal', 'onnx', 'savedmodel', 'pipeline', 'lookup', 'embeddings'];
const TEMPLATES = [...APP_TEMPLATES, 'plugin-loader', 'plugin-source'];
const PROJECTS = [
  ...TEMPLATES.map((template) => ({ manager: 'npm', template, flags: [] })),
  ...TEMPLATES.map((template) => ({ manager: 'pnpm', template, flags: [] })),
  ...TEMPLATES.map((template) => ({ manager: 'npm', template, flags: ['--js'] })),
];
/** DESIGN's limit for a server with a table. */
const TABLE_MEGABYTES = 40;
/** That, ONNX Runtime's library for one platform, and what calls it. */
const ONNX_MEGABYTES = 120;

/**
 * @param {{ python: string | undefined, tools: string, count: (counts: { passed: number, failed: number, skipped: number }) => void }} options
 * - `only`, from `SERVABLE_REGISTRY_ONLY`, picks checks whose title it is a part of
 */
export async function checkRegistry({ python, tools, count }) {
  const only = process.env.SERVABLE_REGISTRY_ONLY ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'servable-registry-'));
  const check = (title, act) => (title.includes(only) ? report(title, act, count) : undefined);
  let registry;
  try {
    const programs = join(tools, 'registry');
    await installTools(programs);
    registry = await LocalRegistry.start({ node: pinnedNode() ?? machineNode(), tools: programs, folder });
    const published = await registry.publishAll(programs);
    console.log(`Published ${published} packages; projects on Node of ${machineNode()}:`);
    const env = registry.environment();
    env.PATH = [join(programs, 'node_modules', '.bin'), env.PATH].join(delimiter);
    await checkSizes({ folder, env, check });
    await check('terminal', () => checkTerminal({ python, folder: fresh(folder, 'terminal'), env }));
    for (const project of PROJECTS) await checkOne({ ...project, folder, env, check });
  } catch (error) {
    count({ passed: 0, failed: 1, skipped: 0 });
    console.log(`FAILED   local registry: ${error.message}`);
  } finally {
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkOne({ manager, template, flags, folder, env, check }) {
  await check([manager, template, ...flags].join(' '), async () => {
    const place = fresh(folder, 'projects');
    const { answers } = await checkProject({ manager, template, flags, folder: place, env });
    rmSync(place, { recursive: true, force: true });
    return `${answers} answers as its README says`;
  });
}

async function checkSizes({ folder, env, check }) {
  await check('size of a server with a table', async () => {
    const { megabytes, engines } = await installed({ folder: fresh(folder, 'table'), env, packages: ['@servable/server', '@servable/source-fs', '@servable/loader-lookup-table'] });
    if (engines.length > 0) throw new Error(`it brings ${engines.join(', ')}`);
    if (megabytes >= TABLE_MEGABYTES) throw new Error(`it weighs ${megabytes.toFixed(1)} MB, the limit is ${TABLE_MEGABYTES}`);
    return `${megabytes.toFixed(1)} MB, no engine`;
  });
  await check('size of a server with trees', async () => {
    const { megabytes, engines } = await installed({ folder: fresh(folder, 'trees'), env, packages: ['@servable/server', '@servable/source-fs', '@servable/core', await packTrees(folder)] });
    if (engines.length > 0) throw new Error(`it brings ${engines.join(', ')}`);
    if (megabytes >= TABLE_MEGABYTES) throw new Error(`it weighs ${megabytes.toFixed(1)} MB, the limit is ${TABLE_MEGABYTES}`);
    return `${megabytes.toFixed(1)} MB, no engine`;
  });
  await check('size of a server with ONNX', async () => {
    const place = fresh(folder, 'onnx');
    const { megabytes } = await installed({ folder: place, env, packages: ['@servable/server', '@servable/source-fs', '@servable/loader-onnx'] });
    const model = join(place, 'models', 'iris', '1');
    mkdirSync(model, { recursive: true });
    cpSync(join(root, 'packages', 'create-serving-app', 'templates', 'models', 'logistic.onnx'), join(model, 'model.onnx'));
    await mustServable(['prune-onnxruntime'], { cwd: place, env });
    const pruned = megabytesOf(join(place, 'node_modules'));
    if (pruned >= ONNX_MEGABYTES) throw new Error(`pruned it weighs ${pruned.toFixed(1)} MB, the limit is ${ONNX_MEGABYTES}`);
    await mustServable(['check', './models'], { cwd: place, env });
    return `${megabytes.toFixed(1)} MB, ${pruned.toFixed(1)} MB after servable prune-onnxruntime, which still loads a model`;
  });
}

async function mustServable(args, { cwd, env }) {
  const { exitCode, output } = await runCommand('npx', ['servable', ...args], { cwd, env, timeoutMs: 120_000 });
  if (exitCode !== 0) throw new Error(`servable ${args.join(' ')} ended with ${exitCode}:\n${output}`);
}

/** The loader of `examples/gbt-loader` as its author would publish it. */
async function packTrees(folder) {
  const place = fresh(folder, 'trees-tarball');
  const packed = await pnpm(['--filter', './examples/gbt-loader', 'pack', '--pack-destination', place]);
  if (packed.exitCode !== 0) throw new Error(packed.output);
  return join(place, readdirSync(place)[0]);
}

function fresh(folder, name) {
  const place = join(folder, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  return place;
}

/** Runs one check and says how it went. Resolves when it is over, well or not. */
async function report(title, act, count) {
  const startedMs = performance.now();
  try {
    const detail = await act();
    count({ passed: 1, failed: 0, skipped: 0 });
    console.log(`passed   ${title}: ${detail} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  } catch (error) {
    count({ passed: 0, failed: 1, skipped: 0 });
    console.log(`FAILED   ${title}: ${error.message.replaceAll(root, '.')}`);
  }
}
