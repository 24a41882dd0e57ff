import type { DType } from '@servable/core';
import type { OnnxValueKind } from '../engine.ts';

const DTYPES: ReadonlySet<DType> = new Set<DType>([
  'BOOL',
  'BYTES',
  'FP16',
  'FP32',
  'FP64',
  'INT16',
  'INT32',
  'INT64',
  'INT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'UINT8',
]);

/** What the `onnxruntime-node` binding cannot pass; `undefined` when it can. */
export function whyUnservable(kind: OnnxValueKind, dtype: DType | undefined): string | undefined {
  if (kind !== 'tensor') {
    const what = kind === 'opaque' ? 'it is no tensor' : `it is ${kind === 'optional' ? 'an optional value' : `a ${kind}`}`;
    return `${what}, and the onnxruntime-node binding passes tensors only; it comes with the native engine`;
  }
  if (dtype !== undefined && DTYPES.has(dtype)) return undefined;
  const type = dtype ?? 'of an element type without a dtype';
  return `it is ${type}, which the onnxruntime-node binding cannot pass; it comes with the native engine`;
}
