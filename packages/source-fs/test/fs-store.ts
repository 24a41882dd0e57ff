import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SourceStore } from '@servable/plugin-testing';

/** Models in a temporary directory, published as they should be: built elsewhere, then moved into place. */
export class FsStore implements SourceStore {
  readonly root: string;
  #builds = 0;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<FsStore> {
    const root = await mkdtemp(path.join(tmpdir(), 'servable source-fs ü '));
    await mkdir(path.join(root, 'builds'));
    return new FsStore(root);
  }

  pathOf(model: string): string {
    return path.join(this.root, 'models', model);
  }

  /** The path of a version, or of an entry of one. */
  at(model: string, ...parts: readonly (string | number)[]): string {
    return path.join(this.pathOf(model), ...parts.map(String));
  }

  async createBase(model: string): Promise<void> {
    await mkdir(this.pathOf(model), { recursive: true });
  }

  async publish(model: string, version: number | string): Promise<void> {
    const build = await this.build({ 'model.bin': 'weights' });
    await rename(build, this.at(model, version));
  }

  /** A directory with these files, made long enough ago that the file system's clock has moved on. */
  async build(files: Readonly<Record<string, string>>): Promise<string> {
    this.#builds += 1;
    const build = path.join(this.root, 'builds', String(this.#builds));
    await mkdir(build);
    await writeFiles(build, files);
    await this.tick(build);
    return build;
  }

  async unpublish(model: string, version: number): Promise<void> {
    await rm(this.at(model, version), { recursive: true });
  }

  /** At once: a look while the files of a directory go one after the other sees a base without versions. */
  async removeBase(model: string): Promise<void> {
    this.#builds += 1;
    await rename(this.pathOf(model), path.join(this.root, 'builds', String(this.#builds)));
  }

  async close(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** Resolves when a new file would get a later time than a directory's last change: old kernels count in steps of 4 ms. */
  async tick(directory: string): Promise<void> {
    const probe = path.join(this.root, 'builds', 'probe');
    const { ctimeNs } = await stat(directory, { bigint: true });
    for (;;) {
      await writeFile(probe, '');
      if ((await stat(probe, { bigint: true })).ctimeNs > ctimeNs) return;
    }
  }
}

/** Writes files by their path relative to a directory. */
export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
