import { expect, it } from 'vitest';
import { asStreaming, type GrpcCall, type GrpcMethod } from '../src/index.ts';

const call: GrpcCall = { path: '/p', metadata: new Map(), peer: '', signal: new AbortController().signal, deadlineMs: undefined };
const double: GrpcMethod = { kind: 'unary', path: '/p', handle: (request) => request.map((byte) => byte * 2) };

async function collect(values: AsyncIterable<Uint8Array>): Promise<number[][]> {
  const all: number[][] = [];
  for await (const value of values) all.push([...value]);
  return all;
}

async function* stream(...requests: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const request of requests) yield Uint8Array.of(request);
}

it('leaves a streaming method as it is', () => {
  const method = asStreaming(double);
  expect(asStreaming(method)).toBe(method);
});

it('answers the one request of a unary method once, and reads no more', async () => {
  let isReturned = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (let each = 1; ; each += 1) yield Uint8Array.of(each);
    } finally {
      isReturned = true;
    }
  }
  expect(await collect(asStreaming(double).handle(endless(), call))).toEqual([[2]]);
  expect(isReturned).toBe(true);
});

it('answers nothing when no request came', async () => {
  expect(await collect(asStreaming(double).handle(stream(), call))).toEqual([]);
});

it('throws what the method throws', async () => {
  const failing: GrpcMethod = { kind: 'unary', path: '/p', handle: () => Promise.reject(new Error('no')) };
  await expect(collect(asStreaming(failing).handle(stream(1), call))).rejects.toThrow('no');
});
