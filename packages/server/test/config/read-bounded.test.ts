import { expect, it } from 'vitest';
import { readBounded } from '../../src/config/read-bounded.ts';

it('reads a file whole that is as large as allowed', async () => {
  const bytes = await readBounded(import.meta.filename);
  expect(bytes.toString()).toContain('reads a file whole');
  expect(await readBounded(import.meta.filename, bytes.length)).toEqual(bytes);
  await expect(readBounded(import.meta.filename, bytes.length - 1)).rejects.toThrow(/^it holds more than \d+ bytes$/);
});

it('stops reading a device that never ends', async () => {
  await expect(readBounded('/dev/zero', 2 ** 20)).rejects.toThrow('it holds more than 1 MiB');
});
