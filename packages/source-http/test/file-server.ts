import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface ServedFile {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly modified?: Date;
}

/** A server of files in memory, with ranges and ETags, for a test to change and to look at. */
export class FileServer {
  readonly files = new Map<string, ServedFile>();
  /** `GET /path bytes=0-9` of every request, oldest first. */
  readonly requests: string[] = [];
  hasRanges = true;
  /** When set, what every request must carry. */
  authorization: string | undefined;
  readonly #server: Server;
  #revision = 0;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<FileServer> {
    const server = new FileServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  put(path: string, content: string | Uint8Array, modified?: Date): void {
    this.#revision += 1;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.files.set(path, { bytes, etag: `"r${this.#revision}"`, ...(modified === undefined ? {} : { modified }) });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(url);
    this.requests.push([method, path, headers.range].filter((part) => part !== undefined).join(' '));
    const file = this.files.get(path);
    if (this.authorization !== undefined && headers.authorization !== this.authorization) return void response.writeHead(401).end();
    if (file === undefined) return void response.writeHead(404).end();
    if (headers['if-match'] !== undefined && headers['if-match'] !== file.etag) return void response.writeHead(412).end();
    response.setHeader('etag', file.etag);
    if (file.modified !== undefined) response.setHeader('last-modified', file.modified.toUTCString());
    if (headers['if-none-match'] === file.etag) return void response.writeHead(304).end();
    if (this.hasRanges) response.setHeader('accept-ranges', 'bytes');
    const range = this.hasRanges ? /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') : null;
    const body = range === null ? file.bytes : file.bytes.subarray(Number(range[1]), Number(range[2]) + 1);
    response.writeHead(range === null ? 200 : 206, { 'content-length': body.byteLength });
    response.end(method === 'HEAD' ? undefined : body);
  }
}
