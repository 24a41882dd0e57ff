import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPackages, ROOT } from './workspace-packages.ts';

interface Snippet {
  /** Where it is written down: the file, and which of its snippets. */
  readonly title: string;
  /** A file to compile, at a place from which the packages it names are found. */
  readonly path: string;
  readonly text: string;
}

const FOLDER = '.snippets';
const TSCONFIG = join(ROOT, FOLDER, 'tsconfig.json');
/** What a user's own code has around a snippet. */
const OPTIONS = { noEmit: true, composite: false, declaration: false, declarationMap: false, isolatedDeclarations: false };

const places = [
  // The root README shows a config as a project has it, so as the example's.
  { readme: 'README.md', folder: 'examples/quickstart' },
  { readme: 'docs/guide/write-a-remote-source.md', folder: 'packages/remote-cache/guide' },
  ...readPackages().map(({ name }) => ({ readme: `packages/${name}/README.md`, folder: `packages/${name}` })),
];
const snippets = places.flatMap(({ readme, folder }) => snippetsOf(readme, folder));

let faults = '';

beforeAll(() => {
  for (const { path, text } of snippets) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
  mkdirSync(join(TSCONFIG, '..'), { recursive: true });
  const files = snippets.map(({ path }) => path);
  writeFileSync(TSCONFIG, JSON.stringify({ extends: '../tsconfig.base.json', compilerOptions: OPTIONS, files }));
  faults = compile();
});

afterAll(() => {
  for (const { folder } of [{ folder: '.' }, ...places]) rmSync(join(ROOT, folder, FOLDER), { recursive: true, force: true });
});

it('finds snippets', () => {
  expect(snippets.map(({ title }) => title)).toContain('README.md, snippet 1');
});

it('finds no fault outside of snippets', () => {
  const outside = faults.split('\n').filter((line) => /^\S/.test(line) && !line.includes(`${FOLDER}/snippet-`));
  expect(outside).toEqual([]);
});

it.each(snippets)('$title compiles', ({ path }) => {
  const name = path.slice(ROOT.length + 1);
  expect(faults.split('\n').filter((line) => line.includes(name))).toEqual([]);
});

it('of the root README asks what the quickstart asks', () => {
  const [command = 'none'] = bashBlocks('README.md');
  expect(bashBlocks('examples/quickstart/README.md')).toContain(command);
});

function snippetsOf(readme: string, folder: string): Snippet[] {
  if (!existsSync(join(ROOT, readme))) return [];
  return blocks(readme, 'ts').map((text, index) => ({
    title: `${readme}, snippet ${index + 1}`,
    path: join(ROOT, folder, FOLDER, `snippet-${index + 1}.ts`),
    // Without an import of its own it would share its names with the other snippets.
    text: `${text}\nexport {};\n`,
  }));
}

function bashBlocks(readme: string): string[] {
  return blocks(readme, 'bash');
}

function blocks(readme: string, language: string): string[] {
  const pattern = new RegExp(`\`\`\`${language}\\n(?<text>[\\s\\S]*?)\`\`\``, 'g');
  return [...readFileSync(join(ROOT, readme), 'utf8').matchAll(pattern)].map((match) => match.groups?.['text'] ?? '');
}

function compile(): string {
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', TSCONFIG, '--pretty', 'false'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return '';
  } catch (error) {
    const { stdout } = error as { readonly stdout?: unknown };
    return typeof stdout === 'string' && stdout !== '' ? stdout : String(error);
  }
}
