import { readFileSync } from 'node:fs';
import { type DType, type NamedTensors, type Signature, ServingError, type Tensor } from '@servable/core';
import { expect } from 'vitest';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A file under `packages/protocol/test/fixtures`. */
export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
}

/** A file under the workspace's `fixtures`. */
export function readShared(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../../fixtures/${name}`, import.meta.url), 'utf8'));
}

/** A predict signature with these inputs. */
export function signatureOf(inputs: Readonly<Record<string, DType>>, defaults: NamedTensors = new Map()): Signature {
  return {
    methodName: 'tensorflow/serving/predict',
    inputs: new Map(Object.entries(inputs).map(([name, dtype]) => [name, { dtype, shape: undefined }])),
    outputs: new Map(),
    defaults,
    batching: 'none',
  };
}

/** Tensors as plain values: byte strings as hex, numbers of any width as they are. */
export function plain(tensors: NamedTensors): Record<string, unknown> {
  return Object.fromEntries(Array.from(tensors, ([name, { dtype, shape, data }]) => [name, { dtype, shape, values: valuesOf(data) }]));
}

function valuesOf(data: Tensor['data']): readonly unknown[] {
  return Array.from<unknown, unknown>(data, (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
}

/** The `ServingError` that `act` throws. */
export function thrownBy(act: () => unknown): ServingError {
  try {
    act();
  } catch (error) {
    if (ServingError.is(error)) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

/** A stream of numbers in [0, 1) that is the same every time. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
