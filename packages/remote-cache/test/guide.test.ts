import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SourcePlugin } from '@servable/core';
import { type SourceStore, testSource } from '@servable/plugin-testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { RemoteOptions } from '../src/index.ts';

// The source of docs/guide/write-a-remote-source.md, as it stands there, against the conformance suite.

const GUIDE = new URL('../../../docs/guide/write-a-remote-source.md', import.meta.url);
// In this package, so that the names it imports are found.
const FOLDER = new URL('../.guide/', import.meta.url);

let share: (options: RemoteOptions & { readonly mount: string }) => SourcePlugin;

beforeAll(async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(await readFile(GUIDE, 'utf8'))?.[1] ?? '';
  await mkdir(FOLDER, { recursive: true });
  const file = new URL('share.ts', FOLDER);
  await writeFile(file, code);
  ({ default: share } = (await import(file.href)) as { readonly default: typeof share });
});

afterAll(() => rm(FOLDER, { recursive: true, force: true }));

class ShareFolder implements SourceStore {
  readonly mount: string;

  private constructor(mount: string) {
    this.mount = mount;
  }

  static async create(): Promise<ShareFolder> {
    const mount = await mkdtemp(join(tmpdir(), 'servable-share-'));
    await mkdir(join(mount, 'team', 'models'), { recursive: true });
    return new ShareFolder(mount);
  }

  pathOf(model: string): string {
    return model === '' ? '' : `share://team/models/${model}`;
  }

  async createBase(model: string): Promise<void> {
    await mkdir(this.#at(model), { recursive: true });
  }

  async publish(model: string, version: number): Promise<void> {
    const build = join(this.mount, 'build');
    await mkdir(build);
    await writeFile(join(build, 'model.bin'), `weights of ${version}`);
    await rename(build, this.#at(model, String(version)));
  }

  async unpublish(model: string, version: number): Promise<void> {
    await this.#remove(this.#at(model, String(version)));
  }

  async removeBase(model: string): Promise<void> {
    await this.#remove(this.#at(model));
  }

  async close(): Promise<void> {
    await rm(this.mount, { recursive: true, force: true });
  }

  #at(...names: readonly string[]): string {
    return join(this.mount, 'team', 'models', ...names);
  }

  /** In one step, so that no look sees half of it. */
  async #remove(path: string): Promise<void> {
    const gone = join(this.mount, 'gone');
    await mkdir(dirname(gone), { recursive: true });
    await rename(path, gone);
    await rm(gone, { recursive: true });
  }
}

let store: ShareFolder | undefined;

testSource({
  describe,
  it,
  createStore: async () => (store = await ShareFolder.create()),
  createPlugin: () => share({ mount: store?.mount ?? '', cacheDirectory: join(store?.mount ?? '', 'cache'), pollIntervalMs: 20, settleMs: 0 }),
});
