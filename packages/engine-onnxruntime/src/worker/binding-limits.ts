import type { DType } from '@servable/core';
import type { OnnxGraphValue, OnnxType, OnnxValueInfo } from '../engine.ts';

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

/** What the `onnxruntime-node` binding makes of an input or output. Pure. */
export function describeValue(value: OnnxGraphValue): OnnxValueInfo {
  const { name, kind, dtype, shape } = value;
  return { name, kind, dtype, shape, unservable: whyUnservable(value) };
}

function whyUnservable({ kind, dtype }: OnnxType): string | undefined {
  if (kind !== 'tensor') {
    const what = kind === 'opaque' ? 'it is no tensor' : `it is ${kind === 'optional' ? 'an optional value' : `a ${kind}`}`;
    return `${what}, and the onnxruntime-node binding passes tensors only; the native engine passes more`;
  }
  if (dtype !== undefined && DTYPES.has(dtype)) return undefined;
  const type = dtype ?? 'of an element type without a dtype';
  return `it is ${type}, which the onnxruntime-node binding cannot pass; the native engine can`;
}
