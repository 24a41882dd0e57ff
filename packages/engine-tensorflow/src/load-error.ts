import { messageOf, ServingError } from '@servable/core';
import { LoadFailure } from '@servable/engine-threads';
import { tensorflowError } from './errors.ts';
import { faultError } from './fault-error.ts';
import type { LoadFault } from './native/thread-types.ts';

const CUDA_CURE =
  "install '@tensorflow/tfjs-node-gpu' or the Python wheel 'tensorflow[and-cuda]', an NVIDIA driver, and the CUDA and cuDNN that this TensorFlow was made for; the log says more with TF_CPP_MIN_LOG_LEVEL=0";

/** Why a load failed, as the ServingError that `TensorFlowEngine.loadSavedModel` documents. */
export function loadErrorOf(directory: string, libraryPath: string, error: unknown): ServingError {
  if (!(error instanceof LoadFailure)) return ServingError.is(error) ? error : faultError(0, messageOf(error), error);
  const fault = error.fault as LoadFault;
  switch (fault.kind) {
    case 'tensorflow':
      return faultError(fault.code, withDirectory(directory, fault.message), error);
    case 'library':
      return tensorflowError('SRV_TENSORFLOW_LIBRARY_UNUSABLE', [libraryPath, fault.message], { cause: error });
    case 'device':
      return tensorflowError('SRV_TENSORFLOW_DEVICE_MISSING', [directory, fault.faults.map((each) => withCure(libraryPath, each)).join('; ')], { cause: error });
    default:
      return fault satisfies never;
  }
}

/** TensorFlow mostly does not say which of many models it is. */
function withDirectory(directory: string, message: string): string {
  return message.includes(directory) ? message : `${message}\nWhile loading '${directory}' with TensorFlow`;
}

/** One fault, which begins with its device in quotes, with what mends it. */
export function withCure(libraryPath: string, fault: string): string {
  return `${fault} (with '${libraryPath}'): ${CUDA_CURE}`;
}
