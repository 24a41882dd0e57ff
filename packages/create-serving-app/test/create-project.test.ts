import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEMPLATE_NAMES } from '../src/templates.ts';
import { UserError } from '../src/user-error.ts';
import { emptyFolder, run } from './fake-io.ts';

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

describe('questions', () => {
  it('are four at most, with defaults that can be taken', async () => {
    const cwd = await emptyFolder();
    const { code, asked } = await run(cwd, [], { canAsk: true, env: { npm_config_user_agent: 'pnpm/10.0.0 npm/? node/v24' } });
    expect({ code, asked }).toEqual({ code: 0, asked: ['directory', 'template', 'packageManager', 'install'] });
    expect(await readdir(cwd)).toEqual(['serving-app']);
  });

  it.each([
    ['all flags', ['app', '-t', 'onnx', '--pm', 'npm', '--no-install']],
    ['--yes', ['--yes']],
    ['--no-interactive', ['--no-interactive']],
  ])('are not asked with %s', async (_what, argv) => {
    expect((await run(await emptyFolder(), argv, { canAsk: true })).asked).toEqual([]);
  });

  it('are not asked where nobody can answer', async () => {
    expect((await run(await emptyFolder(), [])).asked).toEqual([]);
  });

  it.each(['directory', 'template', 'packageManager', 'install'] as const)('leave nothing behind when %s is given up', async (question) => {
    const cwd = await emptyFolder();
    const givenUp = async (): Promise<never> => {
      throw new UserError('given up: nothing was written');
    };
    const { code, err } = await run(cwd, [], { canAsk: true, answers: { [question]: givenUp } });
    expect({ code, err, left: await readdir(cwd) }).toEqual({ code: 1, err: 'create-serving-app: given up: nothing was written', left: [] });
  });
});

describe('what is wrong', () => {
  it.each([
    ['a name', ['My App'], /'My App' cannot be the name of a package: call the directory 'my-app'/],
    ['a name of signs alone', ['§§'], /'§§' cannot be the name of a package: use lower-case letters/],
    ['a template', ['app', '-t', 'torch'], /no template 'torch': choose one of minimal, onnx/],
    ['a package manager', ['app', '--pm', 'cargo'], /'cargo' is invalid.*npm, pnpm, yarn, bun/],
    ['an option', ['app', '--typescript'], /unknown option '--typescript'/],
    ['a second directory', ['app', 'more'], /too many arguments/],
  ])('is said of %s in one line, and nothing is written', async (_what, argv, message) => {
    const cwd = await emptyFolder();
    const { code, out, err } = await run(cwd, argv);
    expect({ code, out, left: await readdir(cwd) }).toEqual({ code: 1, out: '', left: [] });
    expect(err).toMatch(message);
    expect(err).not.toContain('\n');
  });

  it('is said of a directory that holds something, which stays as it was', async () => {
    const cwd = await emptyFolder();
    await mkdir(join(cwd, 'app'));
    await writeFile(join(cwd, 'app', 'thesis.txt'), 'mine');
    const { code, err } = await run(cwd, ['app']);
    expect(code).toBe(1);
    expect(err).toMatch(/is not empty \(it holds thesis\.txt\): choose another directory, or --overwrite$/);
    expect(await filesIn(cwd)).toEqual(['app/thesis.txt']);
  });

  it('is said of a file in the place of a directory', async () => {
    const cwd = await emptyFolder();
    await writeFile(join(cwd, 'app'), '');
    expect((await run(cwd, ['app'])).err).toMatch(/'.*app' cannot be used: ENOTDIR/);
  });

  it.each([
    [1, /npm ended with 1\. Run npm install .* in .*app$/],
    [127, /there is no npm on this machine/],
  ])('is said when the installation ends with %s; the project stays', async (npm, message) => {
    const cwd = await emptyFolder();
    const { code, err } = await run(cwd, ['app'], { codes: { npm } });
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(await filesIn(join(cwd, 'app'))).toContain('package.json');
  });
});

