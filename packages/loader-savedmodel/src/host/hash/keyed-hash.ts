import { rotateLeft, wordAt, wrap } from './words.ts';

/**
 * SipHash-2-4 of bytes, by which `StringToHashBucketStrong` chooses buckets.
 *
 * Source: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF".
 */
export function keyedHash(bytes: Uint8Array, [first, second]: readonly [bigint, bigint]): bigint {
  const state: State = [first ^ 0x736f6d6570736575n, second ^ 0x646f72616e646f6dn, first ^ 0x6c7967656e657261n, second ^ 0x7465646279746573n];
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) absorb(state, wordAt(bytes, at));
  absorb(state, wordAt(bytes, whole, bytes.length - whole) | (BigInt(bytes.length & 0xff) << 56n));
  state[2] ^= 0xffn;
  for (let round = 0; round < 4; round++) mix(state);
  return state[0] ^ state[1] ^ state[2] ^ state[3];
}

type State = [bigint, bigint, bigint, bigint];

function absorb(state: State, word: bigint): void {
  state[3] ^= word;
  mix(state);
  mix(state);
  state[0] ^= word;
}

function mix(state: State): void {
  let [a, b, c, d] = state;
  a = wrap(a + b);
  b = rotateLeft(b, 13n) ^ a;
  a = rotateLeft(a, 32n);
  c = wrap(c + d);
  d = rotateLeft(d, 16n) ^ c;
  a = wrap(a + d);
  d = rotateLeft(d, 21n) ^ a;
  c = wrap(c + b);
  b = rotateLeft(b, 17n) ^ c;
  c = rotateLeft(c, 32n);
  [state[0], state[1], state[2], state[3]] = [a, b, c, d];
}
