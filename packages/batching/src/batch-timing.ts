import type { Batch } from './batch-task.ts';

/** Tells each request how long it waited. A split request has waited until its last part left. */
export function noteQueued(batch: Batch): void {
  for (const { context, enqueuedMs } of batch.tasks) {
    if (context.timing !== undefined) context.timing.queueMs = Math.max(context.timing.queueMs, batch.closedMs - enqueuedMs);
  }
}

/** Tells each request how long its batch ran. Of a split request's parts the longest counts. */
export function noteComputed(batch: Batch): void {
  let computeMs: number | undefined;
  for (const { context } of batch.tasks) {
    if (context.timing === undefined) continue;
    computeMs ??= performance.now() - batch.closedMs;
    context.timing.computeMs = Math.max(context.timing.computeMs ?? 0, computeMs);
  }
}
