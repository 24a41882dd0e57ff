import { createHooks, type NamedTensors, type RunContext, type Servable, type Tensor } from '@servable/core';
import { fakeServable, fakeSignature, testRunContext, testServableId } from '@servable/plugin-testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { BatchingServable, BatchScheduler, resolveBatchingOptions } from '../src/index.ts';

const requestArbitrary = fc.record({
  rows: fc.integer({ min: 0, max: 9 }),
  inner: fc.integer({ min: 0, max: 3 }),
  text: fc.boolean(),
  turn: fc.integer({ min: 0, max: 3 }),
  aborted: fc.boolean(),
});
const optionsArbitrary = fc
  .record({
    maxBatchSize: fc.integer({ min: 1, max: 12 }),
    leaveWhenIdle: fc.boolean(),
    padVariableLengthInputs: fc.boolean(),
    sizes: fc.uniqueArray(fc.integer({ min: 1, max: 11 }), { maxLength: 3 }),
    usesSizes: fc.boolean(),
  })
  .map(({ sizes, usesSizes, ...rest }) => ({
    ...rest,
    batchTimeoutMicros: 100,
    maxEnqueuedBatches: 10_000,
    allowedBatchSizes: usesSizes ? [...sizes.filter((size) => size < rest.maxBatchSize).sort((a, b) => a - b), rest.maxBatchSize] : [],
  }));

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Row `r` of request `q` holds q * 1000 + r in each cell, as a number and as text. */
function requestInputs(request: number, { rows, inner, text }: { rows: number; inner: number; text: boolean }): NamedTensors {
  const cells = Array.from({ length: rows * inner }, (_, cell) => request * 1000 + Math.floor(cell / inner));
  const inputs = new Map<string, Tensor>([['x', { dtype: 'FP32', shape: [rows, inner], data: Float32Array.from(cells) }]]);
  const names = Array.from({ length: rows }, (_, row) => encoder.encode(`${request}:${row}`));
  if (text) inputs.set('name', { dtype: 'BYTES', shape: [rows], data: names });
  return inputs;
}

/** Answers each row's own first cell and its own name, reading nothing across rows. */
async function answerRows(_signature: string, inputs: NamedTensors, _context: RunContext): Promise<NamedTensors> {
  await new Promise(setImmediate);
  const x = inputs.get('x');
  if (x?.dtype !== 'FP32') throw new Error('x is missing');
  const [rows = 0, inner = 0] = x.shape;
  const first = Float32Array.from({ length: rows }, (_, row) => (inner === 0 ? -1 : (x.data[row * inner] ?? NaN)));
  const outputs = new Map<string, Tensor>([['first', { dtype: 'FP32', shape: [rows], data: first }]]);
  const name = inputs.get('name');
  if (name !== undefined) outputs.set('name', name);
  return outputs;
}

function expectOwnRows(outputs: NamedTensors, request: number, { rows, inner, text }: { rows: number; inner: number; text: boolean }): void {
  const first = outputs.get('first');
  expect(first?.shape).toEqual([rows]);
  expect(Array.from(first?.data ?? [], Number)).toEqual(Array.from({ length: rows }, (_, row) => (inner === 0 ? -1 : request * 1000 + row)));
  const names = outputs.get('name');
  if (!text) return expect(names).toBeUndefined();
  const texts = names?.dtype === 'BYTES' ? names.data.map((bytes) => decoder.decode(bytes)) : [];
  expect(texts).toEqual(Array.from({ length: rows }, (_, row) => `${request}:${row}`));
}

it('gives every request the answers of its own rows, whatever was joined, padded or split', async () => {
  await fc.assert(
    fc.asyncProperty(optionsArbitrary, fc.array(requestArbitrary, { maxLength: 30 }), async (options, requests) => {
      const scheduler = new BatchScheduler();
      const signatures = new Map([['serving_default', fakeSignature()]]);
      const servable: Servable = fakeServable({ signatures, run: answerRows, executor: { id: 'e', maxConcurrentRuns: 2 } });
      const model = new BatchingServable(servable, { id: testServableId(), scheduler, hooks: createHooks(), options: resolveBatchingOptions(options) });
      const reason = new Error('went away');
      const calls = requests.map(async (request, index) => {
        for (let turn = 0; turn < request.turn; turn++) await new Promise(setImmediate);
        const signal = request.aborted && index % 5 === 0 ? AbortSignal.abort(reason) : new AbortController().signal;
        return model.run('serving_default', requestInputs(index, request), testRunContext({ signal }));
      });
      const answers = await Promise.allSettled(calls);
      scheduler.close();
      answers.forEach((answer, index) => {
        const request = requests[index];
        if (request === undefined) return;
        if (answer.status === 'fulfilled') return expectOwnRows(answer.value, index, request);
        const mayFail = (request.aborted && index % 5 === 0) || (options.padVariableLengthInputs && requests.some((each) => each.inner === 0));
        expect({ reason: String(answer.reason), mayFail }).toMatchObject({ mayFail: true });
      });
    }),
    { numRuns: 150 },
  );
});
