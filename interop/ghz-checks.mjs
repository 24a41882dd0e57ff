/** ghz, gRPC's load generator: it learns the messages by reflection, and counts the statuses of many calls at once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runCommand } from '../scripts/run-command.mjs';

const TIMEOUT_MS = 120_000;
const CALLS = 2000;
const expected = JSON.parse(readFileSync(new URL('../examples/quickstart/expected.json', import.meta.url), 'utf8'));

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function checkWithGhz(ghz, server) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [title, { call, data, status }] of Object.entries(CHECKS)) {
    try {
      const args = ['--insecure', '--call', call, '--data', JSON.stringify(data), '--total', String(CALLS), '--concurrency', '20', '--format', 'json', server.grpcAddress];
      const { exitCode, output } = await runCommand(ghz, args, { timeoutMs: TIMEOUT_MS });
      assert.equal(exitCode, 0, output);
      const report = JSON.parse(output);
      assert.deepEqual(report.statusCodeDistribution, { [status]: CALLS });
      console.log(`ghz ${title}: ${Math.round(report.rps)} calls a second`);
      counts.passed += 1;
    } catch (error) {
      counts.failed += 1;
      console.log(`FAILED   ghz ${title}: ${error.message}`);
    }
  }
  return counts;
}

const [{ pixels }] = expected.samples;
const digits = { model_spec: { name: 'digits' } };

const CHECKS = {
  predicts: {
    call: 'tensorflow.serving.PredictionService/Predict',
    data: { ...digits, inputs: { pixels: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: 1 }, { size: 64 }] }, float_val: pixels } } },
    status: 'OK',
  },
  'asks for the status': { call: 'tensorflow.serving.ModelService/GetModelStatus', data: digits, status: 'OK' },
  'gets errors': { call: 'tensorflow.serving.PredictionService/Classify', data: { model_spec: { name: 'nope' } }, status: 'NotFound' },
};
