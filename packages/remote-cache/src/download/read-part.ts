import type { FileHandle } from 'node:fs/promises';
import { messageOf } from '@servable/core';
import { isFinal, remoteError } from '../errors.ts';
import type { ByteRange, ReadRequest, RemoteObject } from '../remote-store.ts';
import { type BackOff, backOffMs, pause, retryAfterOf, unlessAborted } from '../waiting.ts';

/** How reads behave, and who is told of them. */
export interface ReadContext {
  readonly container: string;
  read(request: ReadRequest): AsyncIterable<Uint8Array>;
  /** A read that brings nothing for so long is given up and tried again. */
  readonly stallTimeoutMs: number;
  readonly backOff: BackOff;
  /** Bytes that came, less those that have to come again. */
  onBytes(bytes: number): void;
  onRequest(request: { readonly isOk: boolean; readonly bytes: number; readonly durationMs: number }): void;
}

/** A part and where it belongs. */
export interface PartTarget {
  readonly file: FileHandle;
  readonly object: RemoteObject;
  readonly part: ByteRange;
}

/** Tries that bring nothing, after which a part fails. */
const MAX_FRUITLESS_TRIES = 5;

/** A server that asks for more time than this is asked after it all the same: the read keeps others waiting. */
const MAX_RETRY_AFTER_MS = 60_000;

/** The disk, not the network: trying the read again would not help. */
export class WriteFault extends Error {}

/** Reads one part into its file; after a fault goes on where it stopped. */
export async function readPart(context: ReadContext, target: PartTarget, signal: AbortSignal): Promise<void> {
  const { object, part } = target;
  let at = part.start;
  let fruitless = 0;
  while (at < part.end) {
    const before = at;
    try {
      at = await readOnce(context, target, { at, signal });
    } catch (thrown) {
      const { error, reached } = thrown instanceof ReadFault ? { error: thrown.cause, reached: thrown.reached } : { error: thrown, reached: at };
      if (signal.aborted) throw signal.reason;
      if (error instanceof WriteFault || isFinal(error)) throw error;
      fruitless = reached > before ? 1 : fruitless + 1;
      if (fruitless >= MAX_FRUITLESS_TRIES) throw remoteError('SRV_REMOTE_READ_FAILED', [object.name, messageOf(error)], { cause: error });
      at = object.hasRanges === false ? part.start : reached;
      context.onBytes(at - reached);
      await pause(Math.max(backOffMs(context.backOff, fruitless, Math.random()), retryAfterOf(error, MAX_RETRY_AFTER_MS)), signal);
    }
  }
}

/** A read that ended too soon, and how far it came. */
class ReadFault extends Error {
  readonly reached: number;

  constructor(reached: number, cause: unknown) {
    super(messageOf(cause), { cause });
    this.reached = reached;
  }
}

/** Resolves to the part's end, or throws a {@link ReadFault}. */
async function readOnce(
  context: ReadContext,
  { file, object, part }: PartTarget,
  { at: start, signal }: { readonly at: number; readonly signal: AbortSignal },
): Promise<number> {
  const startedMs = performance.now();
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error(`nothing came for ${context.stallTimeoutMs} ms`)), context.stallTimeoutMs);
  const combined = AbortSignal.any([signal, stall.signal]);
  const { container } = context;
  let at = start;
  let isOk = false;
  try {
    const chunks = context.read({ container, object, range: { start, end: part.end }, signal: combined });
    for await (const chunk of untilAborted(chunks, combined)) {
      timer.refresh();
      if (at + chunk.byteLength > part.end) throw new Error(`more than the ${part.end - start} bytes that were asked for came`);
      await writeAll(file, chunk, at);
      at += chunk.byteLength;
      context.onBytes(chunk.byteLength);
    }
    if (at < part.end) throw new Error(`it ended after ${at - start} of ${part.end - start} bytes`);
    isOk = true;
    return at;
  } catch (error) {
    throw new ReadFault(at, error);
  } finally {
    clearTimeout(timer);
    context.onRequest({ isOk, bytes: at - start, durationMs: performance.now() - startedMs });
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  try {
    let written = 0;
    while (written < chunk.byteLength) {
      written += (await file.write(chunk, written, chunk.byteLength - written, position + written)).bytesWritten;
    }
  } catch (error) {
    throw new WriteFault(messageOf(error), { cause: error });
  }
}

/** The same items; also ends, with `signal.reason`, when the signal is aborted and whoever makes them does not care. */
async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next.done === true) {
        isOver = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // Not awaited: it may be what hangs.
    if (!isOver) void iterator.return?.().catch(() => undefined);
  }
}
