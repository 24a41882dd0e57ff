/**
 * Record files against TensorFlow: what `@servable/tfrecord` writes has TensorFlow's bytes, what a server logs is what TensorFlow
 * Serving's messages say, and the metrics are in Prometheus' format.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { ServerProcess } from '../scripts/server-process.mjs';
import { machineNode, pinnedNode, root } from '../scripts/workspace.mjs';

const MINUTE_MS = 60_000;
const COUNTS = /^(?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped$/m;
const folder = join(root, '.interop', 'logged');
const PIXELS = Array.from({ length: 64 }, (_, index) => index % 17);
const RECORDS = 300;

/** Counts of what passed, failed and was skipped. @param {string} python */
export async function checkRecords(python) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await writeRandomRecords();
  await logRequests();
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_ENABLE_ONEDNN_OPTS: '0', PYTHONDONTWRITEBYTECODE: '1' };
  const { exitCode, output } = await runCommand(python, [join(root, 'interop', 'record_checks.py'), folder], { env, timeoutMs: 5 * MINUTE_MS });
  console.log(output.replace(COUNTS, 'Records: $&').trimEnd());
  const counts = COUNTS.exec(output)?.groups;
  if (counts === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return { passed: Number(counts.passed), failed: Math.max(Number(counts.failed), exitCode === 0 ? 0 : 1), skipped: Number(counts.skipped) };
}

/** Records of many lengths, the same ones each time. */
async function writeRandomRecords() {
  const { encodeRecord } = await import('../packages/tfrecord/dist/index.js');
  let state = 7;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31);
  const records = Array.from({ length: RECORDS }, (_, index) => Uint8Array.from({ length: next() % (index + 1) ** 2 }, () => next() >> 16));
  writeFileSync(join(folder, 'random.tfrecord'), Buffer.concat(records.map((record) => encodeRecord(record))));
}

/** Two good requests and a bad one, over REST. */
async function logRequests() {
  const server = await ServerProcess.start({ node: pinnedNode() ?? machineNode(), cwd: join(root, 'interop'), args: ['--config', 'logging.config.mjs'] });
  try {
    for (const instances of [[PIXELS], [PIXELS, PIXELS], [['no pixels']]]) {
      await fetch(`${server.restUrl}/v1/models/digits:predict`, { method: 'POST', body: JSON.stringify({ instances }) });
    }
    for (const [name, path] of [['metrics', '/metrics'], ['tensorflow-metrics', '/monitoring/prometheus/metrics']]) {
      const response = await fetch(`${server.restUrl}${path}`);
      writeFileSync(join(folder, `${name}.txt`), await response.text());
    }
  } finally {
    await server.stop();
  }
}

if (process.argv[1] === import.meta.filename) {
  const { passed, failed, skipped } = await checkRecords(join(root, '.interop', 'venv', 'bin', 'python'));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
