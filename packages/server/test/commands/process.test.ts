import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { temporaryProject, workingPlugins } from '../temporary-project.ts';
import { servable } from './spawn-servable.ts';

const HALF = { 'models/half/3/model.acme': '{}' };
const MODELS = "models: [{ name: 'half', path: './models/half' }]";

describe('a config as Node itself runs it', () => {
  it.each([
    ['serving.config.ts', `const port: number = 9001;\nexport default { ${MODELS}, rest: { port } };\n`],
    ['serving.config.ts', `enum Port { rest = 9001 }\nexport default { ${MODELS}, rest: { port: Port.rest } };\n`],
    ['serving.config.mjs', `export default Promise.resolve({ ${MODELS}, rest: { port: 9001 } });\n`],
  ])('%s %j', async (name, text) => {
    const cwd = await temporaryProject({ ...workingPlugins(), ...HALF, [name]: text });
    const { code, out, err } = await servable(cwd, ['config', '--json']).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { settings, models } = JSON.parse(out);
    expect(settings).toContainEqual({ path: 'rest.port', value: 9001, layer: 'file', from: name });
    expect(models.list).toMatchObject([{ name: 'half', path: `${cwd}/models/half` }]);
  });

  it.each([
    ['serving.config.mjs', 'export default {\n  a: 1,\n  b: = 2,\n};\n', /:3:5: SyntaxError: Unexpected token '='/],
    ['serving.config.ts', 'export default {\n  a: 1,\n  b: = 2,\n};\n', /:3: SyntaxError/],
    ['serving.config.mjs', '\n\nnull.x;\nexport default {};\n', /:3:6: TypeError: Cannot read properties of null/],
    ['serving.config.mjs', '\nimport x from "./not-there.js";\nexport default x;\n', /:2: cannot find '\S+not-there\.js': check the path/],
  ])('names the line of a fault in %s %j', async (name, text, expected) => {
    const cwd = await temporaryProject({ ...workingPlugins(), [name]: text });
    const { code, err } = await servable(cwd, ['serve']).ended;
    expect(code).toBe(1);
    expect(err).toMatch(expected);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

it('ends with 0 at SIGTERM, with one JSON object a line in its log', async () => {
  const cwd = await temporaryProject({ ...workingPlugins(), ...HALF });
  const child = servable(cwd, ['serve', 'models', '--rest-port=0', '--grpc-port=0']);
  await child.until('Try it');
  child.process.kill('SIGTERM');
  child.process.kill('SIGTERM');
  const { code, err } = await child.ended;
  expect(code).toBe(0);
  const messages = err.trim().split('\n').map((line) => JSON.parse(line).msg);
  expect(messages).toContain('Stopping: requests under way are answered. A second signal ends at once');
  expect(messages).toContain('half/3 ended');
});

it('reads its config again at SIGHUP, which does not end it', async () => {
  const config = (...names: readonly string[]): string => JSON.stringify({ models: names.map((name) => ({ name, path: `models/${name}` })) });
  const cwd = await temporaryProject({ ...workingPlugins(), ...HALF, 'models/other/1/model.acme': '{}', 'serving.config.json': config('half') });
  const child = servable(cwd, ['serve', '--rest-port=0', '--grpc-port=0']);
  await child.until('Try it');
  await writeFile(join(cwd, 'serving.config.json'), config('half', 'other'));
  child.process.kill('SIGHUP');
  const rest = /REST {2}(\S+)/.exec(child.out())?.[1] ?? '';
  await vi.waitUntil(async () => (await fetch(`${rest}/v1/models/other`)).status === 200, { timeout: 15_000 });
  child.process.kill('SIGTERM');
  const { code, err } = await child.ended;
  expect(code).toBe(0);
  expect(err).toContain('The config was taken over: added: other');
});
