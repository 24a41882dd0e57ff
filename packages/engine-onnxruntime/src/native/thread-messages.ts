import type { ResolvedSessionOptions } from '../session-options.ts';
import type { SpilledTensor } from './answer-writer.ts';
import type { LoadedGraph } from './load-session.ts';
import type { RunPlan } from './run-plan.ts';

/** What a native thread is started with. */
export interface ThreadData {
  readonly libraryPath: string;
  readonly niceness: number;
}

/** To a thread. A bare number asks for a run of that slot. */
export type NativeRequest =
  | number
  | { readonly kind: 'slot'; readonly slot: number; readonly address: number; readonly byteLength: number }
  | { readonly kind: 'plan'; readonly plan: RunPlan }
  | { readonly kind: 'forget'; readonly plan: number }
  | { readonly kind: 'load'; readonly environment: number; readonly path: string; readonly options: ResolvedSessionOptions }
  | { readonly kind: 'release'; readonly session: number }
  | { readonly kind: 'end' };

/** From a thread, in the order of what was asked. A bare number says that the slot holds the answer. */
export type NativeReply =
  | number
  | { readonly kind: 'spilled'; readonly slot: number; readonly microseconds: number; readonly tensors: readonly SpilledTensor[] }
  | { readonly kind: 'run-failed'; readonly slot: number; readonly message: string; readonly ortCode: number }
  | { readonly kind: 'loaded'; readonly graph: LoadedGraph }
  | { readonly kind: 'load-failed'; readonly fault: LoadFault }
  | { readonly kind: 'released' };

/** Why a load failed: ONNX Runtime's words, or a device that this machine does not have. */
export type LoadFault =
  | { readonly kind: 'ort'; readonly message: string; readonly ortCode: number }
  | { readonly kind: 'device'; readonly faults: readonly string[] };
