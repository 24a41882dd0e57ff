import type { ServingError } from '@servable/core';
import { deviceMissing } from '../device-cures.ts';
import { loadErrorOf } from '../worker/binding-errors.ts';
import { NativeLoadError } from './native-thread.ts';

/** Why a load failed, as the ServingError that `OnnxEngine.createSession` documents. */
export function nativeLoadErrorOf(path: string, error: unknown): ServingError {
  if (error instanceof NativeLoadError && error.fault.kind === 'device') return deviceMissing(path, error.fault.faults);
  return loadErrorOf(path, error);
}
