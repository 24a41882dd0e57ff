/**
 * Hundreds of small models, saved by TensorFlow and Keras in every way, and networks, compiled to ONNX, against TensorFlow's answers; and converted to
 * files, which Python's ONNX checks and runs:
 * `node --conditions=@servable/source interop/compile-models.mjs --python PYTHON [--groups layers,ways] [--only NAME,NAME] [--seed 1]`.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import savedModel from '../packages/loader-savedmodel/src/index.ts';
import { checkModel } from '../packages/loader-savedmodel/test/compile/check-model.ts';
import { runCommand } from '../scripts/run-command.mjs';
import { modelsPython } from './models-python.mjs';

const MINUTE_MS = 60_000;
/** Of the models for layers so many are converted, as they are much alike: one of each so many. */
const LAYERS_PER_CONVERSION = 6;
/** Written with Keras 2, which is not beside Keras 3. */
const LEGACY = 'legacy';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    groups: { type: 'string', default: 'layers,ways,first,blocks,legacy,applications' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    /** Models that were written before, in place of new ones. */
    folder: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'servable-models-'));
const cache = mkdtempSync(join(tmpdir(), 'servable-models-cache-'));
const converted = mkdtempSync(join(tmpdir(), 'servable-models-onnx-'));
const plugin = savedModel({ engine: 'onnx', threads: 1, compileCache: { directory: cache } });
const counts = { passed: 0, failed: 0, skipped: 0 };
const uncovered = new Map();
try {
  const python = await findPython();
  const groups = values.folder === undefined ? values.groups.split(',') : [''];
  for (const group of groups) {
    if (group !== '') await write(group, group === LEGACY ? python : values.python);
    await checkAll();
  }
  if (python !== undefined) await runConverted(python);
} finally {
  await plugin.close?.();
  for (const made of values.folder === undefined ? [cache, converted, folder] : [cache, converted]) rmSync(made, { recursive: true, force: true });
}
if (uncovered.size > 0) console.log(['not covered:', ...Array.from(uncovered, ([reason, names]) => `  ${reason}: ${names.join(', ')}`)].join('\n'));
console.log(`models, seed ${values.seed}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

/** The Python with Keras 2 and ONNX; `undefined` after a line that says why there is none. */
async function findPython() {
  try {
    return await modelsPython(values.python);
  } catch (error) {
    skip(`Keras 2 and Python's ONNX: ${error.message}`);
    return undefined;
  }
}

async function write(group, python) {
  if (python === undefined) return;
  const script = join(import.meta.dirname, 'compile_models', 'write.py');
  const args = [script, folder, '--groups', group, '--seed', values.seed, ...(values.only === '' ? [] : ['--only', values.only])];
  const { exitCode, output } = await runCommand(python, args, { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' }, timeoutMs: 15 * MINUTE_MS });
  const said = output.trimEnd().split('\n').filter((line) => (exitCode !== 0 && !line.startsWith('WARNING')) || /models with seed|answers no case/.test(line));
  console.log(`${group}: ${said.join('\n')}`);
  counts.failed += exitCode === 0 ? 0 : 1;
}

/** Each model that there is; those that were written now go away, for networks are large. */
async function checkAll() {
  const only = values.only === '' ? undefined : new Set(values.only.split(','));
  for (const [at, name] of readdirSync(folder).toSorted().entries()) {
    if (!existsSync(join(folder, name, 'cases.json')) || !(only?.has(name) ?? true)) continue;
    await check(name, at);
    if (values.folder === undefined) rmSync(join(folder, name), { recursive: true, force: true });
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(cache);
  }
}

async function check(name, at) {
  const report = await checkModel(join(folder, name), plugin);
  const isCovered = report.uncovered.length === 0;
  counts.passed += isCovered ? report.cases - report.wrong.length : 0;
  counts.failed += report.wrong.length;
  if (!isCovered) {
    counts.skipped += 1;
    const reason = report.uncovered.join('; ').replaceAll(/ \('.*?\)/g, '').slice(0, 200);
    uncovered.set(reason, [...(uncovered.get(reason) ?? []), name]);
  }
  if (report.wrong.length > 0) console.log([`FAILED ${name}: ${report.wrong.length} of ${report.cases} wrong`, ...report.wrong.slice(0, 4)].join('\n         '));
  else if (values.verbose) console.log(`ok     ${name}: ${report.cases} cases, loaded in ${Math.round(report.loadMs)} ms`);
  if (isCovered && (report.group !== 'layers' || at % LAYERS_PER_CONVERSION === 0)) await convert(name, report.signatures);
}

async function convert(name, signatures) {
  if (!signatures.includes('serving_default')) return;
  const target = join(converted, name);
  mkdirSync(target);
  const said = [];
  const command = plugin.commands.find((each) => each.name === 'convert');
  const code = await command.run([join(folder, name, '1'), join(target, 'model.onnx')], { print: (text) => void said.push(text) });
  // An output that is called as an input is has another name in the file.
  if (said.length > 1) rmSync(target, { recursive: true });
  else if (code === 0) cpSync(join(folder, name, 'cases.json'), join(target, 'cases.json'));
  else {
    rmSync(target, { recursive: true });
    // Such models are served, and are no one file of ONNX.
    if (/TypeScript|it is not known how many axes/u.test(said.join(' '))) return;
    counts.failed += 1;
    console.log(`FAILED ${name} is not converted: ${said.join('\n')}`);
  }
}

async function runConverted(python) {
  const { output } = await runCommand(python, [join(import.meta.dirname, 'compile_models', 'run_onnx.py'), converted], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }, timeoutMs: 10 * MINUTE_MS });
  const lines = output.trimEnd().split('\n');
  const good = lines.filter((line) => line.startsWith('ok '));
  const files = readdirSync(converted).length;
  counts.passed += good.length;
  counts.failed += files - good.length;
  console.log(`converted: ${good.length} of ${files} files pass onnx.checker and answer as TensorFlow does in Python's ONNX Runtime`);
  if (good.length < files) console.log(lines.filter((line) => !line.startsWith('ok ')).join('\n'));
}

function skip(reason) {
  counts.skipped += 1;
  console.log(`skipped  ${reason}`);
}
