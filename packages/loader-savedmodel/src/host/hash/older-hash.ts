import { wordAt, wrap } from './words.ts';

const FACTOR = 0xc6a4a7935bd1e995n;
const SEED = 0xdecafcaffen;

/** A number whose upper bits are in its lower ones too. */
function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n);
}

/** MurmurHash64A of bytes, by which the older `StringToHashBucket` chooses buckets. */
export function olderHash(bytes: Uint8Array): bigint {
  let hash = SEED ^ wrap(BigInt(bytes.length) * FACTOR);
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) hash = wrap((hash ^ wrap(shiftMix(wrap(wordAt(bytes, at) * FACTOR)) * FACTOR)) * FACTOR);
  if (whole < bytes.length) hash = wrap((hash ^ wordAt(bytes, whole, bytes.length - whole)) * FACTOR);
  return shiftMix(wrap(shiftMix(hash) * FACTOR));
}

/** Two hashes as one, as crosses of features are hashed. */
export function joinedHash(first: bigint, second: bigint): bigint {
  const joined = first ^ FACTOR ^ wrap(shiftMix(wrap(second * FACTOR)) * FACTOR);
  return shiftMix(wrap(shiftMix(wrap(joined * FACTOR)) * FACTOR));
}
