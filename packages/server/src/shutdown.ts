import { type Logger, messageOf } from '@servable/core';

/** What has to end, in the order of the data's path. */
export interface ShutdownOptions {
  /** From now on health checks say no. */
  startDraining(): void;
  /** Aborted once listeners are closing: ends what would never end by itself, such as a health Watch. */
  readonly stopping: AbortController;
  readonly transports: readonly DrainableTransport[];
  /** Then these, one after the other: sources, the manager, plugins. */
  readonly steps: readonly ShutdownStep[];
  readonly drainDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly logger: Logger;
}

export interface DrainableTransport {
  /** Takes nothing new; resolves when all is answered. */
  drain(): Promise<void>;
  /** Ends everything at once. */
  destroy(): void;
}

export interface ShutdownStep {
  readonly name: string;
  close(): Promise<void>;
}

/** A step gets at least this long, however little of the time is left. */
const STEP_GRACE_MS = 5000;

/**
 * Ends a server without failing a request: health checks say no, load balancers get `drainDelayMs` to notice, listeners
 * close, requests under way get `drainTimeoutMs`, and then the rest is closed step by step. A step that fails or hangs is logged
 * and the next one runs. Never rejects.
 */
export async function shutDown(options: ShutdownOptions): Promise<void> {
  const { logger, drainTimeoutMs } = options;
  options.startDraining();
  if (options.drainDelayMs > 0) await passed(options.drainDelayMs);
  const deadlineMs = performance.now() + drainTimeoutMs;
  options.stopping.abort();
  await Promise.all(options.transports.map((transport) => drainOrDestroy(transport, drainTimeoutMs, logger)));
  for (const step of options.steps) {
    const timeoutMs = Math.max(STEP_GRACE_MS, deadlineMs - performance.now());
    if (!(await endsWithin(closing(step, logger), timeoutMs))) {
      logger.error({ step: step.name, timeoutMs }, `Shutdown goes on without ${step.name}: it did not close in time`);
    }
  }
}

async function drainOrDestroy(transport: DrainableTransport, timeoutMs: number, logger: Logger): Promise<void> {
  const drained = closing({ name: 'A listener', close: () => transport.drain() }, logger);
  if (await endsWithin(drained, timeoutMs)) return;
  logger.warn({ timeoutMs }, 'Requests were still running at the end of the drain time: their connections are closed');
  transport.destroy();
  await drained;
}

async function closing(step: ShutdownStep, logger: Logger): Promise<void> {
  try {
    await step.close();
  } catch (error) {
    logger.error({ step: step.name, err: error }, `${step.name} did not close: ${messageOf(error)}`);
  }
}

async function endsWithin(work: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function passed(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
