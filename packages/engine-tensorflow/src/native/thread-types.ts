import type { ThreadData, ThreadPlan } from '@servable/engine-threads/native';
import type { TensorFlowDevice } from '../engine.ts';
import type { GpuOptions } from './session-config.ts';
import type { LibraryFiles } from './tf-library.ts';

/** What an engine thread is started with. */
export interface TfThreadData extends ThreadData {
  readonly library: LibraryFiles;
}

/** What engine threads are told and tell. */
export interface TfThreadTypes {
  readonly plan: RunPlan;
  readonly load: LoadRequest;
  readonly loaded: LoadedModel;
  readonly loadFault: LoadFault;
  readonly handle: ReleaseRequest;
}

/** A tensor of the graph. */
export interface GraphTensor {
  /** The address of its node. */
  readonly operation: number;
  readonly index: number;
}

/** A plan, as TensorFlow needs it. */
export interface RunPlan extends ThreadPlan {
  readonly inputs: readonly (GraphTensor & { readonly type: number })[];
  readonly outputs: readonly (GraphTensor & { readonly name: string })[];
  /** Whether the engine thread itself computes, unless the run has a timeout. */
  readonly inCallingThread: boolean;
}

export interface LoadRequest {
  readonly directory: string;
  readonly tags: readonly string[];
  readonly devices: readonly TensorFlowDevice[];
  readonly intraOpThreads: number;
  readonly interOpThreads: number;
  readonly gpu: GpuOptions;
  /** Nodes to find. */
  readonly operations: readonly string[];
}

/** A model that any thread can run. */
export interface LoadedModel {
  /** Addresses. */
  readonly session: number;
  readonly graph: number;
  /** Of the nodes that were asked for, in their order; 0: there is no such node. */
  readonly operations: readonly number[];
  readonly device: TensorFlowDevice;
  /** Why not the devices before that one; each begins with its device in quotes. */
  readonly deviceFaults: readonly string[];
}

/** Why a load failed: TensorFlow's words, a device that this machine does not have, or the library itself. */
export type LoadFault =
  | { readonly kind: 'tensorflow'; readonly message: string; readonly code: number }
  | { readonly kind: 'device'; readonly faults: readonly string[] }
  | { readonly kind: 'library'; readonly message: string };

/** `stop` ends the runs of a session, which can have no others then; `free` gives back what it holds. */
export interface ReleaseRequest {
  readonly kind: 'stop' | 'free';
  readonly session: number;
  readonly graph: number;
}
