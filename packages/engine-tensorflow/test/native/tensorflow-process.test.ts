import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeWithLibrary, fixture } from '../installed-library.ts';

const run = promisify(execFile);
const engineUrl = new URL('../../src/index.ts', import.meta.url).href;

function script(library: string, body: string): string {
  return `
    import { createTensorFlowEngine } from '${engineUrl}';
    const engine = createTensorFlowEngine({ libraryPath: ${JSON.stringify(library)}, threads: 2, synchronousMicros: 0 });
    const never = new AbortController().signal;
    const [x, last] = ['rnn_x:0', 'PartitionedCall_2:0'];
    const session = await engine.loadSavedModel(${JSON.stringify(fixture('control_flow/1'))}, { tensors: [x, last], mayTakeLong: true }, never);
    const loop = async (steps) => session.run(new Map([[x, { dtype: 'FP32', shape: [steps], data: new Float32Array(steps) }]]), [last], { signal: never });
    ${body}`;
}

describeWithLibrary('a process', ({ main }) => {
  // The sources are TypeScript, which Node 20 cannot run. An hour of steps: nothing waits for a run's end.
  it.skipIf(!process.features.typescript).each([
    ['ends by itself with a model loaded', `console.log((await loop(3)).size)`, 0, '1\n'],
    ['stays for a run that is awaited', `setImmediate(() => loop(3).then(() => console.log('answered')))`, 0, 'answered\n'],
    ['ends by itself after a close', `await engine.close(); console.log('closed')`, 0, 'closed\n'],
    ['exits at once while both threads compute', `for (let i = 0; i < 6; i++) loop(30_000_000).catch(() => {}); setTimeout(() => { console.log('leaving'); process.exit(7); }, 200)`, 7, 'leaving\n'],
    ['exits with a load in progress', `engine.loadSavedModel(${JSON.stringify(fixture('keras_mlp/1'))}, { tensors: [] }, never).catch(() => {}); setTimeout(() => process.exit(7), 5)`, 7, ''],
  ])('%s', async (_, body, code, stdout) => {
    const options = ['--conditions=@servable/source', '--input-type=module', '--eval', script(main, body)];
    const ended = run(process.execPath, options, { cwd: join(import.meta.dirname, '..'), timeout: 50_000 });
    const { code: found = 0, signal = null, stdout: said } = await ended.then(
      (output) => ({ code: 0, signal: null, stdout: output.stdout }),
      (error: unknown) => error as { readonly code?: number; readonly signal?: string | null; readonly stdout: string },
    );
    expect([found, signal, said]).toEqual([code, null, stdout]);
  });
});
