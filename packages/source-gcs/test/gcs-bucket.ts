import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceStore } from '@servable/plugin-testing';
import { FakeGcs } from './fake-gcs.ts';

/** A bucket with models, as the conformance suite changes it. */
export class GcsBucket implements SourceStore {
  readonly fake: FakeGcs;
  readonly directory: string;

  private constructor(fake: FakeGcs, directory: string) {
    this.fake = fake;
    this.directory = directory;
  }

  static async create(): Promise<GcsBucket> {
    const fake = await FakeGcs.start();
    fake.put('bucket', 'unrelated', '');
    return new GcsBucket(fake, await mkdtemp(join(tmpdir(), 'servable-source-gcs-')));
  }

  pathOf(model: string): string {
    return model === '' ? '' : `gs://bucket/models/${model}`;
  }

  async createBase(model: string): Promise<void> {
    this.fake.put('bucket', `models/${model}/`, '');
  }

  async publish(model: string, version: number): Promise<void> {
    this.fake.put('bucket', `models/${model}/${version}/model.bin`, `weights of ${version}`);
  }

  async unpublish(model: string, version: number): Promise<void> {
    this.fake.delete('bucket', `models/${model}/${version}/`);
  }

  async removeBase(model: string): Promise<void> {
    this.fake.delete('bucket', `models/${model}/`);
  }

  async close(): Promise<void> {
    await this.fake.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
