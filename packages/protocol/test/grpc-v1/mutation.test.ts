import { ServingError, tensorByteLength } from '@servable/core';
import { expect, it } from 'vitest';
import { decodePredictRequest } from '../../src/grpc-v1/request.ts';
import { decodeTensor } from '../../src/grpc-v1/tensor-proto.ts';
import { bytesOf, hexOf, wireEntries } from './golden.ts';

const MUTATIONS = 100_000;
const MAX_EXPANDED_BYTES = 2 ** 20;

/** A small generator with a seed: the same mutations in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Each tensor of the fixtures inside a request, and the requests themselves. */
function corpus(): readonly Uint8Array[] {
  const requests = wireEntries('rpc.json', 'tensorflow.serving.PredictRequest').map(([, entry]) => bytesOf(entry));
  const wrapped = wireEntries('tensor_proto.json').map(([, entry]) => {
    const tensor = bytesOf(entry);
    return Buffer.concat([Uint8Array.of(0x0a, 3, 0x0a, 1, 0x6d, 0x12, tensor.length + 5, 0x0a, 1, 0x78, 0x12, tensor.length), tensor]);
  });
  return [...requests.filter((bytes) => bytes.length > 0), ...wrapped];
}

/** Bytes that change more than a random one would: ends of varints, tags, lengths. */
const SPECIAL = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x1a, 0x22, 0x2a, 0x0b, 0x0c];

function mutate(original: Uint8Array, random: (below: number) => number, others: readonly Uint8Array[]): Uint8Array {
  let bytes = Uint8Array.from(original);
  for (let left = 1 + random(2); left > 0 && bytes.length > 0; left -= 1) {
    const at = random(bytes.length);
    const kind = random(10);
    // Half of the mutations keep the length, so that what they do is not always one wrong length.
    if (kind > 4) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    else if (kind === 1) bytes[at] = SPECIAL[random(SPECIAL.length)] ?? 0;
    else if (kind === 2) bytes = bytes.slice(0, at);
    else if (kind === 3) bytes = Uint8Array.from([...bytes.slice(0, at), random(256), ...bytes.slice(at)]);
    else if (kind === 4) bytes = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1 + random(4))]);
    else bytes = Uint8Array.from([...bytes.slice(0, at), ...(others[random(others.length)] ?? [])]);
  }
  return bytes;
}

/** `undefined` when it was refused as it should be; throws what should never be thrown. */
function attempt<T>(bytes: Uint8Array, decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (ServingError.is(error) && error.status === 'INVALID_ARGUMENT' && error.code.startsWith('SRV_GRPC_V1_')) return undefined;
    throw new Error(`${hexOf(bytes)} made ${String(error)}`, { cause: error });
  }
}

it('answers 100,000 mutated requests with a value or an error of its own, and takes no more memory than it may', { timeout: 60_000 }, () => {
  const random = createRandom(1);
  const originals = corpus();
  const counts = { requests: 0, tensors: 0, refused: 0 };
  for (let run = 0; run < MUTATIONS; run += 1) {
    const bytes = mutate(originals[run % originals.length] ?? new Uint8Array(0), random, originals);
    const request = attempt(bytes, () => decodePredictRequest(bytes));
    counts[request === undefined ? 'refused' : 'requests'] += 1;
    for (const tensorBytes of request?.inputs.values() ?? []) {
      const tensor = attempt(tensorBytes, () => decodeTensor(tensorBytes, { maxExpandedBytes: MAX_EXPANDED_BYTES }));
      if (tensor === undefined) continue;
      counts.tensors += 1;
      // A varint of one byte may stand for eight; a string that stands for many shares its bytes with them.
      const held = tensor.dtype === 'BYTES' ? tensor.data.length * 16 : tensorByteLength(tensor);
      if (held > Math.max(MAX_EXPANDED_BYTES, tensorBytes.length * 16)) throw new Error(`${hexOf(tensorBytes)} took ${held} bytes`);
    }
  }
  // Had everything been refused at once, nothing would have been tried.
  expect(counts.requests).toBeGreaterThan(MUTATIONS / 5);
  expect(counts.tensors).toBeGreaterThan(MUTATIONS / 20);
  expect(counts.refused).toBeGreaterThan(MUTATIONS / 10);
});
