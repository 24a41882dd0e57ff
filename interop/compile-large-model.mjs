/**
 * A model with a variable of more than 2 GiB: compiled, loaded, asked, and converted, in processes whose memory is measured. Takes 10 GB of disk and some
 * minutes, so that the interop suite runs it only with `SERVABLE_INTEROP_LARGE=1`:
 * `node --conditions=@servable/source interop/compile-large-model.mjs --python PYTHON`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import savedModel from '../packages/loader-savedmodel/src/index.ts';
import { checkModel } from '../packages/loader-savedmodel/test/compile/check-model.ts';

/** Of memory at most, in the size of the model: what the issue of compiling allows. */
const MOST_TIMES = 3;

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' }, child: { type: 'string' }, folder: { type: 'string' } } });
if (values.child === undefined) runAll();
else await runChild(values.child, values.folder);

function runAll() {
  const folder = mkdtempSync(join(tmpdir(), 'servable-large-'));
  let failed = 0;
  try {
    execFileSync(values.python, [join(import.meta.dirname, 'compile_models', 'large.py'), folder], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
    const bytes = sizeOf(join(folder, 'large', '1'));
    for (const step of ['compiled', 'from the cache', 'converted']) {
      const { wrong, peakBytes, took } = child(step, folder);
      const times = peakBytes / bytes;
      const isGood = wrong.length === 0 && times < MOST_TIMES;
      failed += isGood ? 0 : 1;
      console.log(`${isGood ? 'ok    ' : 'FAILED'} ${step}: ${(bytes / 1e9).toFixed(2)} GB, at most ${(peakBytes / 1e9).toFixed(2)} GB of memory (${times.toFixed(2)} times), ${(took / 1000).toFixed(1)} s${wrong.map((each) => `\n         ${each}`).join('')}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`large model: ${3 - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function child(step, folder) {
  const args = ['--conditions=@servable/source', '--disable-warning=ExperimentalWarning', import.meta.filename, '--child', step, '--folder', folder];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n').at(-1));
}

async function runChild(step, folder) {
  const began = performance.now();
  const plugin = savedModel({ engine: 'onnx', compileCache: { directory: join(folder, 'cache') } });
  const wrong = step === 'converted' ? await convert(plugin, folder) : await load(plugin, folder);
  const took = performance.now() - began;
  await plugin.close();
  console.log(JSON.stringify({ wrong, peakBytes: process.resourceUsage().maxRSS * 1024, took }));
}

async function load(plugin, folder) {
  const { uncovered, wrong } = await checkModel(join(folder, 'large'), plugin);
  return [...uncovered, ...wrong];
}

/** The graph's file stays small, the weights lie beside it. */
async function convert(plugin, folder) {
  const path = join(folder, 'large.onnx');
  const said = [];
  const code = await plugin.commands.find(({ name }) => name === 'convert').run([join(folder, 'large', '1'), path], { print: (text) => void said.push(text) });
  if (code !== 0) return said;
  return statSync(path).size < 1e6 && statSync(`${path}.data`).size > 2 ** 31 ? [] : [`'${path}' has ${statSync(path).size} bytes`];
}

function sizeOf(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true }).reduce((sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0), 0);
}
