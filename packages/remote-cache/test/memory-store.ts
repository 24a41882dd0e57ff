import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceStore } from '@servable/plugin-testing';
import type { ReadRequest, RemoteLocation, RemoteObject, RemoteStore } from '../src/index.ts';

export interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly revision: number;
  /** What the store says of the object, where that is not the truth. */
  readonly says: Partial<RemoteObject>;
}

/** What a test does to reads and lists: called before each; may throw, wait, or change what is there. */
export interface Interference {
  list?: (location: RemoteLocation) => Promise<void> | void;
  /** Gets the chunk that comes next; gives the one that is sent. */
  chunk?: (chunk: Uint8Array, request: ReadRequest) => Promise<Uint8Array> | Uint8Array;
}

const CHUNK_BYTES = 1024;

/** A bucket in memory, for a store and for a test to change. */
export class MemoryBucket {
  readonly objects = new Map<string, MemoryObject>();
  readonly lists: RemoteLocation[] = [];
  readonly reads: ReadRequest[] = [];
  interference: Interference = {};
  pageLength = 1000;
  #revision = 0;

  put(name: string, content: string | Uint8Array, says: Partial<RemoteObject> = {}): void {
    this.#revision += 1;
    this.objects.set(name, { bytes: typeof content === 'string' ? Buffer.from(content) : content, revision: this.#revision, says });
  }

  delete(prefix: string): void {
    for (const name of this.objects.keys()) if (name.startsWith(prefix)) this.objects.delete(name);
  }

  /** How many bytes were asked for. */
  get bytesAsked(): number {
    return this.reads.reduce((sum, { range }) => sum + range.end - range.start, 0);
  }

  store(): RemoteStore {
    return { list: (location) => this.#list(location), read: (request) => this.#read(request) };
  }

  async *#list(location: RemoteLocation): AsyncGenerator<readonly RemoteObject[]> {
    const found = [...this.objects].filter(([name]) => name.startsWith(location.prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (let at = 0; at === 0 || at < found.length; at += this.pageLength) {
      this.lists.push(location);
      await this.interference.list?.(location);
      yield found.slice(at, at + this.pageLength).map(([name, { bytes, revision, says }]) => ({
        name,
        sizeBytes: bytes.byteLength,
        revision: String(revision),
        checksum: { algorithm: 'md5', hex: createHash('md5').update(bytes).digest('hex') },
        ...says,
      }));
    }
  }

  async *#read(request: ReadRequest): AsyncGenerator<Uint8Array> {
    this.reads.push(request);
    const { object, range } = request;
    const found = this.objects.get(object.name);
    if (found === undefined || String(found.revision) !== object.revision) throw new Error('gone');
    for (let at = range.start; at < range.end; at += CHUNK_BYTES) {
      const chunk = found.bytes.subarray(at, Math.min(range.end, at + CHUNK_BYTES));
      yield (await this.interference.chunk?.(chunk, request)) ?? chunk;
    }
  }
}

/** The bucket as the conformance suite changes it. */
export class MemorySourceStore implements SourceStore {
  readonly bucket: MemoryBucket = new MemoryBucket();
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<MemorySourceStore> {
    return new MemorySourceStore(await temporaryDirectory());
  }

  pathOf(model: string): string {
    return `memory://bucket/models/${model}`;
  }

  async createBase(model: string): Promise<void> {
    this.bucket.put(`models/${model}/`, '');
  }

  async publish(model: string, version: number): Promise<void> {
    this.bucket.put(`models/${model}/${version}/model.bin`, `weights of ${version}`);
  }

  async unpublish(model: string, version: number): Promise<void> {
    this.bucket.delete(`models/${model}/${version}/`);
  }

  async removeBase(model: string): Promise<void> {
    this.bucket.delete(`models/${model}/`);
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'servable-remote-cache-'));
}
