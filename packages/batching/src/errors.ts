import { defineErrors, type ErrorFactory } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface BatchingErrorArguments {
  SRV_BATCH_OPTIONS_INVALID: [option: string, value: string, cure: string];
  SRV_BATCH_QUEUE_FULL: [enqueuedBatches: number, maxEnqueuedBatches: number];
  SRV_BATCH_QUEUE_FULL_TO_SPLIT: [capacity: SplitCapacity];
  SRV_BATCH_REQUEST_TOO_LARGE: [rows: number, maxBatchSize: number];
  SRV_BATCH_EXPIRED: [];
  SRV_BATCH_NO_INPUTS: [];
  SRV_BATCH_SCALAR_INPUT: [input: string];
  SRV_BATCH_UNEQUAL_ROWS: [first: string, firstRows: number, other: string, otherRows: number];
  SRV_BATCH_SCALAR_OUTPUT: [output: string];
  SRV_BATCH_OUTPUT_ROWS: [output: string, got: number, expected: number];
  SRV_BATCH_PADDING_EMPTY: [input: string];
  SRV_BATCH_PADDING_RANK: [input: string, rank: number];
  SRV_BATCH_CLOSED: [];
}

/** Why a request that may be split does not fit. */
export interface SplitCapacity {
  readonly rows: number;
  readonly free: number;
  readonly enqueuedBatches: number;
  readonly maxEnqueuedBatches: number;
  readonly openRows: number;
  readonly maxExecutionBatchSize: number;
}

/** Makes one of this package's errors. Texts of the request path are TensorFlow Serving's (`batching_session.cc`). */
export const batchingError: ErrorFactory<BatchingErrorArguments> = defineErrors<BatchingErrorArguments>({
  SRV_BATCH_OPTIONS_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (option, value, cure) => `batching.${option} is ${value}: ${cure}`,
  },
  SRV_BATCH_QUEUE_FULL: {
    status: 'UNAVAILABLE',
    message: (enqueued, limit) =>
      `The batch scheduling queue to which this task was submitted is full; currently ${enqueued} batches enqueued and max_enqueued_batches is ${limit}`,
  },
  SRV_BATCH_QUEUE_FULL_TO_SPLIT: {
    status: 'UNAVAILABLE',
    message: (at) =>
      `The batch scheduling queue to which this task was submitted is full; task size is ${at.rows} but scheduling capacity is only ${at.free} ` +
      `(num_enqueued_batches=${at.enqueuedBatches}, max_enqueued_batches=${at.maxEnqueuedBatches}, open_batch_size=${at.openRows}, max_execution_batch_size=${at.maxExecutionBatchSize})`,
  },
  SRV_BATCH_REQUEST_TOO_LARGE: {
    status: 'INVALID_ARGUMENT',
    message: (rows, limit) => `Task size ${rows} is larger than maximum input batch size ${limit}`,
  },
  SRV_BATCH_EXPIRED: {
    status: 'RESOURCE_EXHAUSTED',
    message: () => 'Run() timeout exceeded while waiting in batching queue',
  },
  SRV_BATCH_NO_INPUTS: { status: 'INVALID_ARGUMENT', message: () => 'Batching Run() must have at least one input tensor' },
  SRV_BATCH_SCALAR_INPUT: {
    status: 'INVALID_ARGUMENT',
    message: (input) => `Batching Run() input tensors must have at least one dimension; '${input}' is a scalar`,
  },
  SRV_BATCH_UNEQUAL_ROWS: {
    status: 'INVALID_ARGUMENT',
    message: (first, firstRows, other, otherRows) =>
      `Batching Run() input tensors must have equal 0th-dimension size; '${first}' has ${firstRows}, '${other}' has ${otherRows}`,
  },
  SRV_BATCH_SCALAR_OUTPUT: {
    status: 'FAILED_PRECONDITION',
    message: (output) => `Batched output tensor has 0 dimensions: '${output}'; set batching to 'none' for this signature`,
  },
  SRV_BATCH_OUTPUT_ROWS: {
    status: 'FAILED_PRECONDITION',
    message: (output, got, expected) =>
      `Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of the input tensors: '${output}' has ${got}, not ${expected}; set batching to 'none' for this signature`,
  },
  SRV_BATCH_PADDING_EMPTY: {
    status: 'INVALID_ARGUMENT',
    message: (input) => `Got empty tensor in batch of non-empty tensors: '${input}'.`,
  },
  SRV_BATCH_PADDING_RANK: {
    status: 'INVALID_ARGUMENT',
    message: (input, rank) => `Only tensors with rank from 1 to 6 can be padded; '${input}' has rank ${rank}.`,
  },
  SRV_BATCH_CLOSED: { status: 'UNAVAILABLE', message: () => 'The batch scheduler is closed: the server is shutting down' },
});
