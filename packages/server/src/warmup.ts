import { type Hooks, messageOf, type RunContext, type Servable } from '@servable/core';
import { parsePredictBody, resolvePredictBody, selectRestSignature } from '@servable/protocol';
import { serverError } from './errors.ts';
import { readWarmupFile, type WarmupRecord } from './warmup-file.ts';

/**
 * Runs the requests in a version's `warmup.jsonl` or `warmup.json`, in order, before the version is served. One that fails
 * fails the load, with the file and the line.
 */
export function tapWarmup(hooks: Hooks, maxJsonDepth: number): void {
  hooks.warmup.tapPromise('@servable/server', async (servable, context) => {
    if (context.artifact !== undefined) await warmUp(servable, { path: context.artifact.path, signal: context.signal, maxJsonDepth });
  });
}

export interface WarmupOptions {
  /** The version's folder. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly maxJsonDepth: number;
}

/** Runs the warm-up requests beside one version. @throws ServingError `SRV_WARMUP_FAILED`, `SRV_WARMUP_TOO_MANY` */
export async function warmUp(servable: Servable, options: WarmupOptions): Promise<void> {
  const file = await readWarmupFile(options.path);
  for (const record of file?.records ?? []) {
    options.signal.throwIfAborted();
    await runRecord(servable, record, options).catch((error: unknown) => {
      if (options.signal.aborted) throw error;
      throw serverError('SRV_WARMUP_FAILED', [file?.path ?? '', record.place, messageOf(error)], { cause: error });
    });
  }
}

async function runRecord(servable: Servable, record: WarmupRecord, { signal, maxJsonDepth }: WarmupOptions): Promise<void> {
  const body = parsePredictBody(record.body, { maxDepth: maxJsonDepth });
  const { name, signature } = selectRestSignature(servable.signatures, body.signatureName);
  const { inputs } = resolvePredictBody(body, signature);
  await servable.run(name, inputs, runContextOf(record, signal));
}

function runContextOf(record: WarmupRecord, signal: AbortSignal): RunContext {
  const requestId = `warmup ${record.place}`;
  return { signal, deadlineMs: undefined, outputs: [], requestId, protocol: 'warmup', peer: '', attributes: new Map() };
}
