import { messageOf, ServingError } from '@servable/core';
import { NativeFault } from '@servable/engine-threads/native';
import { tensorflowError } from './errors.ts';

/** `TF_Code`, whose numbers are gRPC's. Source: TensorFlow, `c/tf_status.h`. */
const CODES = [
  undefined,
  'SRV_TENSORFLOW_CANCELLED',
  'SRV_TENSORFLOW_UNKNOWN',
  'SRV_TENSORFLOW_INVALID_ARGUMENT',
  'SRV_TENSORFLOW_DEADLINE_EXCEEDED',
  'SRV_TENSORFLOW_NOT_FOUND',
  'SRV_TENSORFLOW_ALREADY_EXISTS',
  'SRV_TENSORFLOW_PERMISSION_DENIED',
  'SRV_TENSORFLOW_RESOURCE_EXHAUSTED',
  'SRV_TENSORFLOW_FAILED_PRECONDITION',
  'SRV_TENSORFLOW_ABORTED',
  'SRV_TENSORFLOW_OUT_OF_RANGE',
  'SRV_TENSORFLOW_UNIMPLEMENTED',
  'SRV_TENSORFLOW_INTERNAL',
  'SRV_TENSORFLOW_UNAVAILABLE',
  'SRV_TENSORFLOW_DATA_LOSS',
  'SRV_TENSORFLOW_UNAUTHENTICATED',
] as const;

/** An answer of TensorFlow's that is no success, with its code and in its words. */
export function faultError(code: number, reason: string, cause?: unknown): ServingError {
  return tensorflowError(CODES[code] ?? 'SRV_TENSORFLOW_INTERNAL', [reason], { cause });
}

/** Why a run failed, as the ServingError that `TensorFlowSession.run` documents. */
export function runErrorOf(error: unknown): ServingError {
  if (ServingError.is(error)) return error;
  return faultError(error instanceof NativeFault ? error.code : 0, messageOf(error), error);
}
