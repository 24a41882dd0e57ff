/**
 * Writes the few protobuf messages that the C API takes: `ConfigProto`, `RunOptions`, `TensorProto`. A protobuf library would be the larger
 * part of what an engine thread loads.
 */
export class ProtoBytes {
  readonly #parts: Uint8Array[] = [];

  /** A field of an integer or boolean; negative numbers take ten bytes, as int32 and int64 do. */
  int(field: number, value: number): this {
    this.#parts.push(varint(field * 8), varint(value));
    return this;
  }

  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.#parts.push(varint(field * 8 + 1), bytes);
    return this;
  }

  /** A field of bytes or of a message. */
  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint(field * 8 + 2), varint(value.byteLength), value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
