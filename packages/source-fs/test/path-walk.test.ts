import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchPointsOf } from '../src/path-walk.ts';

let root = '';

beforeAll(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'servable-path-walk-')));
  await mkdir(path.join(root, 'real', 'models', 'm'), { recursive: true });
  await symlink('real', path.join(root, 'relative'));
  await symlink(path.join(root, 'relative', 'models'), path.join(root, 'absolute'));
  await symlink('../real/models/..', path.join(root, 'real', 'up'));
  await symlink('loop', path.join(root, 'loop'));
});
afterAll(() => rm(root, { recursive: true }));

it.each([
  ['a plain directory', 'real/models', [['real/models', undefined]]],
  ['a missing entry', 'real/none/m', [['real', 'none']]],
  ['a relative link', 'relative/models', [['', 'relative'], ['real/models', undefined]]],
  ['a link over a link', 'absolute/m', [['', 'absolute'], ['', 'relative'], ['real/models/m', undefined]]],
  ['a missing entry behind a link', 'absolute/none', [['', 'absolute'], ['', 'relative'], ['real/models', 'none']]],
  ['a link with dots', 'real/up/models', [['real', 'up'], ['real/models', undefined]]],
])('of %s', async (_what, target, expected) => {
  const points = await watchPointsOf(path.join(root, target));
  expect(points.map((point) => [path.relative(root, point.directory), point.name])).toEqual(expected);
});

it('ends on a loop of links', async () => {
  expect((await watchPointsOf(path.join(root, 'loop', 'm'))).length).toBeLessThan(50);
});

it('tells directories apart that stand at the same path one after the other', async () => {
  const target = path.join(root, 'swapped');
  await mkdir(target);
  const [first] = (await watchPointsOf(target)).slice(-1);
  await rm(target, { recursive: true });
  await mkdir(target);
  const [second] = (await watchPointsOf(target)).slice(-1);
  expect(second?.identity).not.toBe(first?.identity);
});
