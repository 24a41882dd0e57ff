import { type FileHandle, open } from 'node:fs/promises';

/** One field of a message: where its content is, or its number when it is a varint. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Of a varint, read as a signed 64-bit integer; exact up to 2^53. Else 0. */
  readonly value: number;
  /** Where the content of a length-delimited or fixed field begins, in bytes from the start of the file. */
  readonly start: number;
  /** Where the next field begins. */
  readonly end: number;
}

/** A part of the file that holds one message. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The bytes are no protocol buffer message, or one that this reader refuses. */
export class MalformedProtobuf extends Error {}

/** Small, because each tensor that is skipped costs one reading of it. */
const WINDOW_BYTES = 16 * 1024;
const LONGEST_HEADER = 20;

/**
 * Reads a protocol buffer file field by field through a window of 16 KiB. What a reader does not ask for is skipped
 * without being read, so that a file of many gigabytes of weights costs as little as its graph.
 */
export class ProtobufFile {
  readonly size: number;
  readonly #file: FileHandle;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #windowStart = 0;
  #windowEnd = 0;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  static async open(path: string): Promise<ProtobufFile> {
    const file = await open(path, 'r');
    try {
      return new ProtobufFile(file, (await file.stat()).size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Calls `visit` with every field of a message, in order. */
  async forEachField(span: Span, visit: (field: Field) => Promise<void> | void): Promise<void> {
    for (let position = span.start; position < span.end; ) {
      const needed = Math.min(position + LONGEST_HEADER, span.end);
      if (position < this.#windowStart || needed > this.#windowEnd) await this.#moveWindow(position);
      const field = this.#fieldAt(position, span.end);
      const visiting = visit(field);
      if (visiting !== undefined) await visiting;
      position = field.end;
    }
  }

  /** The text of a field; longer texts than `maxBytes` are refused. */
  async text(field: Field, maxBytes: number = 64 * 1024): Promise<string> {
    this.#content(field);
    return (await this.bytes(field, maxBytes)).toString('utf8');
  }

  /** The content of a length-delimited or fixed field; longer ones than `maxBytes` are refused. */
  async bytes(field: Field, maxBytes: number = 64 * 1024): Promise<Buffer> {
    const length = field.end - field.start;
    if (length > maxBytes) throw new MalformedProtobuf(`a text of ${length} bytes at byte ${field.start}`);
    const bytes = Buffer.alloc(length);
    if (field.start >= this.#windowStart && field.end <= this.#windowEnd) {
      this.#window.copy(bytes, 0, field.start - this.#windowStart, field.end - this.#windowStart);
    } else {
      await this.#file.read(bytes, 0, length, field.start);
    }
    return bytes;
  }

  /** The numbers of a repeated integer field, packed or one at a time. */
  async integers(field: Field): Promise<number[]> {
    if (field.wireType === 0) return [field.value];
    if (this.#content(field) > WINDOW_BYTES) throw new MalformedProtobuf(`a list of ${field.end - field.start} bytes at byte ${field.start}`);
    const values: number[] = [];
    for (let position = field.start; position < field.end; ) {
      if (position < this.#windowStart || Math.min(position + LONGEST_HEADER, field.end) > this.#windowEnd) await this.#moveWindow(position);
      const [value, next] = this.#varintAt(position, field.end);
      values.push(value);
      position = next;
    }
    return values;
  }

  /** The span of an embedded message. */
  message(field: Field): Span {
    this.#content(field);
    return { start: field.start, end: field.end };
  }

  #content(field: Field): number {
    if (field.wireType !== 2) throw new MalformedProtobuf(`field ${field.number} at byte ${field.start} is of another type`);
    return field.end - field.start;
  }

  async #moveWindow(position: number): Promise<void> {
    const { bytesRead } = await this.#file.read(this.#window, 0, WINDOW_BYTES, position);
    this.#windowStart = position;
    this.#windowEnd = position + bytesRead;
  }

  #fieldAt(position: number, end: number): Field {
    const [tag, start] = this.#varintAt(position, end);
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (number < 1 || number >= 2 ** 29) throw new MalformedProtobuf(`no field at byte ${position}`);
    switch (wireType) {
      case 0: {
        const [value, next] = this.#varintAt(start, end);
        return { number, wireType, value, start, end: next };
      }
      case 1:
        return spanning(number, wireType, start, start + 8, end);
      case 2: {
        const [length, content] = this.#varintAt(start, end);
        return spanning(number, wireType, content, length < 0 ? Infinity : content + length, end);
      }
      case 5:
        return spanning(number, wireType, start, start + 4, end);
      default:
        throw new MalformedProtobuf(`wire type ${wireType} at byte ${position}`);
    }
  }

  /** The value and where the next byte is. The caller has moved the window here. */
  #varintAt(position: number, end: number): readonly [value: number, next: number] {
    let low = 0;
    let high = 0;
    for (let at = 0; at < 10; at++) {
      if (position + at >= Math.min(end, this.#windowEnd)) break;
      const byte = this.#window[position + at - this.#windowStart] ?? 0;
      if (at < 4) low += (byte & 0x7f) * 2 ** (7 * at);
      else if (at === 4) {
        low += (byte & 0x0f) * 2 ** 28;
        high += (byte & 0x7f) >> 4;
      } else high += (byte & 0x7f) * 2 ** (7 * at - 32);
      if (byte < 0x80) return [(high | 0) * 2 ** 32 + low, position + at + 1];
    }
    throw new MalformedProtobuf(`it ends, or an integer is too long, at byte ${position}`);
  }
}

function spanning(number: number, wireType: number, start: number, stop: number, end: number): Field {
  if (stop > end) throw new MalformedProtobuf(`field ${number} at byte ${start} reaches beyond its message: the file is cut short or damaged`);
  return { number, wireType, value: 0, start, end: stop };
}
