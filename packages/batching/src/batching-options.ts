import { batchingError } from './errors.ts';

/** How a model's requests are joined. Names and meanings are TensorFlow Serving's, units in the name. */
export interface BatchingOptions {
  /** Most rows in one batch. Default: 128. */
  readonly maxBatchSize?: number;
  /** How long the first request of a batch may wait for others, when `leaveWhenIdle` is false. Default: 0. */
  readonly batchTimeoutMicros?: number;
  /** Most batches that may wait in one queue; a request beyond is refused. Default: 100. */
  readonly maxEnqueuedBatches?: number;
  /** Row counts that a batch is padded up to, ascending; the last is `maxBatchSize`. Default: any. */
  readonly allowedBatchSizes?: readonly number[];
  /** Whether inputs that differ in other axes than the first are padded to the longest. Default: false. */
  readonly padVariableLengthInputs?: boolean;
  /** Whether a request that does not fit is spread over several batches. Default: true. */
  readonly enableLargeBatchSplitting?: boolean;
  /** Most rows in one batch when requests are split. Default: `maxBatchSize`. */
  readonly maxExecutionBatchSize?: number;
  /** Whether a batch leaves as soon as the engine is idle. `false` waits as TensorFlow Serving does. Default: true. */
  readonly leaveWhenIdle?: boolean;
}

/** Options with all defaults filled in. */
export interface ResolvedBatchingOptions extends Required<BatchingOptions> {
  /** Most rows of one request; without splitting the same as a batch's. */
  readonly maxRequestRows: number;
}

/**
 * Fills in defaults and checks.
 *
 * With splitting, `maxBatchSize` limits a request only when `maxExecutionBatchSize` is given too (TensorFlow Serving's meaning);
 * otherwise requests of any size are split.
 *
 * @throws ServingError `SRV_BATCH_OPTIONS_INVALID`
 */
export function resolveBatchingOptions(options: BatchingOptions = {}): ResolvedBatchingOptions {
  const maxBatchSize = atLeast('maxBatchSize', options.maxBatchSize ?? 128, 1);
  const splits = options.enableLargeBatchSplitting ?? true;
  const cap = atLeast('maxExecutionBatchSize', options.maxExecutionBatchSize ?? maxBatchSize, 1);
  if (cap > maxBatchSize) {
    throw batchingError('SRV_BATCH_OPTIONS_INVALID', ['maxExecutionBatchSize', String(cap), `it cannot exceed maxBatchSize (${maxBatchSize})`]);
  }
  return {
    maxBatchSize,
    batchTimeoutMicros: atLeast('batchTimeoutMicros', options.batchTimeoutMicros ?? 0, 0),
    maxEnqueuedBatches: atLeast('maxEnqueuedBatches', options.maxEnqueuedBatches ?? 100, 1),
    allowedBatchSizes: checkAllowedSizes(options.allowedBatchSizes ?? [], maxBatchSize),
    padVariableLengthInputs: options.padVariableLengthInputs ?? false,
    enableLargeBatchSplitting: splits,
    maxExecutionBatchSize: splits ? cap : maxBatchSize,
    leaveWhenIdle: options.leaveWhenIdle ?? true,
    maxRequestRows: splits && options.maxExecutionBatchSize === undefined ? Number.MAX_SAFE_INTEGER : maxBatchSize,
  };
}

function atLeast(option: keyof BatchingOptions, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw batchingError('SRV_BATCH_OPTIONS_INVALID', [option, String(value), `give a whole number, ${least} or more`]);
}

function checkAllowedSizes(sizes: readonly number[], maxBatchSize: number): readonly number[] {
  sizes.forEach((size, index) => {
    atLeast('allowedBatchSizes', size, 1);
    const before = sizes[index - 1];
    if (before !== undefined && before >= size) {
      throw batchingError('SRV_BATCH_OPTIONS_INVALID', ['allowedBatchSizes', `[${sizes}]`, 'give the sizes in ascending order']);
    }
  });
  const last = sizes.at(-1);
  if (last !== undefined && last !== maxBatchSize) {
    throw batchingError('SRV_BATCH_OPTIONS_INVALID', [
      'allowedBatchSizes',
      `[${sizes}]`,
      `the last entry must match maxBatchSize; last entry was ${last}; expected ${maxBatchSize}`,
    ]);
  }
  return sizes;
}

/** The smallest allowed size that holds `rows`; `rows` itself when there is none. */
export function paddedRows(rows: number, allowedBatchSizes: readonly number[]): number {
  return allowedBatchSizes.find((size) => size >= rows) ?? rows;
}
