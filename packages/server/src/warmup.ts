import { type Hooks, type LoadContext, messageOf, type RunContext, type Servable } from '@servable/core';
import { parsePredictBody, resolvePredictBody, selectRestSignature } from '@servable/protocol';
import { serverError } from './errors.ts';
import { readWarmupFile, type WarmupRecord } from './warmup-file.ts';

/**
 * Runs the requests in a version's `warmup.jsonl` or `warmup.json`, in order, before the version is served. One that fails
 * fails the load, with the file and the line.
 */
export function tapWarmup(hooks: Hooks, maxJsonDepth: number): void {
  hooks.warmup.tapPromise('@servable/server', async (servable, context) => {
    const file = context.artifact === undefined ? undefined : await readWarmupFile(context.artifact.path);
    for (const record of file?.records ?? []) {
      context.signal.throwIfAborted();
      await runRecord(servable, record, { context, maxJsonDepth }).catch((error: unknown) => {
        if (context.signal.aborted) throw error;
        throw serverError('SRV_WARMUP_FAILED', [file?.path ?? '', record.place, messageOf(error)], { cause: error });
      });
    }
  });
}

interface RecordOptions {
  readonly context: LoadContext;
  readonly maxJsonDepth: number;
}

async function runRecord(servable: Servable, record: WarmupRecord, { context, maxJsonDepth }: RecordOptions): Promise<void> {
  const body = parsePredictBody(record.body, { maxDepth: maxJsonDepth });
  const { name, signature } = selectRestSignature(servable.signatures, body.signatureName);
  const { inputs } = resolvePredictBody(body, signature);
  await servable.run(name, inputs, runContextOf(record, context));
}

function runContextOf(record: WarmupRecord, { signal }: LoadContext): RunContext {
  const requestId = `warmup ${record.place}`;
  return { signal, deadlineMs: undefined, outputs: [], requestId, protocol: 'warmup', peer: '', attributes: new Map() };
}
