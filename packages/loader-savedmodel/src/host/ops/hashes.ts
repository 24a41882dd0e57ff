import { createTensor, type Tensor } from '@servable/core';
import { fingerprint64 } from '@servable/tfrecord';
import { Uncovered } from '../../compile/uncovered.ts';
import { keyedHash } from '../hash/keyed-hash.ts';
import { olderHash } from '../hash/older-hash.ts';
import { bytesOf, type HostCall, type HostFamily, hostInput, hostOp, type HostPlan } from '../host-op.ts';

/** Strings that are hashed between pauses. */
const STEP = 64;

interface Buckets {
  readonly buckets: number;
}

function planOf<More extends object>(call: HostCall, more: More): HostPlan<Buckets & More> {
  const { shape } = hostInput(call, 0);
  return { attributes: { buckets: call.attributes.integer('num_buckets'), ...more }, outputs: [{ dtype: 'INT64', shape }], keepsRows: true };
}

/** Of each string the bucket that its hash is in. */
function* bucketsOf(input: Tensor | undefined, count: bigint, hash: (text: Uint8Array) => bigint): Generator<undefined, readonly Tensor[]> {
  const texts = bytesOf(input);
  const data = new BigInt64Array(texts.length);
  for (const [at, text] of texts.entries()) {
    data[at] = hash(text) % count;
    if (at % STEP === STEP - 1) yield undefined;
  }
  return [createTensor('INT64', input?.shape ?? [], data)];
}

const fast = hostOp<Buckets>({
  plan: (call) => planOf(call, {}),
  prepare: ({ buckets }) => ([input]) => bucketsOf(input, BigInt(buckets), fingerprint64),
});

const older = hostOp<Buckets>({
  plan: (call) => planOf(call, {}),
  prepare: ({ buckets }) => ([input]) => bucketsOf(input, BigInt(buckets), olderHash),
});

const strong = hostOp<Buckets & { readonly key: readonly string[] }>({
  plan: (call) => {
    const key = call.attributes.bigIntegers('key');
    if (key.length !== 2) throw new Uncovered(`its key has ${key.length} parts`);
    return planOf(call, { key: key.map(String) });
  },
  prepare: ({ buckets, key: [first = '0', second = '0'] }) => {
    const key = [BigInt.asUintN(64, BigInt(first)), BigInt.asUintN(64, BigInt(second))] as const;
    return ([input]) => bucketsOf(input, BigInt(buckets), (text) => keyedHash(text, key));
  },
});

/** Strings as numbers of buckets. */
export const HASHES: HostFamily = {
  title: 'Hashes',
  ops: { StringToHashBucket: older, StringToHashBucketFast: fast, StringToHashBucketStrong: strong },
};
