import { type Address, NativeFault, NativeNames, NativeWords } from '@servable/engine-threads/native';
import type { TensorFlowDevice } from '../engine.ts';
import { sessionConfig } from './session-config.ts';
import type { LoadedModel, LoadRequest, ReleaseRequest } from './thread-types.ts';
import type { TfApi } from './tf-api.ts';

/** None of the devices that were asked for is there; each fault names its device. */
export class NoDeviceFault extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('; '));
    this.faults = faults;
  }
}

/**
 * Loads a SavedModel onto the first of its devices that is there; blocks this thread for as long as that takes. TensorFlow restores the
 * variables and runs the init op by itself.
 *
 * @throws NativeFault, NoDeviceFault
 */
export function loadModel(api: TfApi, request: LoadRequest): LoadedModel {
  const [device, deviceFaults] = takeDevice(api, request);
  return withSessionOptions(api, request, device, (options) => {
    const graph = api.get('newGraph');
    try {
      const session = loadSession(api, request, { options, graph });
      const operations = request.operations.map((name) => api.get('graphOperationByName', graph, name));
      return { session, graph, operations, device, deviceFaults };
    } catch (fault) {
      api.library.tf.deleteGraph(graph);
      throw fault;
    }
  });
}

/** Stops a session's runs, or frees it. @throws NativeFault */
export function releaseModel(api: TfApi, { kind, session, graph }: ReleaseRequest): void {
  if (kind === 'stop') return void api.call('closeSession', session);
  try {
    api.call('deleteSession', session);
  } finally {
    api.library.tf.deleteGraph(graph);
  }
}

function loadSession(api: TfApi, { directory, tags }: LoadRequest, native: { readonly options: Address; readonly graph: Address }): Address {
  const names = new NativeNames();
  try {
    const tagList = new NativeWords(tags.length);
    tagList.setAll(tags.map((tag) => names.addressOf(tag)));
    return api.out('loadSavedModel', native.options, null, directory, tagList.address, tags.length, native.graph, null);
  } finally {
    names.free();
  }
}

function withSessionOptions<T>(api: TfApi, { intraOpThreads, interOpThreads, gpu }: LoadRequest, device: TensorFlowDevice, use: (options: Address) => T): T {
  const options = api.get('newSessionOptions');
  try {
    const config = sessionConfig({ intraOpThreads, interOpThreads, gpu: device === 'cuda' ? gpu : undefined });
    api.call('setConfig', options, config, config.byteLength);
    return use(options);
  } finally {
    api.library.tf.deleteSessionOptions(options);
  }
}

/** TensorFlow itself falls back to the CPU in silence: so an empty session is asked first which devices it has. */
function takeDevice(api: TfApi, request: LoadRequest): [device: TensorFlowDevice, faults: string[]] {
  const faults: string[] = [];
  for (const device of request.devices) {
    if (device === 'cpu') return [device, faults];
    try {
      if (withSessionOptions(api, request, device, (options) => countGpus(api, options)) > 0) return [device, faults];
      faults.push(`'${device}': TensorFlow sees no GPU`);
    } catch (error) {
      if (!(error instanceof NativeFault)) throw error;
      faults.push(`'${device}': ${error.message}`);
    }
  }
  throw new NoDeviceFault(faults);
}

/** @throws NativeFault */
function countGpus(api: TfApi, options: Address): number {
  const graph = api.get('newGraph');
  try {
    const session = api.out('newSession', graph, options);
    try {
      return devicesOf(api, session).filter((type) => type === 'GPU').length;
    } finally {
      api.call('closeSession', session);
      api.call('deleteSession', session);
    }
  } finally {
    api.library.tf.deleteGraph(graph);
  }
}

function devicesOf(api: TfApi, session: Address): string[] {
  const list = api.out('sessionListDevices', session);
  try {
    return Array.from({ length: api.get('deviceListCount', list) }, (_, index) => String(api.call('deviceListType', list, index)));
  } finally {
    api.library.tf.deleteDeviceList(list);
  }
}
