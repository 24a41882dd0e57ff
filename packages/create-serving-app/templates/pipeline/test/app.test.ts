import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRunContext, createTensor, parseModelName } from '@servable/core';
import { type RunningServer, startServer } from '@servable/server';

const INCHES = [[5.1, 3.4, 1.5, 0.2], [6.3, 2.9, 5.6, 1.8]].map((flower) => flower.map((length) => length / 2.54));

let server: RunningServer;
before(async () => {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  server = await startServer({ cwd, flags: { 'rest-port': '0', 'grpc-port': '0', 'log-level': 'warn' } });
  await server.ready;
});
after(() => server.close());

test('names flowers that are measured in inches', async () => {
  const body = JSON.stringify({ instances: INCHES });
  const response = await fetch(`http://${server.addresses.rest}/v1/models/flowers:predict`, { method: 'POST', body });
  assert.deepEqual(await response.json(), { predictions: [{ name: 'setosa', colour: 'violet' }, { name: 'virginica', colour: 'purple' }] });
});

test('streams one name after the other', async () => {
  const handle = server.manager.acquire({ kind: 'latest', name: parseModelName('flowers') });
  try {
    const inches = createTensor('FP32', [2, 4], Float32Array.from(INCHES.flat()));
    const names: string[] = [];
    for await (const outputs of handle.servable.stream?.('one_by_one', new Map([['inches', inches]]), createRunContext()) ?? []) {
      names.push(String(Buffer.from(outputs.get('name')?.data[0] as Uint8Array)));
    }
    assert.deepEqual(names, ['setosa', 'virginica']);
  } finally {
    handle.release();
  }
});
