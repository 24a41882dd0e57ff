import type { Tensor } from '@servable/core';
import { expect, it } from 'vitest';
import { packTensors, unpackTensors } from '../../src/worker/wire-tensor.ts';
import { floats, named, strings } from '../fixtures.ts';

/** What the other thread gets: the buffers move, the rest is cloned. */
function across(tensors: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  const packed = packTensors(named(tensors));
  const received = structuredClone(packed.tensors, { transfer: [...packed.transfer] });
  return Object.fromEntries(unpackTensors(received));
}

it('carries numbers of every width beside each other', () => {
  const tensors = {
    byte: { dtype: 'UINT8', shape: [3], data: Uint8Array.of(1, 2, 3) },
    long: { dtype: 'INT64', shape: [1], data: BigInt64Array.of(-5n) },
    half: { dtype: 'FP16', shape: [1], data: Uint16Array.of(0x3c00) },
    double: { dtype: 'FP64', shape: [], data: Float64Array.of(Math.PI) },
    empty: floats([0, 4], []),
  } as const;
  expect(across(tensors)).toEqual(tensors);
});

it('carries strings with every byte in them, and none', () => {
  const every = Uint8Array.from({ length: 256 }, (_, at) => at);
  expect(across({ s: strings('', every, 'grün', ''), none: strings() })).toEqual({ s: strings('', every, 'grün', ''), none: strings() });
});

it('copies a view, not the buffer behind it', () => {
  const pool = new Float32Array(1_000_000).fill(3);
  const packed = packTensors(named({ x: { dtype: 'FP32', shape: [2], data: pool.subarray(10, 12) } }));
  expect(packed.transfer.map((buffer) => buffer.byteLength)).toEqual([8]);
  expect(pool.length).toBe(1_000_000);
});

it('copies out of shared memory and Node buffers', () => {
  const shared = new Float32Array(new SharedArrayBuffer(8));
  shared.set([1, 2]);
  const bytes = Buffer.from([7, 8]);
  const received = across({ shared: { dtype: 'FP32', shape: [2], data: shared }, bytes: { dtype: 'UINT8', shape: [2], data: bytes } });
  expect(received).toEqual({ shared: floats([2], [1, 2]), bytes: { dtype: 'UINT8', shape: [2], data: Uint8Array.of(7, 8) } });
});
