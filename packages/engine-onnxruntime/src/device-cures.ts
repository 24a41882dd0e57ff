import type { ServingError } from '@servable/core';
import type { OnnxDevice } from './engine.ts';
import { onnxError } from './errors.ts';

/** What a device needs on this machine. */
const CURES: Readonly<Record<Exclude<OnnxDevice, 'cpu'>, string>> = {
  cuda:
    "install an NVIDIA driver, CUDA and cuDNN, and put 'libonnxruntime_providers_shared.so' and 'libonnxruntime_providers_cuda.so' of the " +
    "same ONNX Runtime version (onnxruntime-node's install script fetches them when it is allowed to run) beside its library",
  webgpu: 'install a Vulkan driver and its loader (libvulkan1)',
};

/** Says why a graph cannot run where it was asked to, and what to install. */
export function deviceMissing(path: string, faults: readonly string[]): ServingError {
  return onnxError('SRV_ONNX_DEVICE_MISSING', [path, faults.map(withCure).join('; ')]);
}

/** One fault, which begins with its device in quotes, with what mends it; without the place in ONNX Runtime's own sources. */
export function withCure(fault: string): string {
  const [, device = '', text = fault] = /^'(\w+)': ([\s\S]*)$/.exec(fault) ?? [];
  const [reason = text] = /Failed to [^\n]*/.exec(text) ?? text.split('\n');
  const cure = device === 'cuda' || device === 'webgpu' ? `: ${CURES[device]}` : '';
  return `'${device}': ${reason.trim()}${cure}`;
}
