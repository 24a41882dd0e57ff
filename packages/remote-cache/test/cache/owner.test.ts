import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Owner } from '../../src/cache/owner.ts';
import { isRunning, ownIdentity } from '../../src/cache/process-identity.ts';
import { temporaryDirectory } from '../memory-store.ts';

async function ownersDirectory(): Promise<{ readonly directory: string; readonly owner: Owner }> {
  const directory = await temporaryDirectory();
  const owner = await Owner.register(directory);
  onTestFinished(async () => {
    await owner.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { directory, owner };
}

it('takes a process that was killed for dead at once', async () => {
  const { directory, owner } = await ownersDirectory();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)']);
  await once(child.stdout, 'data');
  const own = await ownIdentity();
  await writeFile(join(directory, 'child'), JSON.stringify({ ...own, pid: child.pid, started: await startOf(child.pid ?? 0) }));
  expect(await owner.isAlive('child')).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(await owner.isAlive('child')).toBe(false);
  await owner.sweep();
  expect(await readdir(directory)).toEqual([owner.token]);
});

it.runIf(process.platform === 'linux')('does not take another process with the same id for it', async () => {
  const own = await ownIdentity();
  expect(await isRunning(own, own)).toBe(true);
  expect(await isRunning({ ...own, started: '1' }, own)).toBe(false);
});

it('believes in a process elsewhere for as long as it says that it lives', async () => {
  const { directory, owner } = await ownersDirectory();
  const own = await ownIdentity();
  await writeFile(join(directory, 'elsewhere'), JSON.stringify({ ...own, space: 'another container' }));
  expect(await owner.isAlive('elsewhere')).toBe(true);
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(directory, 'elsewhere'), longAgo, longAgo);
  expect(await owner.isAlive('elsewhere')).toBe(false);
  expect([await owner.isAlive('unknown'), await owner.isAlive(owner.token)]).toEqual([false, true]);
});

async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return '';
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
