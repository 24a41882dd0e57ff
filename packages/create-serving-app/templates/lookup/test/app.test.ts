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

async function predict(model: string, instances: readonly string[]): Promise<unknown> {
  const response = await fetch(`http://${server.addresses.rest}/v1/models/${model}:predict`, { method: 'POST', body: JSON.stringify({ instances }) });
  return response.json();
}

test('looks up rows, and says which are not there', async () => {
  const { predictions } = (await predict('countries', ['is', 'atlantis'])) as { predictions: { name: string; found: boolean }[] };
  assert.deepEqual(predictions.map(({ name, found }) => ({ name, found })), [{ name: 'Iceland', found: true }, { name: '', found: false }]);
});

test('computes with what it finds', async () => {
  const { predictions } = (await predict('density', ['de', 'ch'])) as { predictions: { name: string; density: number }[] };
  assert.deepEqual(predictions.map(({ name, density }) => [name, Math.round(density)]), [['Germany', 233], ['Switzerland', 213]]);
});
