import { messageOf } from '@servable/core';
import type { OnnxEngine } from './engine.ts';
import { createNativeEngine, type NativeEngineOptions } from './native/native-engine.ts';
import { createWorkerEngine } from './worker/worker-engine.ts';

/** How an engine runs, and in which of its two forms. */
export interface OnnxEngineOptions extends NativeEngineOptions {
  /** `auto` takes the native form where it can be had. Default `auto`. */
  readonly form?: 'auto' | 'native' | 'worker';
  /** Told why the native form could not be had, when `auto` takes the other one. */
  readonly onFallback?: (reason: string) => void;
}

/**
 * The best engine for this machine: the native form, or the worker form where koffi or the library cannot be loaded.
 *
 * @throws ServingError `SRV_ONNX_RUNTIME_MISSING` when `form` is `native` and it cannot be had
 */
export function createOnnxEngine(options: OnnxEngineOptions = {}): OnnxEngine {
  const { form = 'auto', onFallback, ...native } = options;
  const workerOptions = {
    ...(native.threads === undefined ? {} : { maxBusyThreads: native.threads }),
    ...(native.niceness === undefined ? {} : { niceness: native.niceness }),
  };
  if (form === 'worker') return createWorkerEngine(workerOptions);
  try {
    return createNativeEngine(native);
  } catch (error) {
    if (form === 'native') throw error;
    onFallback?.(messageOf(error));
    return createWorkerEngine(workerOptions);
  }
}
