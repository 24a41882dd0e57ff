/**
 * What a user of the published packages gets, on whatever Node runs this: the quickstart from `dist`, a prediction over
 * REST and one over gRPC against what scikit-learn answered, and an orderly end.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServerProcess } from './server-process.mjs';
import { root } from './workspace.mjs';

const DEADLINE_MS = 10_000;
const example = join(root, 'examples', 'quickstart');
const { samples } = JSON.parse(readFileSync(join(example, 'expected.json'), 'utf8'));
const importFromServer = (name) => import(pathToFileURL(createRequire(join(root, 'packages', 'server', 'package.json')).resolve(name)).href);

const server = await ServerProcess.start({ node: process.execPath, cwd: example, args: [] });
try {
  await predictOverRest();
  await predictOverGrpc();
} catch (error) {
  console.error(server.output);
  throw error;
} finally {
  const exitCode = await server.stop();
  assert.equal(exitCode, 0, `The server ended with ${exitCode}:\n${server.output}`);
}
console.log(`REST and gRPC answer on Node ${process.versions.node}`);

async function predictOverRest() {
  const body = JSON.stringify({ instances: samples.map(({ pixels }) => pixels) });
  const response = await fetch(`${server.restUrl}/v1/models/digits:predict`, { method: 'POST', body });
  const { predictions } = await response.json();
  checkAnswer(predictions);
}

async function predictOverGrpc() {
  const { Client, credentials } = await importFromServer('@grpc/grpc-js');
  const { create, fromBinary, toBinary } = await importFromServer('@servable/protos');
  const { PredictRequestSchema, PredictResponseSchema } = await importFromServer('@servable/protos/tensorflow-serving');
  const rows = BigInt(samples.length);
  const request = create(PredictRequestSchema, {
    modelSpec: { name: 'digits' },
    inputs: {
      pixels: {
        dtype: 1,
        tensorShape: { dim: [{ size: rows }, { size: 64n }] },
        floatVal: samples.flatMap(({ pixels }) => pixels),
      },
    },
  });
  const client = new Client(server.grpcAddress, credentials.createInsecure());
  const response = await new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/tensorflow.serving.PredictionService/Predict',
      (message) => Buffer.from(toBinary(PredictRequestSchema, message)),
      (bytes) => fromBinary(PredictResponseSchema, bytes),
      request,
      { deadline: Date.now() + DEADLINE_MS },
      (error, answer) => (error === null ? resolve(answer) : reject(error)),
    );
  }).finally(() => client.close());
  const { label, probabilities } = response.outputs;
  checkAnswer(
    [...int64s(label)].map((digit, row) => ({ label: digit, probabilities: float32s(probabilities).slice(row * 10, row * 10 + 10) })),
  );
}

function checkAnswer(predictions) {
  assert.deepEqual(
    predictions.map(({ label }) => label),
    samples.map(({ label }) => label),
  );
  for (const [row, { probabilities }] of samples.entries()) {
    for (const [digit, expected] of probabilities.entries()) {
      const actual = predictions[row].probabilities[digit];
      assert.ok(Math.abs(actual - expected) < 1e-5, `probability of ${digit} for image ${row} is ${actual}, expected ${expected}`);
    }
  }
}

/** A server may send typed fields or packed bytes. */
function int64s(tensor) {
  if (tensor.tensorContent.length === 0) return tensor.int64Val.map(Number);
  return [...new BigInt64Array(Uint8Array.from(tensor.tensorContent).buffer)].map(Number);
}

function float32s(tensor) {
  if (tensor.tensorContent.length === 0) return [...tensor.floatVal];
  return [...new Float32Array(Uint8Array.from(tensor.tensorContent).buffer)];
}
