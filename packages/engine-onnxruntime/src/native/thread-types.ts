import type { ThreadData } from '@servable/engine-threads/native';
import type { ResolvedSessionOptions } from '../session-options.ts';
import type { LoadedGraph } from './load-session.ts';
import type { RunPlan } from './run-plan.ts';

/** What a native thread is started with. */
export interface OrtThreadData extends ThreadData {
  readonly libraryPath: string;
}

/** What native threads are told and tell. */
export interface OrtThreadTypes {
  readonly plan: RunPlan;
  readonly load: { readonly environment: number; readonly path: string; readonly options: ResolvedSessionOptions };
  readonly loaded: LoadedGraph;
  readonly loadFault: LoadFault;
  /** A session's address. */
  readonly handle: number;
}

/** Why a load failed: ONNX Runtime's words, or a device that this machine does not have. */
export type LoadFault =
  | { readonly kind: 'ort'; readonly message: string }
  | { readonly kind: 'device'; readonly faults: readonly string[] };
