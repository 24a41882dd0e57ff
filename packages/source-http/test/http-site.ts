import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceStore } from '@servable/plugin-testing';
import type { HttpIndex, HttpIndexFile } from '../src/index.ts';
import { FileServer } from './file-server.ts';

/** A server with an index for each model. */
export class HttpSite implements SourceStore {
  readonly server: FileServer;
  readonly directory: string;
  readonly #indexes = new Map<string, Record<string, { files: HttpIndexFile[] }>>();

  private constructor(server: FileServer, directory: string) {
    this.server = server;
    this.directory = directory;
  }

  static async create(): Promise<HttpSite> {
    return new HttpSite(await FileServer.start(), await mkdtemp(join(tmpdir(), 'servable-source-http-')));
  }

  pathOf(model: string): string {
    return model.includes('\0') || model === '' ? model : `${this.server.url}/${model}/index.json`;
  }

  async createBase(model: string): Promise<void> {
    this.#write(model, this.#indexes.get(model) ?? {});
  }

  async publish(model: string, version: number): Promise<void> {
    this.publishFiles(model, version, { 'model.bin': `weights of ${version}` });
  }

  publishFiles(model: string, version: number, files: Readonly<Record<string, string | Uint8Array>>): void {
    const listed = Object.entries(files).map(([path, content]): HttpIndexFile => {
      this.server.put(`/${model}/${version}/${path}`, content);
      return { path, size: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex') };
    });
    this.#write(model, { ...this.#indexes.get(model), [version]: { files: listed } });
  }

  async unpublish(model: string, version: number): Promise<void> {
    const { [version]: _gone, ...rest } = this.#indexes.get(model) ?? {};
    this.#write(model, rest);
  }

  async removeBase(model: string): Promise<void> {
    this.#indexes.delete(model);
    this.server.files.delete(`/${model}/index.json`);
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  #write(model: string, versions: Record<string, { files: HttpIndexFile[] }>): void {
    this.#indexes.set(model, versions);
    const index: HttpIndex = { versions };
    this.server.put(`/${model}/index.json`, JSON.stringify(index));
  }
}
