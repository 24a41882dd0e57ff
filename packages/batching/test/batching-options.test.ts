import { ServingError } from '@servable/core';
import { expect, it } from 'vitest';
import { paddedRows, resolveBatchingOptions, type BatchingOptions } from '../src/index.ts';

const faults: readonly [BatchingOptions, string][] = [
  [{ maxBatchSize: 0 }, 'batching.maxBatchSize is 0: give a whole number, 1 or more'],
  [{ maxBatchSize: 1.5 }, 'batching.maxBatchSize is 1.5: give a whole number, 1 or more'],
  [{ batchTimeoutMicros: -1 }, 'batching.batchTimeoutMicros is -1: give a whole number, 0 or more'],
  [{ maxEnqueuedBatches: 0 }, 'batching.maxEnqueuedBatches is 0: give a whole number, 1 or more'],
  [{ allowedBatchSizes: [4, 2], maxBatchSize: 2 }, 'batching.allowedBatchSizes is [4,2]: give the sizes in ascending order'],
  [
    { allowedBatchSizes: [2, 4], maxBatchSize: 8 },
    'batching.allowedBatchSizes is [2,4]: the last entry must match maxBatchSize; last entry was 4; expected 8',
  ],
  [
    { maxBatchSize: 8, maxExecutionBatchSize: 9 },
    'batching.maxExecutionBatchSize is 9: it cannot exceed maxBatchSize (8)',
  ],
];

it.each(faults)('refuses %j and says why', (options, message) => {
  const resolve = (): unknown => resolveBatchingOptions(options);
  expect(resolve).toThrow(message);
  expect(resolve).toThrow(expect.toSatisfy((error) => ServingError.is(error)));
});

it('lets requests of any size be split unless the limit of one run is given too', () => {
  expect(resolveBatchingOptions({ maxBatchSize: 8 }).maxRequestRows).toBe(Number.MAX_SAFE_INTEGER);
  expect(resolveBatchingOptions({ maxBatchSize: 8, maxExecutionBatchSize: 4 }).maxRequestRows).toBe(8);
  expect(resolveBatchingOptions({ maxBatchSize: 8, enableLargeBatchSplitting: false }).maxRequestRows).toBe(8);
});

it('rounds rows up to the next allowed size, and leaves them when none is large enough', () => {
  expect([1, 2, 3, 4, 5].map((rows) => paddedRows(rows, [2, 4]))).toEqual([2, 2, 4, 4, 5]);
  expect(paddedRows(3, [])).toBe(3);
});
