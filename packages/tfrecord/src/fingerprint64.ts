/**
 * TensorFlow's `Fingerprint64` (FarmHash), which chooses buckets for words that are in no vocabulary, and shards.
 *
 * Source: FarmHash's `farmhashna::Hash64`.
 */
export function fingerprint64(bytes: Uint8Array): bigint {
  const read = new Reader(bytes);
  const length = bytes.length;
  if (length <= 16) return upTo16(read, length);
  if (length <= 32) return upTo32(read, length);
  return length <= 64 ? upTo64(read, length) : longer(read, length);
}

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(at: number): bigint {
    return BigInt(this.#bytes[at] ?? 0);
  }

  word32(at: number): bigint {
    return BigInt(this.#view.getUint32(at, true));
  }

  word(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, by: bigint): bigint {
  const word = wrap(value);
  return wrap((word >> by) | (word << (64n - by)));
}

function shiftMix(value: bigint): bigint {
  const word = wrap(value);
  return word ^ (word >> 47n);
}

function hash16(u: bigint, v: bigint, mul: bigint): bigint {
  const a = shiftMix((wrap(u) ^ wrap(v)) * mul);
  const b = shiftMix((wrap(v) ^ a) * mul);
  return wrap(b * mul);
}

function upTo16(read: Reader, length: number): bigint {
  const mul = wrap(K2 + BigInt(length) * 2n);
  if (length >= 8) {
    const a = wrap(read.word(0) + K2);
    const b = read.word(length - 8);
    return hash16(rotate(b, 37n) * mul + a, (rotate(a, 25n) + b) * mul, mul);
  }
  if (length >= 4) return hash16(BigInt(length) + (read.word32(0) << 3n), read.word32(length - 4), mul);
  if (length === 0) return K2;
  const y = read.byte(0) + (read.byte(length >> 1) << 8n);
  const z = BigInt(length) + (read.byte(length - 1) << 2n);
  return wrap(shiftMix(wrap(y * K2) ^ wrap(z * K0)) * K2);
}

function upTo32(read: Reader, length: number): bigint {
  const mul = wrap(K2 + BigInt(length) * 2n);
  const a = wrap(read.word(0) * K1);
  const b = read.word(8);
  const c = wrap(read.word(length - 8) * mul);
  const d = wrap(read.word(length - 16) * K2);
  return hash16(rotate(a + b, 43n) + rotate(c, 30n) + d, a + rotate(b + K2, 18n) + c, mul);
}

function upTo64(read: Reader, length: number): bigint {
  const mul = wrap(K2 + BigInt(length) * 2n);
  const a = wrap(read.word(0) * K2);
  const b = read.word(8);
  const c = wrap(read.word(length - 8) * mul);
  const d = wrap(read.word(length - 16) * K2);
  const y = wrap(rotate(a + b, 43n) + rotate(c, 30n) + d);
  const z = hash16(y, a + rotate(b + K2, 18n) + c, mul);
  const e = wrap(read.word(16) * mul);
  const f = read.word(24);
  const g = wrap((y + read.word(length - 32)) * mul);
  const h = wrap((z + read.word(length - 24)) * mul);
  return hash16(rotate(e + f, 43n) + rotate(g, 30n) + h, e + rotate(f + a, 18n) + g, mul);
}

type Pair = readonly [first: bigint, second: bigint];

interface State {
  x: bigint;
  y: bigint;
  z: bigint;
  v: Pair;
  w: Pair;
}

function longer(read: Reader, length: number): bigint {
  const seed = 81n;
  const y = wrap(seed * K1 + 113n);
  const state: State = { x: wrap(seed * K2 + read.word(0)), y, z: wrap(shiftMix(y * K2 + 113n) * K2), v: [0n, 0n], w: [0n, 0n] };
  const end = Math.floor((length - 1) / 64) * 64;
  for (let at = 0; at < end; at += 64) round(read, at, state, { mul: K1, isLast: false });
  const mul = wrap(K1 + ((state.z & 0xffn) << 1n));
  const w0 = wrap(state.w[0] + BigInt((length - 1) & 63));
  const v0 = wrap(state.v[0] + w0);
  state.v = [v0, state.v[1]];
  state.w = [wrap(w0 + v0), state.w[1]];
  round(read, end + ((length - 1) & 63) - 63, state, { mul, isLast: true });
  const { x, z, v, w } = state;
  return hash16(hash16(v[0], w[0], mul) + shiftMix(state.y) * K0 + z, hash16(v[1], w[1], mul) + x, mul);
}

function round(read: Reader, at: number, state: State, { mul, isLast }: { readonly mul: bigint; readonly isLast: boolean }): void {
  const { v, w } = state;
  const factor = isLast ? 9n : 1n;
  const x = wrap(rotate(state.x + state.y + v[0] + read.word(at + 8), 37n) * mul) ^ wrap(w[1] * factor);
  const y = wrap(wrap(rotate(state.y + v[1] + read.word(at + 48), 42n) * mul) + v[0] * factor + read.word(at + 40));
  const z = wrap(rotate(state.z + w[0], 33n) * mul);
  state.v = weakHash(read, at, v[1] * mul, x + w[0]);
  state.w = weakHash(read, at + 32, z + w[1], y + read.word(at + 16));
  state.x = z;
  state.y = y;
  state.z = x;
}

function weakHash(read: Reader, at: number, first: bigint, second: bigint): Pair {
  const a = wrap(first + read.word(at));
  const z = read.word(at + 24);
  const sum = wrap(a + read.word(at + 8) + read.word(at + 16));
  const b = rotate(second + a + z, 21n) + rotate(sum, 44n);
  return [wrap(sum + z), wrap(b + a)];
}
