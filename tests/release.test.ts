import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Manifest, readPackages, ROOT } from './workspace-packages.ts';

const CHANGESET = join(ROOT, 'node_modules', '@changesets', 'cli', 'bin.js');
const FOLDERS = ['packages', 'examples'].flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`));
const MANIFESTS = ['.', 'bench', 'docker', 'interop', ...FOLDERS].map((folder) => `${folder}/package.json`);
const hasChangesets = readdirSync(join(ROOT, '.changeset')).length > 2;

/** A checkout with what changesets look at, and nothing else. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'servable-release-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['.changeset', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', ...MANIFESTS]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: folder });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
  return folder;
}

it.skipIf(!hasChangesets)('a release gives every package the same new version before 1.0, and a changelog to those that changed', { timeout: 60_000 }, () => {
  const folder = checkout();
  execFileSync(process.execPath, [CHANGESET, 'version'], { cwd: folder, stdio: 'pipe' });
  const before = readPackages().map(({ manifest }) => manifest.version);
  const after = readPackages().map(({ name }) => (JSON.parse(readFileSync(join(folder, 'packages', name, 'package.json'), 'utf8')) as Manifest).version);
  expect(new Set(after).size).toBe(1);
  expect(after[0]).not.toBe(before[0]);
  expect(after[0]).toMatch(/^0\.\d+\.\d+$/);
  expect(readFileSync(join(folder, 'packages', 'core', 'CHANGELOG.md'), 'utf8')).toContain(`## ${after[0]}`);
  expect(readdirSync(join(folder, '.changeset')).filter((name) => name.endsWith('.md'))).toEqual(['README.md']);
});
