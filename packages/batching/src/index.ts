export { type BatchingOptions, paddedRows, type ResolvedBatchingOptions, resolveBatchingOptions } from './batching-options.ts';
export { type Batching, type BatchingRules, createBatching } from './batching-plugin.ts';
export { BatchScheduler } from './batch-scheduler.ts';
export { BatchingServable, type BatchingServableContext } from './batching-servable.ts';
export { type AllocateInput, type BatchPart, concatInputs, concatOutputs, sliceOutputs } from './concat.ts';
export { batchingError, type BatchingErrorArguments, type SplitCapacity } from './errors.ts';
export { probeRowIndependence, type RowProbe, type RowProbeOptions } from './probe-row-independence.ts';
