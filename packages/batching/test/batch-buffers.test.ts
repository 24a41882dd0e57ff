import { type NamedTensors, type Tensor, type TensorData } from '@servable/core';
import { expect, it } from 'vitest';
import { BatchBuffers } from '../src/batch-buffers.ts';

const MANY = 32 * 1024;

function bufferOf(data: TensorData): unknown {
  return ArrayBuffer.isView(data) ? data.buffer : undefined;
}

function named(data: TensorData): NamedTensors {
  return new Map([['x', { dtype: 'FP32', shape: [data.length], data } as Tensor]]);
}

it('gives memory again once its batch is answered, to as many values as are asked for', () => {
  const buffers = new BatchBuffers();
  const first = buffers.allocate('FP32', MANY);
  buffers.giveBack(named(first), new Map());
  const second = buffers.allocate('FP32', MANY - 1000);
  expect(bufferOf(second)).toBe(bufferOf(first));
  expect(second).toHaveLength(MANY - 1000);
});

it('never gives memory that a batch under way has', () => {
  const buffers = new BatchBuffers();
  const seen = Array.from({ length: 8 }, () => bufferOf(buffers.allocate('FP32', MANY)));
  expect(new Set(seen).size).toBe(8);
});

it('leaves memory alone that an output is a view of', () => {
  const buffers = new BatchBuffers();
  const input = buffers.allocate('FP32', MANY) as Float32Array;
  buffers.giveBack(named(input), named(input.subarray(8, 16)));
  expect(bufferOf(buffers.allocate('FP32', MANY))).not.toBe(input.buffer);
});

it('leaves memory alone after a run that failed: it may still be read', () => {
  const buffers = new BatchBuffers();
  const input = buffers.allocate('FP32', MANY);
  buffers.forget(named(input));
  buffers.giveBack(named(input), new Map());
  expect(bufferOf(buffers.allocate('FP32', MANY))).not.toBe(bufferOf(input));
});

it('keeps nothing that is not its own, is small, or went to another thread', () => {
  const buffers = new BatchBuffers();
  const foreign = new Float32Array(MANY);
  const moved = buffers.allocate('FP32', MANY) as Float32Array<ArrayBuffer>;
  const small = buffers.allocate('FP32', 8);
  structuredClone(moved.buffer, { transfer: [moved.buffer] });
  for (const data of [foreign, moved, small]) buffers.giveBack(named(data), new Map());
  expect([foreign.buffer, moved.buffer]).not.toContain(bufferOf(buffers.allocate('FP32', MANY)));
  expect(bufferOf(buffers.allocate('FP32', 8))).not.toBe(bufferOf(small));
});

it('keeps no more than 8 MiB', () => {
  const buffers = new BatchBuffers();
  const lent = Array.from({ length: 10 }, () => buffers.allocate('FP32', 2 ** 18));
  for (const data of lent) buffers.giveBack(named(data), new Map());
  const known = new Set(lent.map(bufferOf));
  const again = Array.from({ length: 10 }, () => bufferOf(buffers.allocate('FP32', 2 ** 18)));
  expect(again.filter((buffer) => known.has(buffer))).toHaveLength(8);
});

it('has texts made anew', () => {
  const buffers = new BatchBuffers();
  const texts = buffers.allocate('BYTES', 3);
  buffers.giveBack(new Map([['x', { dtype: 'BYTES', shape: [3], data: texts } as Tensor]]), new Map());
  expect(texts).toEqual([new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)]);
});
