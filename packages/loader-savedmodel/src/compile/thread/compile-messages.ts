import type { ServingError } from '@servable/core';
import type { CachedModel, CompileCacheOptions } from '../cache/compiled-cache.ts';
import type { Coverage, InputShapes } from '../compile-model.ts';

/** What the thread is asked for. */
export type CompileJob = { readonly directory: string; readonly tags: readonly string[] | undefined } & (
  | { readonly kind: 'find-coverage' }
  | {
      readonly kind: 'compile';
      readonly signatures: readonly string[];
      /** Of inputs, where others than the signatures' are meant. */
      readonly shapes: InputShapes | undefined;
      readonly cache: CompileCacheOptions;
      readonly engineVersion: string;
      /** Whether what is in the cache is damaged. */
      readonly isAgain: boolean;
    }
  | { readonly kind: 'convert'; readonly signature: string; readonly path: string }
);

/** To the thread. */
export type CompileRequest = { readonly id: number; readonly job: CompileJob } | { readonly id: number; readonly cancel: true };

/** What it finds. */
export interface CompileResults {
  readonly 'find-coverage': Coverage;
  readonly compile: CachedModel;
  /** Outputs that could not be called by their aliases, and what they are called. */
  readonly convert: ReadonlyMap<string, string>;
}

/** An error as it passes between threads. */
export interface ErrorMessage {
  readonly message: string;
  /** Of a ServingError of this package. */
  readonly serving: Pick<ServingError, 'code' | 'args'> | undefined;
}

/** From the thread. */
export type CompileReply = { readonly id: number; readonly result: CompileResults[keyof CompileResults] } | { readonly id: number; readonly error: ErrorMessage };
