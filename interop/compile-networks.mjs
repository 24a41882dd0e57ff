/**
 * Networks of keras.applications and a BERT-like encoder with random weights, compiled to ONNX, against TensorFlow's answers at batch 1 and 8:
 * `node --conditions=@servable/source interop/compile-networks.mjs --python PYTHON [--nets mobilenet_v2,resnet50]`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkNetwork } from '../packages/loader-savedmodel/test/compile/check-network.ts';

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' }, nets: { type: 'string', default: 'mlp,mobilenet_v2,resnet50,efficientnet_b0,densenet121,bert' } } });
const folder = mkdtempSync(join(tmpdir(), 'servable-networks-'));
let [passed, failed] = [0, 0];
try {
  const script = join(import.meta.dirname, 'compile_ops', 'real_networks.py');
  execFileSync(values.python, [script, folder, '--nets', values.nets], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
  for (const network of readdirSync(folder).toSorted()) {
    const { lines, wrong } = await checkNetwork(join(folder, network));
    passed += lines.length - 1 - wrong;
    failed += wrong;
    console.log(`${wrong === 0 ? 'ok    ' : 'FAILED'} ${network}: ${lines.join(', ')}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`networks: ${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
