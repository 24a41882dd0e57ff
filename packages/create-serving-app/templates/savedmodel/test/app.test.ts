import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type RunningServer, startServer } from '@servable/server';

let server: RunningServer;
before(async () => {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  server = await startServer({ cwd, flags: { 'rest-port': '0', 'grpc-port': '0', 'log-level': 'warn' } });
  await server.ready;
});
after(() => server.close());

test('names the species of irises', async () => {
  const body = JSON.stringify({ instances: [[5.1, 3.4, 1.5, 0.2], [6.3, 2.9, 5.6, 1.8]] });
  const response = await fetch(`http://${server.addresses.rest}/v1/models/species:predict`, { method: 'POST', body });
  const { predictions } = (await response.json()) as { predictions: { species: string; probability: number }[] };
  assert.deepEqual(predictions.map(({ species }) => species), ['setosa', 'virginica']);
  // What scikit-learn answers.
  for (const [row, expected] of [0.97187, 0.81121].entries()) assert.ok(Math.abs((predictions[row]?.probability ?? 0) - expected) < 1e-4);
});

test('says what is wrong with a request', async () => {
  const response = await fetch(`http://${server.addresses.rest}/v1/models/species:predict`, { method: 'POST', body: '{"instances": [[1, 2]]}' });
  assert.equal(response.status, 400);
  assert.match(((await response.json()) as { error: string }).error, /'features' must be a FP32 tensor of shape \[n, 4\]/);
});
