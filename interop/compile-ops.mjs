/**
 * Random cases of each op, compiled to ONNX and run, against TensorFlow's answers:
 * `node --conditions=@servable/source interop/compile-ops.mjs --python PYTHON [--ops Add,Mul] [--cases 200] [--seed 1]`. TensorFlow answers for one op
 * while this process checks the op before it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createNativeEngine } from '../packages/engine-onnxruntime/src/index.ts';
import { OP_FAMILIES } from '../packages/loader-savedmodel/src/compile/ops/op-table.ts';
import { checkOp } from '../packages/loader-savedmodel/test/compile/check-op.ts';

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' }, ops: { type: 'string', default: '' }, cases: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false } } });
/** Of so many wanted cases at least this share must come about: TensorFlow does not compute all that is drawn. */
const LEAST_SHARE = 0.5;
const MOST_SAID = 4000;
/** In the graph of every case; what needs a variable, which the fixtures' models have; and what TensorFlow runs in old graphs but puts in no new one. */
const NOT_DRAWN = new Set('Const HostConst IsVariableInitialized Placeholder ReadVariableOp ResourceGather ResourceGatherNd TopK VarIsInitializedOp'.split(' '));

const folder = mkdtempSync(join(tmpdir(), 'servable-ops-'));
const engine = createNativeEngine({ threads: 1, synchronousMicros: 0 });
const script = join(import.meta.dirname, 'compile_ops', 'oracle.py');
const oracle = spawn(values.python, [script, folder, '--ops', values.ops, '--cases', values.cases, '--seed', values.seed], {
  env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  stdio: ['ignore', 'pipe', 'pipe'],
});
// TensorFlow's graph optimizer complains about types there; what it said last is only of interest when the process fails.
let said = '';
oracle.stderr.setEncoding('utf8').on('data', (text) => {
  said = (said + text).slice(-MOST_SAID);
});
const ended = new Promise((resolve) => oracle.once('close', resolve).once('error', resolve));
let [passed, failed] = [0, 0];
const made = new Set();
try {
  for await (const line of createInterface(oracle.stdout)) {
    const op = /^made (\S+)$/u.exec(line)?.[1];
    if (op === undefined) console.log(line);
    else await check(op);
  }
  const status = await ended;
  if (status !== 0) {
    failed += 1;
    console.log(`FAILED TensorFlow's process ended with ${status} after ${[...made].at(-1) ?? 'no op'}: ${said}`);
  } else if (values.ops === '') checkGenerators();
} finally {
  oracle.kill();
  await ended;
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`seed ${values.seed}: ${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;

function checkGenerators() {
  for (const op of OP_FAMILIES.flatMap(({ ops }) => Object.keys(ops))) {
    if (made.has(op) || NOT_DRAWN.has(op)) continue;
    failed += 1;
    console.log(`FAILED ${op}: nothing in interop/compile_ops draws cases of it`);
  }
}

async function check(op) {
  made.add(op);
  const { cases, uncovered, wrong } = await checkOp(join(folder, op), engine);
  rmSync(join(folder, op), { recursive: true });
  const faults = [...wrong.slice(0, 4), ...uncovered.slice(0, 2)];
  if (cases < LEAST_SHARE * Number(values.cases)) faults.push(`TensorFlow computes only ${cases} of ${values.cases} cases`);
  passed += cases - wrong.length - uncovered.length;
  failed += Math.max(wrong.length + uncovered.length, faults.length === 0 ? 0 : 1);
  const line = `${faults.length === 0 ? 'ok    ' : 'FAILED'} ${op}: ${cases} cases, ${wrong.length} wrong, ${uncovered.length} not covered`;
  if (faults.length > 0 || values.verbose) console.log([line, ...faults].join('\n         '));
}
