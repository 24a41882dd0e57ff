import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildFingerprint, installFingerprint, packageFolders, Stamp } from '../scripts/fingerprint.mjs';
import { ROOT } from './workspace-packages.ts';

let root: string;

const write = (path: string, text: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'servable-fingerprint-'));
  for (const name of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(root, name));
  }
  for (const folder of ['packages/core', 'examples/quickstart', 'bench', 'interop']) write(`${folder}/package.json`, '{}');
  write('packages/core/tsconfig.json', '{}');
  write('packages/core/src/index.ts', 'export {};\n');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const CHANGES: readonly { what: string; path: string; reinstalls: boolean; rebuilds: boolean }[] = [
  { what: 'the lock file', path: 'pnpm-lock.yaml', reinstalls: true, rebuilds: true },
  { what: 'a manifest', path: 'packages/core/package.json', reinstalls: true, rebuilds: true },
  { what: 'a source', path: 'packages/core/src/index.ts', reinstalls: false, rebuilds: true },
  { what: 'a new source', path: 'packages/core/src/manager/manager.ts', reinstalls: false, rebuilds: true },
  { what: 'a compiler setting', path: 'packages/core/tsconfig.json', reinstalls: false, rebuilds: true },
  { what: 'a test', path: 'packages/core/test/manager.test.ts', reinstalls: false, rebuilds: false },
  { what: 'output', path: 'packages/core/dist/index.js', reinstalls: false, rebuilds: false },
];

it.each(CHANGES)('after a change of $what: installs again: $reinstalls, builds again: $rebuilds', ({ path, reinstalls, rebuilds }) => {
  const install = installFingerprint(root);
  const build = buildFingerprint(root);
  write(path, 'changed');
  expect(installFingerprint(root) !== install).toBe(reinstalls);
  expect(buildFingerprint(root) !== build).toBe(rebuilds);
});

it('notices a source that moved', () => {
  const before = buildFingerprint(root);
  rmSync(join(root, 'packages/core/src/index.ts'));
  write('packages/core/src/other.ts', 'export {};\n');
  expect(buildFingerprint(root)).not.toBe(before);
});

it('finds every package of this workspace', () => {
  expect(packageFolders(ROOT)).toEqual(expect.arrayContaining(['bench', 'examples/quickstart', 'interop', 'packages/core', 'packages/server']));
});

describe('Stamp', () => {
  it('matches what was written last, until it is cleared', () => {
    const stamp = new Stamp(root, 'build');
    expect(stamp.matches('one')).toBe(false);
    stamp.write('one');
    expect(stamp.matches('one')).toBe(true);
    expect(stamp.matches('two')).toBe(false);
    stamp.clear();
    expect(stamp.matches('one')).toBe(false);
  });
});
