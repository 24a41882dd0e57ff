import type { Manager, ModelName, ServableState } from '@servable/core';
import { serverError } from '../errors.ts';
import type { ServerHealth } from '../health.ts';

export interface WaitOptions {
  readonly manager: Manager;
  readonly health: ServerHealth;
  readonly names: readonly ModelName[];
  /** Whether a version that ends with an error is the answer though another one may still become ready, as for TensorFlow Serving. */
  readonly isStrict: boolean;
  /** How the message calls them. */
  readonly noun: 'model' | 'servable';
  readonly signal: AbortSignal;
}

/**
 * Resolves when each model has a version that is ready. A model that never gets a version is waited for until the signal is aborted.
 *
 * @throws ServingError `SRV_MODELS_UNAVAILABLE` when some failed; `signal.reason` when aborted
 */
export async function waitForModels(options: WaitOptions): Promise<void> {
  if (options.names.length === 0) return;
  if (options.isStrict) await untilDecided(options);
  else await options.manager.states.waitUntilReady(options.names, options.signal).catch(() => options.signal.throwIfAborted());
  const failures = options.names.flatMap((name) => failureOf(name, options));
  if (failures.length > 0) throw serverError('SRV_MODELS_UNAVAILABLE', [failures.length, options.noun, failures.join('')]);
}

/** Resolves when of each model some version is ready or has ended. */
function untilDecided({ manager, health, names, signal }: WaitOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (signal.aborted) end(() => reject(signal.reason as Error));
      else if (names.every((name) => decidingVersion(manager.states.versions(name)) !== undefined)) end(resolve);
    };
    const stopListening = health.onChange(check);
    const end = (settle: () => void): void => {
      stopListening();
      signal.removeEventListener('abort', check);
      settle();
    };
    signal.addEventListener('abort', check);
    check();
  });
}

/** The highest version that is ready or has ended with an error. */
function decidingVersion(descending: readonly ServableState[]): ServableState | undefined {
  return descending.find(({ state, error }) => state === 'ready' || error !== undefined);
}

/** What is said of a model that failed. Source: TF Serving, `ServerCore::WaitUntilModelsAvailable`. */
function failureOf(name: ModelName, { manager, isStrict }: WaitOptions): readonly string[] {
  const versions = manager.states.versions(name);
  const isServed = !isStrict && versions.some(({ state }) => state === 'ready');
  const deciding = isServed ? undefined : decidingVersion(versions);
  if (deciding?.error === undefined) return [];
  const { id, error } = deciding;
  return [`{name: ${id.name} version: ${id.version}} due to error: ${error.status}: ${error.message}}, `];
}
