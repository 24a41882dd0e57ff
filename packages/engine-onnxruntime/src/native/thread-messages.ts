import type { ResolvedSessionOptions } from '../session-options.ts';
import type { SpilledTensor } from './answer-writer.ts';
import type { GraphValues } from './graph-values.ts';

/** What a native thread is started with. */
export interface ThreadData {
  readonly libraryPath: string;
  readonly niceness: number;
}

/** To a thread. A bare number asks for a run of that slot. */
export type NativeRequest =
  | number
  | { readonly kind: 'slot'; readonly slot: number; readonly memory: SharedArrayBuffer }
  | { readonly kind: 'load'; readonly environment: number; readonly path: string; readonly options: ResolvedSessionOptions }
  | { readonly kind: 'release'; readonly session: number }
  | { readonly kind: 'end' };

/** From a thread, in the order of what was asked. A bare number says that the slot holds the answer. */
export type NativeReply =
  | number
  | { readonly kind: 'spilled'; readonly slot: number; readonly microseconds: number; readonly tensors: readonly SpilledTensor[] }
  | { readonly kind: 'run-failed'; readonly slot: number; readonly message: string; readonly ortCode: number }
  | { readonly kind: 'loaded'; readonly session: number; readonly values: GraphValues }
  | { readonly kind: 'load-failed'; readonly message: string; readonly ortCode: number }
  | { readonly kind: 'released' };
