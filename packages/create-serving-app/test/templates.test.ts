import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { strippedTemplates } from '../scripts/strip-templates.mjs';
import { TEMPLATE_NAMES } from '../src/templates.ts';
import { emptyFolder, run } from './fake-io.ts';

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));
const ROOT = join(PACKAGES, '..');
const execute = promisify(execFile);

it('has JavaScript that is what its TypeScript says', () => {
  const folder = fileURLToPath(new URL('../templates-js/', import.meta.url));
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const expected = strippedTemplates();
  // npm run generate writes them.
  expect(new Set(names)).toEqual(new Set(expected.keys()));
  for (const [name, text] of expected) expect(readFileSync(join(folder, name), 'utf8'), name).toBe(text);
});

/** A project as its installation leaves it, with the packages of this checkout. */
async function installed(template: string, flags: readonly string[] = []): Promise<string> {
  const cwd = await emptyFolder();
  await run(cwd, ['app', '-t', template, '--no-install', '--no-git', ...flags]);
  const app = join(cwd, 'app');
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) await link(name, join(app, 'node_modules', name));
  return app;
}

async function link(name: string, target: string): Promise<void> {
  const source = name.startsWith('@servable/') ? join(PACKAGES, name.slice('@servable/'.length)) : toolFolder(name);
  expect(existsSync(source), name).toBe(true);
  await mkdir(dirname(target), { recursive: true });
  await symlink(source, target);
}

/** Where a tool is installed in this checkout: in the root, or where the server has it. */
function toolFolder(name: string): string {
  const inRoot = join(ROOT, 'node_modules', name);
  return existsSync(inRoot) ? inRoot : dirname(createRequire(join(PACKAGES, 'server/package.json')).resolve(`${name}/package.json`));
}

describe.each(TEMPLATE_NAMES)('template %s', (template) => {
  it('compiles, and passes its own tests', async () => {
    const app = await installed(template);
    const { include, compilerOptions } = JSON.parse(readFileSync(join(app, 'tsconfig.json'), 'utf8')) as { include: string[]; compilerOptions: Record<string, unknown> };
    expect(include.length).toBeGreaterThan(0);
    expect(compilerOptions['strict']).toBe(true);
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const compiled = await execute(process.execPath, [compiler, '-p', 'tsconfig.json', '--noEmit', '--customConditions', '@servable/source', '--allowImportingTsExtensions'], { cwd: app }).catch((error: unknown) => error);
    expect(compiled).toMatchObject({ stdout: '' });
    expect(await testsOf(app)).toMatch(/^# fail 0$/m);
    await expect(checkOf(app)).resolves.toMatchObject({ stderr: '' });
  }, 60_000);

  it('passes its own tests in JavaScript', async () => {
    expect(await testsOf(await installed(template, ['--js']))).toMatch(/^# fail 0$/m);
  }, 60_000);
});

/** What `npm run check` says, by the server's sources. */
function checkOf(app: string): Promise<{ stdout: string; stderr: string }> {
  const { scripts } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as { scripts: { check: string } };
  const cli = pathToFileURL(join(PACKAGES, 'server/src/cli.ts')).href;
  const main = `import { main } from ${JSON.stringify(cli)}; process.exitCode = await main(process.argv.slice(1));`;
  const args = ['--conditions=@servable/source', '--input-type=module', '--eval', main, '--', ...scripts.check.split(' ').slice(1)];
  return execute(process.execPath, args, { cwd: app });
}

async function testsOf(app: string): Promise<string> {
  const [name = 'none'] = readdirSync(join(app, 'test'));
  const args = ['--conditions=@servable/source', '--test', '--test-reporter=tap', join('test', name)];
  const { stdout } = await execute(process.execPath, args, { cwd: app, env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined } }).catch((error: unknown) => error as { stdout: string });
  return /^# pass [1-9]/m.test(stdout) ? stdout : `no test passed:\n${stdout}`;
}
