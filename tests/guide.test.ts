import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './workspace-packages.ts';

const GUIDE = join(ROOT, 'docs', 'guide');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const PAGES = readdirSync(GUIDE).filter((name) => name.endsWith('.md'));
/** What a reader's own project has. */
const OPTIONS = {
  target: 'es2023',
  module: 'nodenext',
  lib: ['es2023'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** The files of a page: its code blocks that say a name after the language. */
function filesOf(page: string): ReadonlyMap<string, string> {
  const blocks = readFileSync(join(GUIDE, page), 'utf8').matchAll(/^```\w+ (?<name>\S+)\n(?<text>[\s\S]*?)^```$/gm);
  return new Map(Array.from(blocks, ({ groups }) => [groups?.['name'] ?? '', groups?.['text'] ?? ''] as const));
}

const written = PAGES.map((page) => ({ page, files: filesOf(page) })).filter(({ files }) => files.size > 0);

it('finds the pages', () => {
  expect(written.map(({ page }) => page)).toEqual(expect.arrayContaining(['write-a-hook-plugin.md', 'write-a-loader.md', 'write-a-source.md']));
});

it('shows a whole Loader in 30 lines', () => {
  const text = filesOf('write-a-loader.md').get('index.ts') ?? '';
  expect(text.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(30);
  expect(text).toContain('defineLoader');
});

describe.each(written)('$page, typed into an empty package', ({ files }) => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'servable-guide-'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
    symlinkSync(join(ROOT, 'packages'), join(folder, 'node_modules', '@servable'));
    symlinkSync(join(ROOT, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compiles', () => {
    const compilerOptions = { ...OPTIONS, customConditions: ['@servable/source'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [...files.keys()].filter((name) => name.endsWith('.ts')) }));
    const { stdout } = spawnSync(process.execPath, [TSC, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  const tests = [...files.keys()].filter((name) => name.endsWith('.test.ts'));
  it.each(tests)('%s passes', { timeout: 120_000 }, (test) => {
    const args = ['--conditions=@servable/source', '--test-reporter=tap', '--test', test];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    expect(stdout).toMatch(/^# pass [1-9]/m);
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(status).toBe(0);
  });
});
