import { mkdtemp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type SourceStore, testSource } from '@servable/plugin-testing';
import list from '../src/index.ts';

/** Lists in a temporary directory; each is replaced whole, so that no one reads half of it. */
async function createStore(): Promise<SourceStore> {
  const root = await mkdtemp(join(tmpdir(), 'list-'));
  const lists = new Map<string, Record<string, string>>();
  const fileOf = (model: string): string => join(root, `${model}.json`);
  const write = async (model: string): Promise<void> => {
    await writeFile(join(root, 'next'), JSON.stringify(lists.get(model)));
    await rename(join(root, 'next'), fileOf(model));
  };
  return {
    pathOf: (model) => `list://${fileOf(model)}`,
    async createBase(model) {
      lists.set(model, {});
      await write(model);
    },
    async publish(model, version) {
      await mkdir(join(root, model, String(version)), { recursive: true });
      lists.set(model, { ...lists.get(model), [version]: `./${model}/${version}` });
      await write(model);
    },
    async unpublish(model, version) {
      const { [version]: _gone, ...rest } = lists.get(model) ?? {};
      lists.set(model, rest);
      await write(model);
    },
    removeBase: (model) => rm(fileOf(model)),
    close: () => rm(root, { recursive: true }),
  };
}

testSource({ describe, it, createPlugin: () => list({ pollIntervalMs: 20 }), createStore });
