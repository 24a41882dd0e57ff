import type { ReadRequest, RemoteLocation, RemoteObject, RemoteStore } from '@servable/remote-cache';
import { httpError } from './errors.ts';
import { bodyOf, release, request } from './http-client.ts';
import { readIndex } from './http-index.ts';

const ARCHIVE = /(?:^|\/)(?:(?<version>\d+)|[^/]*)\.(?:tar\.gz|tgz)$/;

/** About 40,000 files. It is parsed in one go. */
const MAX_INDEX_BYTES = 8 * 2 ** 20;

/** Files behind URLs: of an index, or one archive. The container is the URL. */
export class HttpStore implements RemoteStore {
  readonly #headers: Readonly<Record<string, string>>;
  /** What each index held, by its ETag, so that one that did not change is not sent again. */
  readonly #indexes = new Map<string, { readonly etag: string; readonly objects: readonly RemoteObject[] }>();
  /** Servers that answered a range with everything. */
  readonly #withoutRanges = new Set<string>();

  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = headers;
  }

  locate(path: string): RemoteLocation {
    const url = new URL(path);
    if (url.username !== '' || url.password !== '') throw new Error("it holds a user or a password: give them as the source's headers");
    if (url.pathname.endsWith('/')) url.pathname += 'index.json';
    return { container: url.href, prefix: '' };
  }

  async *list({ container }: RemoteLocation, signal: AbortSignal): AsyncGenerator<readonly RemoteObject[]> {
    yield ARCHIVE.test(new URL(container).pathname) ? await this.#headArchive(container, signal) : await this.#getIndex(container, signal);
  }

  async *read({ container, object, range, signal }: ReadRequest): AsyncGenerator<Uint8Array> {
    const url = object.locator ?? container;
    const isWhole = range.start === 0 && range.end === object.sizeBytes;
    const headers: Record<string, string> = {};
    if (!isWhole) headers['range'] = `bytes=${range.start}-${range.end - 1}`;
    if (object.archive !== undefined && object.revision.startsWith('"')) headers['if-match'] = object.revision;
    const response = await request(this.#headers, { url, home: container, headers, signal });
    if (isReplaced(response, object)) {
      release(response);
      throw httpError('SRV_HTTP_REPLACED', [url]);
    }
    const body = bodyOf(url, response);
    if (response.status === 206) {
      const got = response.headers.get('content-range') ?? '';
      if (!got.startsWith(`bytes ${range.start}-${range.end - 1}/`)) {
        release(response);
        throw httpError('SRV_HTTP_RANGE', [url, `${range.start}-${range.end - 1}`, got]);
      }
      yield* body;
    } else if (isWhole) yield* body;
    else {
      this.#withoutRanges.add(new URL(url).origin);
      yield* cut(body, range);
    }
  }

  async #getIndex(url: string, signal: AbortSignal): Promise<readonly RemoteObject[]> {
    const before = this.#indexes.get(url);
    const response = await request(this.#headers, { url, home: url, headers: before === undefined ? {} : { 'if-none-match': before.etag }, signal });
    if (response.status === 304 && before !== undefined) return this.#marked(before.objects);
    if (response.status === 404) release(response);
    if (response.status === 404) return [];
    // An index without versions is there all the same.
    const objects = [{ name: 'index/', sizeBytes: 0, revision: '' }, ...readIndex(url, await indexText(url, bodyOf(url, response)))];
    const etag = response.headers.get('etag');
    if (etag === null) this.#indexes.delete(url);
    else this.#indexes.set(url, { etag, objects });
    return this.#marked(objects);
  }

  #marked(objects: readonly RemoteObject[]): readonly RemoteObject[] {
    const isWithout = ({ locator }: RemoteObject): boolean => locator !== undefined && this.#withoutRanges.has(new URL(locator).origin);
    return objects.map((object) => (isWithout(object) ? { ...object, hasRanges: false } : object));
  }

  /** The version is the number that names the archive, else the second of its last change: replacing it makes a new version. */
  async #headArchive(url: string, signal: AbortSignal): Promise<readonly RemoteObject[]> {
    const response = await request(this.#headers, { url, home: url, method: 'HEAD', signal });
    if (response.status === 404) return [];
    bodyOf(url, response);
    const length = response.headers.get('content-length');
    if (length === null) throw httpError('SRV_HTTP_ARCHIVE_UNSIZED', [url]);
    const modified = response.headers.get('last-modified') ?? '';
    const modifiedMs = Date.parse(modified);
    const named = ARCHIVE.exec(new URL(url).pathname)?.groups?.['version'];
    const version = named ?? (Number.isNaN(modifiedMs) ? '1' : String(Math.floor(modifiedMs / 1000)));
    return [
      {
        name: `${version}/archive.tar.gz`,
        sizeBytes: Number(length),
        revision: response.headers.get('etag') ?? modified,
        archive: 'tar.gz',
        hasRanges: response.headers.get('accept-ranges') === 'bytes',
        locator: url,
        ...(Number.isNaN(modifiedMs) ? {} : { updatedMs: modifiedMs }),
      },
    ];
  }
}

/** Whether what is there now is not what was listed: by its ETag, else by the time of its last change. */
function isReplaced({ status, ok, headers }: Response, { archive, revision }: RemoteObject): boolean {
  if (status === 412) return true;
  // What an index lists is held to its sum instead.
  if (!ok || archive === undefined) return false;
  return (headers.get('etag') ?? headers.get('last-modified') ?? '') !== revision;
}

/** The text of an index; no more than can be read without others waiting for it. */
async function indexText(url: string, body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_INDEX_BYTES) throw httpError('SRV_HTTP_INDEX_INVALID', [url, `it is longer than ${MAX_INDEX_BYTES} bytes`]);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A range out of everything. */
async function* cut(body: AsyncIterable<Uint8Array>, { start, end }: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of body) {
    const piece = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
    at += chunk.byteLength;
    if (piece.byteLength > 0) yield piece;
    if (at >= end) return;
  }
}
