import type { SpilledTensor } from './answer-sheet.ts';

/** What all runs of one session for the same outputs have in common. Threads are told once, and know it by its number. */
export interface ThreadPlan {
  /** Unlike that of any other plan of the engine, ever. */
  readonly id: number;
  /** The session's address. */
  readonly session: number;
}

/** What an engine's threads are told and tell, besides runs; all of it plain data. */
export interface ThreadTypes {
  readonly plan: ThreadPlan;
  /** What to load. */
  readonly load: unknown;
  /** What a load gives. */
  readonly loaded: unknown;
  /** Why a load failed. */
  readonly loadFault: unknown;
  /** What is freed. */
  readonly handle: unknown;
}

/** What an engine's thread is started with. */
export interface ThreadData {
  /** How far below the event loop it is scheduled: 0 (equal) to 19. Linux only. */
  readonly niceness: number;
}

/** To a thread. A bare number asks for a run of that slot. */
export type ThreadRequest<T extends ThreadTypes> =
  | number
  | { readonly kind: 'slot'; readonly slot: number; readonly address: number; readonly byteLength: number }
  | { readonly kind: 'plan'; readonly plan: T['plan'] }
  | { readonly kind: 'forget'; readonly plan: number }
  | { readonly kind: 'load'; readonly load: T['load'] }
  | { readonly kind: 'release'; readonly handle: T['handle'] }
  | { readonly kind: 'end' };

/** From a thread, in the order of what was asked. A bare number says that the slot holds the answer. */
export type ThreadReply<T extends ThreadTypes> =
  | number
  | { readonly kind: 'spilled'; readonly slot: number; readonly microseconds: number; readonly tensors: readonly SpilledTensor[] }
  | { readonly kind: 'run-failed'; readonly slot: number; readonly message: string; readonly code: number }
  | { readonly kind: 'loaded'; readonly loaded: T['loaded'] }
  | { readonly kind: 'load-failed'; readonly fault: T['loadFault'] }
  | { readonly kind: 'released' };
