/** The warm-up golden: what TensorFlow says of each version's `tf_serving_warmup_requests`, against the server running TensorFlow. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess } from '../scripts/server-process.mjs';
import { root } from '../scripts/workspace.mjs';

const golden = JSON.parse(readFileSync(join(root, 'fixtures', 'goldens', 'warmup.json'), 'utf8')).warmup;
/**
 * The golden's code for version 2 was not computed. Its second record asks for a signature that is not there, which TensorFlow Serving's
 * `RunPredict` answers with this one, in warm-up as in Predict. Source: TF Serving, `servables/tensorflow/predict_util.cc`.
 */
const CODES = { 2: 'FAILED_PRECONDITION' };
const READY_LIMIT_MS = 60_000;

/** Counts of what passed, failed and was skipped. @param {{ node: string, library: string }} options where libtensorflow is */
export async function checkWarmup({ node, library }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const env = { ...process.env, SERVABLE_LIBTENSORFLOW: library, TF_ENABLE_ONEDNN_OPTS: '0' };
  const server = await ServerProcess.start({ node, cwd: join(root, 'interop'), env, args: ['--config', 'warmup.config.mjs'] });
  try {
    const status = await settled(server.restUrl);
    for (const [version, expected] of Object.entries(golden)) {
      const { state, status: told } = status.find((each) => each.version === version) ?? {};
      try {
        assert.equal(state, expected.loads ? 'AVAILABLE' : 'END');
        assert.equal(told.error_code, expected.loads ? 'OK' : (CODES[version] ?? expected.error.code));
        assert.ok(told.error_message.includes(expected.error?.message_like ?? ''), told.error_message);
        counts.passed += 1;
        console.log(`ok       warm-up of version ${version}: ${expected.loads ? `${expected.records.length} records` : told.error_message}`);
      } catch (error) {
        counts.failed += 1;
        console.log(`FAILED   warm-up of version ${version}: ${error.message}`);
      }
    }
    const metrics = await (await fetch(`${server.restUrl}/monitoring/prometheus/metrics`)).text();
    const isCounted = new RegExp(String.raw`^:tensorflow:serving:model_warmup_records_read\{model_path="[^"]*warmup/1",status="OK"\} ${golden['1'].records.length}$`, 'm').test(metrics);
    counts[isCounted ? 'passed' : 'failed'] += 1;
    console.log(`${isCounted ? 'ok      ' : 'FAILED  '} the records of version 1 are counted`);
  } finally {
    await server.stop();
  }
  return counts;
}

/** The states of all versions, once none is on its way. */
async function settled(url) {
  const deadline = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const { model_version_status: status = [] } = await (await fetch(`${url}/v1/models/warmup`)).json();
    const isSettled = status.length === Object.keys(golden).length && status.every(({ state }) => state === 'AVAILABLE' || state === 'END');
    if (isSettled || performance.now() > deadline) return status;
    await new Promise((next) => setTimeout(next, 100));
  }
}
