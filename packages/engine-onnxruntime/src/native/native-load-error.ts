import type { ServingError } from '@servable/core';
import { LoadFailure } from '@servable/engine-threads';
import { deviceMissing } from '../device-cures.ts';
import { loadErrorOf } from '../worker/binding-errors.ts';
import type { LoadFault } from './thread-types.ts';

/** Why a load failed, as the ServingError that `OnnxEngine.createSession` documents. */
export function nativeLoadErrorOf(path: string, error: unknown): ServingError {
  if (!(error instanceof LoadFailure)) return loadErrorOf(path, error);
  const fault = error.fault as LoadFault;
  return fault.kind === 'device' ? deviceMissing(path, fault.faults) : loadErrorOf(path, new Error(fault.message, { cause: error }));
}
