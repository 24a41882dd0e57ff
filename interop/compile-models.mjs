/**
 * Hundreds of small models, saved by TensorFlow and Keras in every way, and networks, compiled to ONNX, against TensorFlow's answers:
 * `node --conditions=@servable/source interop/compile-models.mjs --python PYTHON [--groups layers,ways] [--only NAME,NAME] [--seed 1]`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import savedModel from '../packages/loader-savedmodel/src/index.ts';
import { checkModel } from '../packages/loader-savedmodel/test/compile/check-model.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    groups: { type: 'string', default: 'layers,ways,first' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    /** Models that were written before, in place of new ones. */
    folder: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'servable-models-'));
const cache = mkdtempSync(join(tmpdir(), 'servable-models-cache-'));
const plugin = savedModel({ engine: 'onnx', threads: 1, compileCache: { directory: cache } });
const counts = { passed: 0, failed: 0, skipped: 0 };
const uncovered = new Map();
try {
  if (values.folder === undefined) write();
  const only = values.only === '' ? undefined : new Set(values.only.split(','));
  for (const name of readdirSync(folder).toSorted()) if (existsSync(join(folder, name, 'cases.json')) && (only?.has(name) ?? true)) await check(name);
} finally {
  await plugin.close?.();
  rmSync(cache, { recursive: true, force: true });
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
if (uncovered.size > 0) console.log(['not covered:', ...Array.from(uncovered, ([reason, names]) => `  ${reason}: ${names.join(', ')}`)].join('\n'));
console.log(`models, seed ${values.seed}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

function write() {
  const script = join(import.meta.dirname, 'compile_models', 'write.py');
  const args = [script, folder, '--groups', values.groups, '--only', values.only, '--seed', values.seed];
  console.log(execFileSync(values.python, args, { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } }).trimEnd());
}

async function check(name) {
  const report = await checkModel(join(folder, name), plugin);
  counts.passed += report.uncovered.length === 0 ? report.cases - report.wrong.length : 0;
  counts.failed += report.wrong.length;
  if (report.uncovered.length > 0) {
    counts.skipped += 1;
    const reason = report.uncovered.join('; ').replaceAll(/ \('.*?\)/g, '').slice(0, 200);
    uncovered.set(reason, [...(uncovered.get(reason) ?? []), name]);
  }
  if (report.wrong.length > 0) console.log([`FAILED ${name}: ${report.wrong.length} of ${report.cases} wrong`, ...report.wrong.slice(0, 4)].join('\n         '));
  else if (values.verbose) console.log(`ok     ${name}: ${report.cases} cases, loaded in ${Math.round(report.loadMs)} ms`);
}
