import { expect, it } from 'vitest';
import { pruneCommand } from '../src/prune-command.ts';

type Prune = NonNullable<Parameters<typeof pruneCommand>[0]>;

async function ran(prune: Prune, ...args: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const code = await pruneCommand(prune).run(args, { print: (text) => void (said += text) });
  return { code, said };
}

const PRUNES: Prune = async () => ({ removed: ['darwin/arm64', 'win32/x64'], freedBytes: 150_400_000, kept: 'linux/x64' });

it('says what it removed', async () => {
  expect(await ran(PRUNES)).toEqual({ code: 0, said: 'Removed the libraries for darwin/arm64, win32/x64: 150 MB. The one for linux/x64 stays' });
});

it('says that there is nothing to remove', async () => {
  expect(await ran(async () => ({ removed: [], freedBytes: 0, kept: 'linux/x64' }))).toEqual({ code: 0, said: 'Only the library for linux/x64 is there' });
});

it('ends with 1 when it cannot', async () => {
  const refuses: Prune = async () => {
    throw new Error('no library for freebsd/x64');
  };
  expect(await ran(refuses)).toEqual({ code: 1, said: 'Nothing is removed: no library for freebsd/x64' });
});

it.each([
  ['--help', 0],
  ['linux/x64', 2],
])('shows how it is used after %s, and removes nothing', async (argument, code) => {
  const never: Prune = async () => expect.unreachable();
  expect(await ran(never, argument)).toEqual({ code, said: expect.stringContaining('Usage: servable prune-onnxruntime') as unknown });
});
