import type { DType, NumericData } from '@servable/core';
import type { OnnxDevice } from '../engine.ts';
import type { ResolvedSessionOptions } from '../session-options.ts';

/**
 * A tensor between threads. `BYTES` is all strings in a row, with where each ends; everything else is as in the tensor.
 * The arrays of one message may be views of one buffer.
 */
export interface WireTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: NumericData;
  /** Only of `BYTES`. Numbers, not 32-bit integers: texts may add up to more than 4 GiB. */
  readonly ends?: Float64Array;
}

/** What the binding says of an input or output; dtype `undefined`: no dtype stands for its elements, or it is no tensor. */
export interface WireValue {
  readonly name: string;
  readonly kind: 'tensor' | 'opaque';
  readonly dtype: DType | undefined;
  readonly shape: readonly (number | string)[];
}

/** To a thread. It holds one session: one `load`, then any number of `run`, then `end`. */
export type ThreadRequest =
  | { readonly kind: 'load'; readonly id: number; readonly path: string; readonly options: ResolvedSessionOptions }
  | { readonly kind: 'run'; readonly id: number; readonly inputs: readonly WireTensor[]; readonly outputs: readonly string[] }
  | { readonly kind: 'end' };

/** Why a request failed: the binding's text, the library that is not there, devices that are not there, or an input's element that it cannot take. */
export type ThreadFault =
  | { readonly kind: 'runtime' | 'library'; readonly message: string }
  | { readonly kind: 'device'; readonly message: string; readonly faults: readonly string[] }
  | { readonly kind: 'input'; readonly input: string; readonly message: string };

/** From a thread. */
export type ThreadReply =
  | {
      readonly kind: 'loaded';
      readonly id: number;
      readonly inputs: readonly WireValue[];
      readonly outputs: readonly WireValue[];
      readonly device: OnnxDevice;
      readonly deviceFaults: readonly string[];
    }
  | { readonly kind: 'ran'; readonly id: number; readonly outputs: readonly WireTensor[] }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: ThreadFault };
