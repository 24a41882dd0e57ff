import { fingerprint64 } from '@servable/tfrecord';

/** The shard a key is in: an integer modulo the count, a string's fingerprint modulo the count. Never negative. */
export function shardOf(key: bigint | Uint8Array, count: number): number {
  const shards = BigInt(count);
  if (typeof key !== 'bigint') return Number(fingerprint64(key) % shards);
  const rest = key % shards;
  return Number(rest < 0n ? rest + shards : rest);
}

const encoder = new TextEncoder();

/** The bucket of a key that is not in the table, as TensorFlow's StaticVocabularyTable hashes: integers by their decimal text. */
export function bucketOf(key: bigint | Uint8Array, buckets: number): number {
  const bytes = typeof key === 'bigint' ? encoder.encode(String(key)) : key;
  return Number(fingerprint64(bytes) % BigInt(buckets));
}
