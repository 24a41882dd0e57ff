import type { Storage } from '@google-cloud/storage';
import { parseRetryAfter, type ReadRequest, type RemoteLocation, type RemoteObject, type RemoteStore } from '@servable/remote-cache';
import { gcsError, listFault, readFault } from './errors.ts';

/** As many as one answer can hold. */
const PAGE_LENGTH = 1000;
/** Of what a server says of a fault. */
const MAX_MESSAGE_LENGTH = 500;
/** Nothing else is asked for: answers are a tenth as long then. */
const FIELDS = 'items(name,size,generation,crc32c,updated,contentEncoding),nextPageToken';

/** Source: Google Cloud Storage JSON API, `Objects: list` and the resource `Objects`. */
interface ListAnswer {
  readonly items?: readonly ListedObject[];
  readonly nextPageToken?: string;
}

interface ListedObject {
  readonly name: string;
  /** int64s are texts. */
  readonly size: string;
  readonly generation: string;
  /** Four bytes, the highest first, in base64. */
  readonly crc32c?: string;
  readonly updated?: string;
  readonly contentEncoding?: string;
}

/** Objects of a bucket, by generation. */
export class GcsStore implements RemoteStore {
  readonly #storage: Storage;
  readonly #hasCredentials: boolean;
  readonly #userProject: string | undefined;

  constructor(storage: Storage, options: { readonly hasCredentials: boolean; readonly userProject: string | undefined }) {
    this.#storage = storage;
    this.#hasCredentials = options.hasCredentials;
    this.#userProject = options.userProject;
  }

  async *list({ container, prefix }: RemoteLocation): AsyncGenerator<readonly RemoteObject[]> {
    for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
      const { objects, next } = await this.#listPage(container, prefix, pageToken);
      yield objects;
      pageToken = next;
    }
  }

  async *read({ container, object, range, signal }: ReadRequest): AsyncGenerator<Uint8Array> {
    if (object.locator !== undefined) throw gcsError('SRV_GCS_ENCODED', [`gs://${container}/${object.name}`, object.locator]);
    // Not the library's own stream: when a connection is cut in the middle, that one neither goes on nor ends.
    const url = this.#mediaUrl(container, object);
    const headers = { ...(await this.#authorize(container, url)), range: `bytes=${range.start}-${range.end - 1}` };
    const response = await fetch(url, { headers, signal });
    if (response.status !== 206 || response.body === null) throw readFault(container, object.name, await answerFault(response));
    yield* response.body;
  }

  #mediaUrl(container: string, { name, revision }: RemoteObject): string {
    const query = new URLSearchParams({ alt: 'media', generation: revision });
    if (this.#userProject !== undefined) query.set('userProject', this.#userProject);
    return `${this.#storage.apiEndpoint}/storage/v1/b/${encodeURIComponent(container)}/o/${encodeURIComponent(name)}?${query.toString()}`;
  }

  async #authorize(container: string, url: string): Promise<Record<string, string>> {
    if (!this.#hasCredentials) return {};
    try {
      return await this.#storage.authClient.getRequestHeaders(url);
    } catch (error) {
      throw listFault(container, error);
    }
  }

  async #listPage(container: string, prefix: string, pageToken: string): Promise<{ readonly objects: readonly RemoteObject[]; readonly next: string | undefined }> {
    const query = { prefix, autoPaginate: false, maxResults: PAGE_LENGTH, fields: FIELDS, ...(pageToken === '' ? {} : { pageToken }) };
    try {
      // The library's own files lack their metadata when fields are chosen; the answer has all.
      const [, , answer] = (await this.#bucket(container).getFiles(query)) as [unknown, unknown, ListAnswer];
      return { objects: (answer.items ?? []).map(describe), next: answer.nextPageToken };
    } catch (error) {
      throw listFault(container, error);
    }
  }

  #bucket(name: string): ReturnType<Storage['bucket']> {
    return this.#storage.bucket(name, this.#userProject === undefined ? {} : { userProject: this.#userProject });
  }
}

function describe({ name, size, generation, crc32c, updated, contentEncoding }: ListedObject): RemoteObject {
  return {
    name,
    sizeBytes: Number(size),
    revision: generation,
    ...(crc32c === undefined ? {} : { checksum: { algorithm: 'crc32c', hex: Buffer.from(crc32c, 'base64').toString('hex') } }),
    ...(updated === undefined ? {} : { updatedMs: Date.parse(updated) }),
    // What is stored gzipped would have to be unpacked, and its range is that of the packed bytes.
    ...(contentEncoding === undefined || contentEncoding === '' ? {} : { locator: contentEncoding }),
  };
}

/** What an answer that is no range says, in the library's form. */
async function answerFault(response: Response): Promise<Error> {
  const { status } = response;
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), Date.now());
  const text = response.ok ? 'the range was not answered as one' : await beginningOf(response);
  if (response.ok) await response.body?.cancel();
  return Object.assign(new Error(`HTTP ${status}: ${text}`), { code: status, retryAfterMs });
}

/** No more than a message can hold, however long the answer is. */
async function beginningOf({ body }: Response): Promise<string> {
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString('latin1');
    if (text.length >= MAX_MESSAGE_LENGTH) break;
  }
  return Buffer.from(text.slice(0, MAX_MESSAGE_LENGTH), 'latin1').toString();
}
