import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPackages, ROOT } from './workspace-packages.ts';

/** `'@servable/core': minor` */
const STEP = /^(['"])(?<name>[^'"]+)\1: (?:patch|minor|major)$/;

const folder = join(ROOT, '.changeset');
const names = new Set(readPackages().map((item) => item.manifest.name));
const changesets = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');

it.skipIf(changesets.length === 0).each(changesets)('%s names packages of ours, a step, and what changed', (file) => {
  const [, head = '', summary = ''] = readFileSync(join(folder, file), 'utf8').split(/^---$/m);
  const steps = head.trim().split('\n').map((line) => STEP.exec(line)?.groups?.['name'] ?? line);
  expect(steps.filter((name) => !names.has(name))).toEqual([]);
  expect(summary.trim()).not.toBe('');
});

it.each(readPackages().filter((item) => item.manifest.peerDependencies?.['@servable/core'] !== undefined))(
  '$name takes every minor of core before 1.0',
  ({ manifest }) => {
    // A narrower range would make each minor of core a major of everything.
    expect(manifest.peerDependencies?.['@servable/core']).toBe('workspace:>=0.1.0 <1.0.0');
  },
);

it('keeps every package at one version', () => {
  const versions = readPackages().map((item) => item.manifest.version);
  expect(new Set(versions).size).toBe(1);
});
