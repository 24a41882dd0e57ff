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
/**
 * How often operators stand in what is written of a network: of a chain of convolutions one transpose brings the picture in, and what normalizes is in
 * the weights.
 */
const CHAIN = { Transpose: 1, ReduceMean: 0, Pad: 0 };
const WRITTEN = {
  mlp: { Gemm: 2, MatMul: 0, Add: 0, Transpose: 0 },
  mobilenet_v2: { ...CHAIN, Conv: 52, BatchNormalization: 0, Mul: 0 },
  resnet50: { ...CHAIN, Conv: 53, BatchNormalization: 0, Mul: 0 },
  efficientnet_b0: { ...CHAIN, Conv: 81, BatchNormalization: 0 },
  // Between a list of pictures and a convolution there are no weights to take a normalization.
  densenet121: { ...CHAIN, Conv: 120, BatchNormalization: 62, Mul: 0, Add: 0 },
  bert: { LayerNormalization: 7, Gelu: 3, ReduceMean: 0, Erf: 0, Softmax: 3, Reshape: 12, Shape: 1 },
};

const folder = mkdtempSync(join(tmpdir(), 'servable-networks-'));
let [passed, failed] = [0, 0];
try {
  const script = join(import.meta.dirname, 'compile_ops', 'real_networks.py');
  execFileSync(values.python, [script, folder, '--nets', values.nets], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
  for (const network of readdirSync(folder).toSorted()) {
    const { lines, wrong, operators } = await checkNetwork(join(folder, network));
    const others = Object.entries(WRITTEN[network] ?? {}).filter(([operator, count]) => (operators[operator] ?? 0) !== count);
    const written = others.map(([operator, count]) => `${operators[operator] ?? 0} ${operator} instead of ${count}`);
    passed += lines.length - wrong - (written.length > 0 ? 1 : 0);
    failed += wrong + (written.length > 0 ? 1 : 0);
    console.log(`${wrong + written.length === 0 ? 'ok    ' : 'FAILED'} ${network}: ${[...lines, ...written].join(', ')}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`networks: ${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
