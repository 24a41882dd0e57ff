import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { isCode } from '../../src/commands/dev.ts';
import { temporaryProject } from '../temporary-project.ts';
import { startMain } from './run-main.ts';

/** Says in a file what it was started with and that it was asked to end; `broken` ends at once. */
const PROGRAM = `
import { appendFileSync, readFileSync } from 'node:fs';
const config = readFileSync('serving.config.js', 'utf8');
process.once('SIGTERM', () => { appendFileSync('seen.log', 'ended ' + config + '\\n'); process.exit(0); });
appendFileSync('seen.log', process.argv.slice(2).join(' ') + ' with ' + config + '\\n');
if (config === 'broken') process.exit(3);
setInterval(() => {}, 1000);
`;

it('serves with the same arguments, starts anew when code changes, waits when it fails, and ends with what it started', async () => {
  const cwd = await temporaryProject({ 'program.mjs': PROGRAM, 'serving.config.js': 'one', 'seen.log': '' });
  const seen = async (text: string): Promise<void> => vi.waitFor(async () => expect(await readFile(join(cwd, 'seen.log'), 'utf8')).toContain(text), { timeout: 15_000, interval: 20 });
  const running = startMain(cwd, ['dev', '--rest-port=0'], { ownCommand: [process.execPath, join(cwd, 'program.mjs')] });
  await seen('serve --rest-port=0 with one');
  // The watch may begin a moment after the first start.
  await vi.waitFor(async () => {
    await writeFile(join(cwd, 'serving.config.js'), 'two');
    expect(await readFile(join(cwd, 'seen.log'), 'utf8')).toContain('with two');
  }, { timeout: 15_000, interval: 500 });
  await seen('ended one');
  await writeFile(join(cwd, 'serving.config.js'), 'broken');
  await vi.waitFor(() => expect(running.err()).toContain('The server ended with 3: waiting for a change'), { timeout: 15_000 });
  await writeFile(join(cwd, 'serving.config.js'), 'three');
  await seen('with three');
  running.stop();
  expect(await running.code).toBe(0);
  expect(await readFile(join(cwd, 'seen.log'), 'utf8')).toContain('ended three');
  expect(running.err()).toContain('serving.config.js changed: starting anew');
}, 60_000);

it.each([
  ['serving.config.ts', true],
  ['models/reader/1/servable.ts', true],
  ['src/handler.mjs', true],
  ['serving.config.yaml', true],
  ['models/digits/1/model.onnx', false],
  ['node_modules/left-pad/index.js', false],
  ['packages/a/node_modules/b/index.js', false],
  ['dist/index.js', false],
  ['.git/config.json', false],
  ['src/.cache/x.js', false],
  [String.raw`node_modules\left-pad\index.js`, false],
])('of a change in %s, starts anew: %s', (path, expected) => {
  expect(isCode(path)).toBe(expected);
});
