import type { BatchedRequest, NamedTensors } from '@servable/core';
import type { BatchPart } from './concat.ts';

/** One request (or one part of a split one) that waits for its batch. */
export interface BatchTask extends BatchPart, BatchedRequest {
  readonly resolve: (outputs: NamedTensors) => void;
  readonly reject: (error: unknown) => void;
}

/** Tasks that run together. */
export interface Batch {
  readonly tasks: BatchTask[];
  rows: number;
  /** When it left its queue, as `performance.now()` counts; 0 before. */
  closedMs: number;
}

/** Whether nobody waits for this task's answer any more. */
export function isAbandoned(task: BatchTask, nowMs: number): boolean {
  const { signal, deadlineMs } = task.context;
  return signal.aborted || (deadlineMs !== undefined && deadlineMs <= nowMs);
}
