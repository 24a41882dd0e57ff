import { connect, type Socket } from 'node:net';
import { defer } from '../runner/deferred.ts';
import { Answers } from './load-result.ts';

/** The frames of HTTP/2 that a unary call needs. Source: RFC 9113, sections 4.1 and 6. */
const DATA = 0;
const HEADERS = 1;
const RESET = 3;
const SETTINGS = 4;
const PING = 6;
const GO_AWAY = 7;
const WINDOW_UPDATE = 8;
const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;

const FRAME_HEAD = 9;
const FIRST_WINDOW = 65_535;
const LARGEST_WINDOW = 2 ** 31 - 1;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export interface GrpcTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly request: Uint8Array;
  /** What every answer must be, byte by byte. */
  readonly answer: Uint8Array;
}

/**
 * One connection that sends the same call again and again, with a fixed number of calls under way. It writes and reads
 * frames by hand: a client of `@grpc/grpc-js` takes more time for a call than the server, so it would measure itself.
 */
export class GrpcConnection {
  readonly #socket: Socket;
  readonly #call: Buffer;
  readonly #dataBytes: number;
  readonly #answer: Buffer;
  readonly #startedMs = new Map<number, number>();
  /** Bytes of each stream's answer that have come. */
  readonly #received = new Map<number, number>();
  readonly #ended = defer<void>();
  #answers = new Answers();
  #callsLeft = 0;
  #nextStream = 1;
  #sendWindow = FIRST_WINDOW;
  #rest: Buffer = Buffer.alloc(0);

  constructor({ host, port, path, request, answer }: GrpcTarget) {
    this.#socket = connect({ host, port, noDelay: true });
    const headers = headerBlock(path, `${host}:${port}`);
    const message = withPrefix(request);
    this.#call = Buffer.concat([frame(HEADERS, END_HEADERS, headers), frame(DATA, END_STREAM, message)]);
    this.#dataBytes = message.length;
    this.#answer = withPrefix(answer);
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#ended.reject(error));
    this.#socket.on('close', () => this.#ended.reject(new Error('the server closed the connection')));
    this.#socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, OUR_SETTINGS), frame(WINDOW_UPDATE, 0, uint32(LARGEST_WINDOW - FIRST_WINDOW))]));
  }

  /** Makes this many calls, never more than `underWay` at once. */
  run(calls: number, underWay: number, answers: Answers): Promise<void> {
    this.#answers = answers;
    this.#callsLeft = calls;
    for (let call = 0; call < Math.min(calls, underWay); call += 1) this.#send();
    return this.#ended.promise.finally(() => this.#socket.destroy());
  }

  #send(): void {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    this.#callsLeft -= 1;
    this.#sendWindow -= this.#dataBytes;
    if (this.#sendWindow < 0) throw new Error('The server takes no more bytes: give it fewer calls at once');
    const call = Buffer.from(this.#call);
    call.writeUInt32BE(stream, 5);
    call.writeUInt32BE(stream, call.length - this.#dataBytes - 4);
    this.#startedMs.set(stream, performance.now());
    this.#socket.write(call);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    this.#socket.cork();
    while (bytes.length - at >= FRAME_HEAD) {
      const end = at + FRAME_HEAD + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#take(bytes.subarray(at, end));
      at = end;
    }
    this.#socket.uncork();
    this.#rest = bytes.subarray(at);
  }

  #take(whole: Buffer): void {
    const type = whole[3] ?? 0;
    const flags = whole[4] ?? 0;
    const stream = whole.readUInt32BE(5) & LARGEST_WINDOW;
    const payload = whole.subarray(FRAME_HEAD);
    if (type === DATA && payload.length > 0) this.#check(stream, payload);
    if (type === SETTINGS && (flags & ACK) === 0) this.#socket.write(frame(SETTINGS, ACK, NOTHING));
    if (type === PING && (flags & ACK) === 0) this.#socket.write(frame(PING, ACK, payload));
    if (type === WINDOW_UPDATE && stream === 0) this.#sendWindow += payload.readUInt32BE(0);
    if (type === RESET || type === GO_AWAY) this.#ended.reject(new Error(`The server ended stream ${stream}`));
    if ((type === DATA || type === HEADERS) && (flags & END_STREAM) !== 0) this.#finish(stream);
  }

  /** A refusal has no message, so the right message means that the call was good. A long one comes in several frames. */
  #check(stream: number, part: Buffer): void {
    const from = this.#received.get(stream) ?? 0;
    const to = from + part.length;
    if (part.equals(this.#answer.subarray(from, to))) this.#received.set(stream, to);
    else this.#ended.reject(new Error(`Stream ${stream} was answered with ${part.toString('hex')} from byte ${from} on`));
  }

  #finish(stream: number): void {
    const now = performance.now();
    if (this.#received.get(stream) !== this.#answer.length) this.#ended.reject(new Error(`Stream ${stream} ended without an answer`));
    this.#received.delete(stream);
    this.#answers.add(now - (this.#startedMs.get(stream) ?? Number.NaN));
    this.#startedMs.delete(stream);
    if (this.#callsLeft > 0) this.#send();
    else if (this.#startedMs.size === 0) this.#ended.resolve();
  }
}

const NOTHING = new Uint8Array(0);
/** No table for header compression, no push, no limit for answers. */
const OUR_SETTINGS = Buffer.concat([setting(1, 0), setting(2, 0), setting(4, LARGEST_WINDOW)]);

function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function frame(type: number, flags: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.set(payload, FRAME_HEAD);
  return bytes;
}

/** gRPC's five bytes before a message: not compressed, and its length. */
function withPrefix(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0), uint32(message.length), message]);
}

/** Literals without indexing, names from the static table. Source: RFC 7541, section 6.2.2 and appendix A. */
function headerBlock(path: string, authority: string): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
  return Buffer.concat([
    Buffer.of(0x83, 0x86), // :method POST, :scheme http
    Buffer.of(0x04), text(path),
    Buffer.of(0x01), text(authority),
    Buffer.of(0x0f, 0x10), text('application/grpc'),
    Buffer.of(0x00), text('te'), text('trailers'),
  ]);
}
