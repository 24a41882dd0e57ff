import { Manager, type ManagerOptions, parseModelName, parseVersion, type Servable } from '@servable/core';
import { FakeLoader } from '@servable/plugin-testing';

/** A manager in which these servables, by model, are version 1 and ready. */
export async function managerWith(servables: Readonly<Record<string, Servable>>, options: ManagerOptions = {}): Promise<Manager> {
  const manager = new Manager(options);
  for (const [model, servable] of Object.entries(servables)) {
    const name = parseModelName(model);
    const createLoader = (): FakeLoader => new FakeLoader({ servable: () => servable }, { name, version: parseVersion(1) });
    manager.aspire({ name, versions: [{ version: parseVersion(1), value: { createLoader } }] });
  }
  await manager.states.waitUntilReady(Object.keys(servables).map(parseModelName));
  return manager;
}
