import { createManager, type Loader, parseModelName, parseVersion, type Servable } from '@servable/core';
import { expect, it, vi } from 'vitest';
import { ServerHealth } from '../src/health.ts';

const name = parseModelName('iris');
const servable: Servable = { signatures: new Map(), executor: { id: 'test', maxConcurrentRuns: 1 }, run: () => new Map() };

it('waits at the start for the versions that labels name, and later for none', async () => {
  const manager = createManager();
  const health = new ServerHealth(manager, [name]);
  const finish = new Map<string, () => void>();
  const version = (number: string) => ({
    version: parseVersion(number),
    value: {
      createLoader: (): Loader => ({
        estimate: async () => ({ ramBytes: 1 }),
        load: () => new Promise((resolve) => finish.set(number, () => resolve(servable))),
        unload: async () => {},
      }),
    },
  });
  const finishes = async (number: string): Promise<void> => {
    await vi.waitFor(() => expect(finish.has(number)).toBe(true));
    finish.get(number)?.();
    await manager.states.waitFor(name, parseVersion(number), ({ state }) => state === 'ready');
  };

  manager.setLabels(name, new Map([['stable', parseVersion(1)]]));
  manager.aspire({ name, versions: [version('1'), version('2')] });
  await finishes('2');
  expect(health.isReady).toBe(false);
  expect(health.notReady()).toEqual([{ model: 'iris', reason: "label 'stable' means version 1, which is loading" }]);
  await finishes('1');
  expect(health.isReady).toBe(true);

  manager.setLabels(name, new Map([['stable', parseVersion(3)]]));
  manager.aspire({ name, versions: [version('1'), version('2'), version('3')] });
  await vi.waitFor(() => expect(finish.has('3')).toBe(true));
  expect(health.isReady).toBe(true);
  await finishes('3');
  await manager.close();
});
