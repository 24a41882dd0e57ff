import type { Logger } from './logger.ts';
import { formatServableId, type ServableId } from './servable-id.ts';

/** How long a tap may take before it is told of, and before others stop waiting for it, in milliseconds. */
export const HOOK_PATIENCE_MS = 30_000;

/** Told of a tap that is not done after {@link HOOK_PATIENCE_MS}, with what its hook was called with. */
export type SlowTap = (hook: string, tap: string, args: readonly unknown[]) => void;

/** Says which plugin is slow, in which hook, and for which model. */
export function warnOfSlowTaps(logger: Logger): SlowTap {
  return (hook, tap, args) => {
    const subject = args.map(subjectOf).find((each) => each !== undefined);
    const model = subject === undefined ? '' : ` of ${subject}`;
    logger.warn({ hook, tap, ...(subject === undefined ? {} : { subject }) }, `Plugin '${tap}' is not done in hook '${hook}'${model} after ${HOOK_PATIENCE_MS / 1000} s`);
  };
}

/**
 * Settles as a hook does. Once it is slow, `onSlow` is called, and the end of the signal is the end of waiting: before that the
 * hook has the time to end by itself.
 */
export function withPatience<T>(hook: Promise<T>, signal: AbortSignal, onSlow: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    const timer = setTimeout(() => {
      onSlow();
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    }, HOOK_PATIENCE_MS);
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    hook.then(resolve, reject).finally(done);
  });
}

/** What a hook is about: a version by its id, or a request's model. */
function subjectOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { id, name } = argument as { readonly id?: ServableId; readonly name?: string };
  if (id?.version !== undefined) return formatServableId(id);
  return typeof name === 'string' ? `model '${name}'` : undefined;
}
