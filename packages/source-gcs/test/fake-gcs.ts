import { CRC32C } from '@google-cloud/storage';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly generation: number;
  readonly updated: string;
  readonly crc32c: string;
  readonly contentEncoding: string | undefined;
}

/** What a test does to one answer. */
export interface Disturbance {
  /** Another status instead of an answer. */
  readonly status?: number;
  /** The connection is cut after so many bytes of the body. */
  readonly cutAfterBytes?: number;
}

/** The part of Google Cloud Storage's JSON API that a source asks for, over objects in memory. */
export class FakeGcs {
  readonly #buckets = new Map<string, Map<string, StoredObject>>();
  readonly #server: Server;
  /** Paths of listing requests, oldest first. */
  readonly lists: string[] = [];
  /** Ranges asked for, by object. */
  readonly reads: string[] = [];
  /** Asked before each answer. */
  disturb: (request: IncomingMessage, isRead: boolean) => Disturbance | undefined = () => undefined;
  #generation = 1_700_000_000_000_000;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<FakeGcs> {
    const fake = new FakeGcs();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get endpoint(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  put(bucket: string, name: string, content: string | Uint8Array, contentEncoding?: string): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const crc32c = new CRC32C();
    crc32c.update(Buffer.from(bytes));
    this.#generation += 1;
    const objects = this.#buckets.get(bucket) ?? new Map<string, StoredObject>();
    objects.set(name, { bytes, generation: this.#generation, updated: new Date().toISOString(), crc32c: crc32c.toString(), contentEncoding });
    this.#buckets.set(bucket, objects);
  }

  delete(bucket: string, prefix: string): void {
    const objects = this.#buckets.get(bucket);
    for (const name of objects?.keys() ?? []) if (name.startsWith(prefix)) objects?.delete(name);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://fake');
    const match = /^\/storage\/v1\/b\/(?<bucket>[^/]+)\/o(?:\/(?<name>.+))?$/.exec(url.pathname)?.groups;
    const objects = this.#buckets.get(match?.['bucket'] ?? '');
    const name = match?.['name'];
    if (name === undefined) this.lists.push(url.search);
    else this.reads.push(`${decodeURIComponent(name)} ${request.headers.range ?? 'whole'}`);
    const disturbance = this.disturb(request, name !== undefined);
    if (disturbance?.status !== undefined) return fail(response, disturbance.status);
    if (objects === undefined) return fail(response, 404);
    if (name === undefined) return list(objects, url.searchParams, response);
    const object = objects.get(decodeURIComponent(name));
    if (object === undefined || url.searchParams.get('generation') !== String(object.generation)) return fail(response, 404);
    read(object, request, { response, cutAfterBytes: disturbance?.cutAfterBytes });
  }
}

function list(objects: ReadonlyMap<string, StoredObject>, query: URLSearchParams, response: ServerResponse): void {
  const found = [...objects].filter(([name]) => name.startsWith(query.get('prefix') ?? '')).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const from = Number(query.get('pageToken') ?? '0');
  const to = from + Number(query.get('maxResults') ?? '1000');
  const items = found.slice(from, to).map(([name, { bytes, generation, updated, crc32c, contentEncoding }]) => ({
    name,
    size: String(bytes.byteLength),
    generation: String(generation),
    updated,
    crc32c,
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
  }));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ...(items.length === 0 ? {} : { items }), ...(to < found.length ? { nextPageToken: String(to) } : {}) }));
}

function read({ bytes }: StoredObject, request: IncomingMessage, { response, cutAfterBytes }: { readonly response: ServerResponse; readonly cutAfterBytes: number | undefined }): void {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const body = range === null ? bytes : bytes.subarray(Number(range[1]), Number(range[2]) + 1);
  response.writeHead(range === null ? 200 : 206, { 'content-length': body.byteLength, 'content-type': 'application/octet-stream' });
  if (cutAfterBytes === undefined || cutAfterBytes >= body.byteLength) return void response.end(body);
  response.write(body.subarray(0, cutAfterBytes), () => request.socket.destroy());
}

function fail(response: ServerResponse, code: number): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message: `Fake ${code}`, errors: [{ message: `Fake ${code}`, reason: 'fake' }] } }));
}
