import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { modelFile } from '../fixtures.ts';

const run = promisify(execFile);
const engineUrl = new URL('../../src/index.ts', import.meta.url).href;

function script(body: string): string {
  return `
    import { createNativeEngine } from '${engineUrl}';
    const engine = createNativeEngine({ threads: 2, synchronousMicros: 0 });
    const never = new AbortController().signal;
    const mlp = await engine.createSession(${JSON.stringify(modelFile('mlp/1'))}, {}, never);
    const loop = await engine.createSession(${JSON.stringify(modelFile('control_flow/1'))}, {}, never);
    const inputs = new Map([['features', { dtype: 'FP32', shape: [1, 4], data: new Float32Array(4) }]]);
    const steps = (count) => new Map([['x', { dtype: 'FP32', shape: [2], data: new Float32Array(2) }], ['steps', { dtype: 'INT64', shape: [], data: BigInt64Array.of(count) }]]);
    ${body}`;
}

function node(body: string): Promise<{ stdout: string; stderr: string }> {
  const options = ['--conditions=@servable/source', '--input-type=module', '--eval', script(body)];
  return run(process.execPath, options, { cwd: join(import.meta.dirname, '..'), timeout: 60_000 });
}

// The sources are TypeScript, which Node 20 cannot run.
it.skipIf(!process.features.typescript).each([
  ['ends by itself with sessions open', `console.log((await mlp.run(inputs, [], never)).size)`, '1\n'],
  ['stays for a run that is awaited', `setImmediate(() => mlp.run(inputs, [], never).then(() => console.log('answered')))`, 'answered\n'],
  ['stays for a close that is awaited', `setImmediate(() => engine.close().then(() => console.log('closed')))`, 'closed\n'],
  ['ends by itself after a close', `await engine.close(); console.log('closed')`, 'closed\n'],
  ['can exit while both threads compute', `for (let i = 0; i < 8; i++) loop.run(steps(200_000n), ['final'], never); setTimeout(() => (console.log('leaving'), process.exit(0)), 100)`, 'leaving\n'],
])('a process %s', async (_, body, stdout) => {
  expect(await node(body)).toEqual({ stdout, stderr: '' });
}, 60_000);
