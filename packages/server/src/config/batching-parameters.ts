import type { BatchingOptions } from '@servable/batching';
import type { BatchingParameters } from '@servable/protos/tensorflow-serving-config';
import type { SchemaFault } from './validate.ts';

/** TensorFlow Serving's, where the message says nothing. Source: TF Serving, `batching/batching_session.h`. */
const DEFAULTS = { maxBatchSize: 1000, batchTimeoutMicros: 0, maxEnqueuedBatches: 10 } as const;

/** What a `BatchingParameters` says; options that are always there. */
export interface ReadBatchingParameters {
  readonly options: BatchingOptions & Required<Pick<BatchingOptions, keyof typeof DEFAULTS>>;
  readonly faults: readonly SchemaFault[];
}

/**
 * Turns a message into options, with TensorFlow Serving's defaults and texts. Pure. Threads are not ours to choose: each engine has
 * its own.
 *
 * Source: TF Serving, `BatchingParameters` in `session_bundle_config.proto`, `CreateBasicBatchingSession` in `batching_session.cc`.
 */
export function readBatchingParameters(message: BatchingParameters): ReadBatchingParameters {
  const splits = message.enableLargeBatchSplitting ?? false;
  const number = (given: bigint | undefined, missing: number): number => Number(given ?? missing);
  const maxBatchSize = number(message.maxBatchSize, DEFAULTS.maxBatchSize);
  const batchTimeoutMicros = number(message.batchTimeoutMicros, DEFAULTS.batchTimeoutMicros);
  const enqueued = number(message.maxEnqueuedBatches, DEFAULTS.maxEnqueuedBatches);
  const threads = number(message.numBatchThreads, 1);
  const sizes = message.allowedBatchSizes.map(Number);
  const cap = number(message.maxExecutionBatchSize, maxBatchSize);
  // Without splitting a queue of no batches is one of one.
  const maxEnqueuedBatches = enqueued === 0 && !splits ? 1 : enqueued;
  return {
    options: {
      maxBatchSize,
      batchTimeoutMicros,
      maxEnqueuedBatches,
      allowedBatchSizes: reachable(sizes),
      padVariableLengthInputs: message.padVariableLengthInputs,
      enableLargeBatchSplitting: splits,
      ...(splits ? { maxExecutionBatchSize: cap } : {}),
    },
    faults: [
      ...below('num_batch_threads', threads, 1),
      ...below('input_batch_size_limit', maxBatchSize, 1, 'max_batch_size'),
      ...below('batch_timeout_micros', batchTimeoutMicros, 0),
      ...below('max_enqueued_batches', maxEnqueuedBatches, 1),
      ...capFaults(splits, cap, maxBatchSize),
      ...sizeFaults(sizes, maxBatchSize),
    ],
  };
}

/** The first size that is large enough is taken, so one that stands after a larger one never is. */
function reachable(sizes: readonly number[]): readonly number[] {
  return sizes.filter((size, index) => sizes.slice(0, index).every((before) => before < size));
}

function below(name: string, value: number, least: 0 | 1, field: string = name): readonly SchemaFault[] {
  if (value >= least) return [];
  const problem = `${name} must be ${least === 1 ? 'positive' : 'non-negative'}; was ${value}`;
  return [{ keys: [field, 'value'], found: String(value), problem, cure: `Write ${field} { value: ${least} } or more` }];
}

function capFaults(splits: boolean, cap: number, maxBatchSize: number): readonly SchemaFault[] {
  if (!splits || (cap >= 1 && cap <= maxBatchSize)) return [];
  const problem = `must be from 1 to max_batch_size (${maxBatchSize})`;
  return [{ keys: ['max_execution_batch_size', 'value'], found: String(cap), problem, cure: `Write max_execution_batch_size { value: ${maxBatchSize} }` }];
}

function sizeFaults(sizes: readonly number[], maxBatchSize: number): readonly SchemaFault[] {
  const wrong = sizes.findIndex((size) => size < 1 || size > maxBatchSize);
  const last = sizes.at(-1);
  if (last !== undefined && last !== maxBatchSize) {
    const problem = `Last entry in allowed_batch_sizes must match max_batch_size; last entry was ${last}; expected ${maxBatchSize}`;
    return [{ keys: ['allowed_batch_sizes', sizes.length - 1], found: String(last), problem, cure: `End the list with ${maxBatchSize}` }];
  }
  if (wrong === -1) return [];
  return [{ keys: ['allowed_batch_sizes', wrong], found: String(sizes[wrong]), problem: `must be from 1 to max_batch_size (${maxBatchSize})`, cure: 'Remove it' }];
}