describe('directories', () => {
  it.each(['.git', '.DS_Store'])('count as empty with only %s', async (name) => {
    const cwd = await emptyFolder();
    await mkdir(join(cwd, 'app', name), { recursive: true });
    expect((await run(cwd, ['app'])).code).toBe(0);
    expect(await filesIn(join(cwd, 'app'))).toContain('serving.config.ts');
  });

  it('may be the one that it runs in, and deep ones that are not there yet', async () => {
    const cwd = await emptyFolder();
    await mkdir(join(cwd, 'here'));
    expect((await run(join(cwd, 'here'), ['.'])).code).toBe(0);
    expect((await run(cwd, ['a/b/c'])).code).toBe(0);
    expect(JSON.parse(await readFile(join(cwd, 'here/package.json'), 'utf8'))).toMatchObject({ name: 'here' });
    expect(JSON.parse(await readFile(join(cwd, 'a/b/c/package.json'), 'utf8'))).toMatchObject({ name: 'c' });
  });

  it('keep other files with --overwrite', async () => {
    const cwd = await emptyFolder();
    await mkdir(join(cwd, 'app'));
    await writeFile(join(cwd, 'app', 'thesis.txt'), 'mine');
    await writeFile(join(cwd, 'app', 'package.json'), 'old');
    expect((await run(cwd, ['app', '--overwrite'])).code).toBe(0);
    expect(await readFile(join(cwd, 'app', 'thesis.txt'), 'utf8')).toBe('mine');
    expect(JSON.parse(await readFile(join(cwd, 'app', 'package.json'), 'utf8'))).toMatchObject({ name: 'app' });
    expect(await readdir(cwd)).toEqual(['app']);
  });
});

describe('flags', () => {
  it('choose extras', async () => {
    const cwd = await emptyFolder();
    await run(cwd, ['all', '--k8s', '--docker', '--agents-md']);
    await run(cwd, ['none', '--no-docker', '--no-agents-md', '--no-git', '--no-install']);
    const extras = ['.dockerignore', 'AGENTS.md', 'Dockerfile', 'k8s/deployment.yaml', 'k8s/service.yaml'];
    expect((await filesIn(join(cwd, 'all'))).filter((name) => extras.includes(name))).toEqual(extras);
    expect((await filesIn(join(cwd, 'none'))).filter((name) => extras.includes(name))).toEqual([]);
  });

  it('run git and the package manager, or do not', async () => {
    const cwd = await emptyFolder();
    const app = join(cwd, 'app');
    expect((await run(cwd, ['app', '--pm', 'pnpm'])).ran).toEqual([`git rev-parse --is-inside-work-tree in ${app}`, `git init --quiet in ${app}`, `pnpm install in ${app}`]);
    expect((await run(cwd, ['app2', '--no-git', '--no-install'])).ran).toEqual([]);
    expect((await run(cwd, ['app3', '--no-install'], { codes: { git: 0 } })).ran).toEqual([`git rev-parse --is-inside-work-tree in ${cwd}/app3`]);
  });

  it('show what would be written, and write nothing', async () => {
    const cwd = await emptyFolder();
    const { code, out } = await run(cwd, ['app', '--dry-run']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Would write to .*app:\n {2}\.dockerignore\n[^]* {2}serving\.config\.ts\n/);
    expect(await readdir(cwd)).toEqual([]);
  });

  it.each([['-h', /Templates:\n {2}minimal/], ['-v', /^\d+\.\d+\.\d+/]])('%s only says something', async (flag, text) => {
    const cwd = await emptyFolder();
    const { code, out } = await run(cwd, [flag]);
    expect(code).toBe(0);
    expect(out).toMatch(text);
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe.each(TEMPLATE_NAMES)('template %s', (template) => {
  it.each([['ts', []], ['js', ['--js']]] as const)('is whole in %s', async (language, flags) => {
    const cwd = await emptyFolder();
    expect((await run(cwd, ['app', '-t', template, '--no-install', '--k8s', ...flags])).code).toBe(0);
    const files = await filesIn(join(cwd, 'app'));
    expect(files).toEqual(expect.arrayContaining(['.gitignore', 'AGENTS.md', 'README.md', 'package.json']));
    expect(files.filter((name) => name.endsWith('.ts')).length > 0).toBe(language === 'ts');
    expect(files.includes('tsconfig.json')).toBe(language === 'ts');
    for (const name of files.filter((each) => /\.(?:[jt]s|json|md|yaml)$|Dockerfile/.test(each))) {
      expect(await readFile(join(cwd, 'app', name), 'utf8'), name).not.toMatch(/\{\{\w+\}\}/);
    }
    const content = JSON.parse(await readFile(join(cwd, 'app', 'package.json'), 'utf8')) as Record<string, Record<string, unknown>>;
    expect(Object.keys(content['scripts'] ?? {})).toEqual(expect.arrayContaining(['dev', 'build', 'start', 'test', 'check']));
    expect(content['allowScripts']).toEqual({ 'onnxruntime-node': false });
  });
});
