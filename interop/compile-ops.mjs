/**
 * Random cases of each op, compiled to ONNX and run, against TensorFlow's answers:
 * `node --conditions=@servable/source interop/compile-ops.mjs --python PYTHON [--ops Add,Mul] [--cases 200] [--seed 1]`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createNativeEngine } from '../packages/engine-onnxruntime/src/index.ts';
import { checkOp } from '../packages/loader-savedmodel/test/compile/check-op.ts';

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' }, ops: { type: 'string', default: '' }, cases: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false } } });
const folder = mkdtempSync(join(tmpdir(), 'servable-ops-'));
const engine = createNativeEngine({ threads: 1, synchronousMicros: 0 });
let [passed, failed] = [0, 0];
try {
  const script = join(import.meta.dirname, 'compile_ops', 'oracle.py');
  console.log(execFileSync(values.python, [script, folder, '--ops', values.ops, '--cases', values.cases, '--seed', values.seed], { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } }).trimEnd());
  for (const op of readdirSync(folder).toSorted()) {
    const { cases, uncovered, wrong } = await checkOp(join(folder, op), engine);
    passed += cases - wrong.length - uncovered.length;
    failed += wrong.length + uncovered.length;
    const line = `${wrong.length + uncovered.length === 0 ? 'ok    ' : 'FAILED'} ${op}: ${cases} cases, ${wrong.length} wrong, ${uncovered.length} not covered`;
    if (wrong.length + uncovered.length > 0 || values.verbose) console.log([line, ...wrong.slice(0, 4), ...uncovered.slice(0, 2)].join('\n         '));
  }
} finally {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`seed ${values.seed}: ${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
