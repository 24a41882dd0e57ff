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

function predict(model: string, body: object): Promise<Response> {
  return fetch(`http://${server.addresses.rest}/v1/models/${model}:predict`, { method: 'POST', body: JSON.stringify(body) });
}

async function ask(model: string, body: object): Promise<unknown> {
  return (await predict(model, body)).json();
}

test('finds the nearest colour', async () => {
  const { predictions } = (await ask('closest', { instances: ['#ff6040', '#101080'] })) as { predictions: { colour: string; distance: number }[] };
  // (0, 3, 7) and (16, 16, 0) away.
  assert.deepEqual(predictions.map(({ colour, distance }) => [colour, Math.round(distance ** 2)]), [['tomato', 58], ['navy', 512]]);
});

test('gives the vector of a colour', async () => {
  assert.deepEqual(await ask('colours', { signature_name: 'embed', instances: ['orange'] }), { predictions: [[255, 165, 0]] });
});

test('says what is no colour', async () => {
  const response = await predict('closest', { instances: ['reddish'] });
  const { error } = (await response.json()) as { error: string };
  assert.equal(response.status, 400);
  assert.match(error, /'reddish' is no colour such as #ff6040/);
});
