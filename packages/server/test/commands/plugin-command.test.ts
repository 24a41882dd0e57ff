import { expect, it } from 'vitest';
import { temporaryProject } from '../temporary-project.ts';
import { runMain } from './run-main.ts';

const PLUGIN = `export default () => ({
  kind: 'loader', apiVersion: 1, platform: 'greeting', create() {}, close() { closed = true; },
  commands: [{ name: 'greet', summary: 'greets', run: async (args, { print }) => { print('hello ' + args.join(' and ')); return args.length; } }],
});
let closed = false;`;

const project = (): Promise<string> =>
  temporaryProject({
    'package.json': JSON.stringify({ dependencies: { 'greeting-plugin': '*' } }),
    'node_modules/greeting-plugin/package.json': JSON.stringify({ name: 'greeting-plugin', type: 'module', main: 'index.js', keywords: ['servable-plugin'] }),
    'node_modules/greeting-plugin/index.js': PLUGIN,
  });

it("runs a command of a plugin with the words and flags behind it, and ends with the plugin's code", async () => {
  expect(await runMain(await project(), ['greet', 'you', '--loud'])).toEqual({ code: 2, out: expect.stringContaining('hello you and --loud'), err: '' });
});

it('refuses a command that nobody has', async () => {
  const { code, err } = await runMain(await project(), ['gret']);
  expect(code).toBe(2);
  expect(err).toContain('gret');
});
