import { connect, type Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** An HTTP/1.1 connection that sends exactly the bytes it is given and reads whole answers. */
export class RawHttpConnection {
  readonly socket: Socket;
  #buffered = Buffer.alloc(0);
  #isClosed = false;
  #wake = (): void => {};

  constructor(address: string) {
    const [host = '', port = ''] = address.split(':');
    this.socket = connect(Number(port), host);
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk) => {
      this.#buffered = Buffer.concat([this.#buffered, chunk]);
      this.#wake();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next answer; `undefined` when the connection ended before one. A `HEAD` answer has no body. */
  async response(method = 'GET'): Promise<RawResponse | undefined> {
    for (;;) {
      const parsed = this.#parse(method);
      if (parsed !== undefined) return parsed;
      if (this.#isClosed) return undefined;
      await this.#more();
    }
  }

  /** Resolves when the other side has closed the connection. */
  async closed(): Promise<void> {
    while (!this.#isClosed) await this.#more();
  }

  close(): void {
    this.socket.destroy();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #parse(method: string): RawResponse | undefined {
    const end = this.#buffered.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.#buffered.toString('latin1', 0, end).split('\r\n');
    const match = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine);
    const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
    if (match?.[1] === '100') {
      this.#buffered = this.#buffered.subarray(end + 4);
      return this.#parse(method);
    }
    const length = method === 'HEAD' ? 0 : Number(headers.get('content-length') ?? 0);
    if (this.#buffered.length < end + 4 + length) return undefined;
    const body = this.#buffered.toString('utf8', end + 4, end + 4 + length);
    this.#buffered = this.#buffered.subarray(end + 4 + length);
    return { status: Number(match?.[1]), reason: match?.[2] ?? '', headers, body };
  }
}

export interface RawRequest {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The bytes of a request, with `Content-Length` when it has a body. */
export function requestBytes({ method = 'GET', target, headers = {}, body }: RawRequest): Buffer {
  const content = Buffer.from(body ?? '');
  const all = { host: 'test', ...(body === undefined ? {} : { 'content-length': String(content.length) }), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), content]);
}

/** Sends one request on a connection of its own. @throws when it is not answered */
export async function rawRequest(address: string, request: RawRequest): Promise<RawResponse> {
  const connection = new RawHttpConnection(address);
  connection.send(requestBytes(request));
  const response = await connection.response(request.method);
  connection.close();
  if (response === undefined) throw new Error(`${request.method ?? 'GET'} ${request.target} was not answered`);
  return response;
}
