import { type Address, allocateText, freeText, NativeWords } from '@servable/engine-threads/native';
import type { OnnxDevice } from '../engine.ts';
import type { OrtApi } from './ort-api.ts';

/** Lets a session use a device; the CPU is always there. @throws OrtFault when this machine or library has none */
export function appendDevice(api: OrtApi, sessionOptions: Address, device: OnnxDevice): void {
  switch (device) {
    case 'cpu':
      return;
    case 'webgpu':
      return api.call('appendProvider', sessionOptions, 'WebGPU', null, null, 0);
    case 'cuda':
      return appendCuda(api, sessionOptions);
    default:
      return device satisfies never;
  }
}

/**
 * Memory that grows by what is asked for, not by powers of two: several models share a device.
 *
 * Never run by us for want of such a device: only that it is refused where there is none.
 */
const CUDA_OPTIONS: Readonly<Record<string, string>> = { device_id: '0', arena_extend_strategy: 'kSameAsRequested' };

function appendCuda(api: OrtApi, sessionOptions: Address): void {
  const cuda = api.out('createCudaOptions');
  try {
    withTexts(Object.keys(CUDA_OPTIONS), (keys) =>
      withTexts(Object.values(CUDA_OPTIONS), (values) => api.call('updateCudaOptions', cuda, keys.address, values.address, keys.bytes / 8)),
    );
    api.call('appendCuda', sessionOptions, cuda);
  } finally {
    api.release('releaseCudaOptions', cuda);
  }
}

/** A C array of C strings. */
function withTexts(texts: readonly string[], use: (array: NativeWords) => void): void {
  const addresses = texts.map(allocateText);
  try {
    const array = new NativeWords(texts.length);
    array.setAll(addresses);
    use(array);
  } finally {
    addresses.forEach(freeText);
  }
}
