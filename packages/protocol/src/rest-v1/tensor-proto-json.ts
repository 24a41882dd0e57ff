import type { DType, Tensor } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import { writeBase64 } from './base64.ts';
import { MAX_NUMBER_BYTES, writeFloat32 } from './float-text.ts';
import { fields, type ProtoJson } from './proto-json.ts';

/** The value fields of a `TensorProto` as JSON has them when they are empty, in the order of their numbers. */
const EMPTY_FIELDS = {
  tensor_content: '',
  float_val: [],
  double_val: [],
  int_val: [],
  string_val: [],
  scomplex_val: [],
  int64_val: [],
  bool_val: [],
  dcomplex_val: [],
  half_val: [],
  resource_handle_val: [],
  variant_val: [],
  uint32_val: [],
  uint64_val: [],
  float8_val: '',
} as const;

const FIELDS: Readonly<Record<Exclude<DType, `FP8_${string}`>, keyof typeof EMPTY_FIELDS>> = {
  FP32: 'float_val',
  FP64: 'double_val',
  INT32: 'int_val',
  INT16: 'int_val',
  INT8: 'int_val',
  UINT16: 'int_val',
  UINT8: 'int_val',
  QINT8: 'int_val',
  QUINT8: 'int_val',
  QINT16: 'int_val',
  QUINT16: 'int_val',
  QINT32: 'int_val',
  BYTES: 'string_val',
  COMPLEX64: 'scomplex_val',
  INT64: 'int64_val',
  BOOL: 'bool_val',
  COMPLEX128: 'dcomplex_val',
  FP16: 'half_val',
  BF16: 'half_val',
  UINT32: 'uint32_val',
  UINT64: 'uint64_val',
};

/** A tensor as protobuf's JSON of a `TensorProto`, every field printed. */
export function tensorProtoJson(tensor: Tensor): ProtoJson {
  const field = fieldOf(tensor.dtype);
  return fields({
    dtype: tensorFlowTypeOf(tensor.dtype).protoName,
    tensor_shape: fields({
      dim: tensor.shape.map((size) => fields({ size: String(size), name: '' })),
      unknown_rank: false,
    }),
    version_number: 0,
    ...EMPTY_FIELDS,
    [field]: field === 'float8_val' ? base64Text(bytesOf(tensor)) : valuesOf(tensor),
  });
}

function fieldOf(dtype: DType): keyof typeof EMPTY_FIELDS {
  return isFloat8(dtype) ? 'float8_val' : FIELDS[dtype];
}

function isFloat8(dtype: DType): dtype is Extract<DType, `FP8_${string}`> {
  return dtype.startsWith('FP8_');
}

function bytesOf(tensor: Tensor): Uint8Array {
  return tensor.data instanceof Uint8Array ? tensor.data : new Uint8Array(0);
}

function valuesOf(tensor: Tensor): readonly ProtoJson[] {
  switch (tensor.dtype) {
    case 'BYTES':
      return tensor.data.map(base64Text);
    case 'BOOL':
      return Array.from(tensor.data, (value) => value !== 0);
    case 'INT64':
    case 'UINT64':
      return Array.from<bigint, string>(tensor.data, String);
    case 'FP32':
    case 'COMPLEX64':
      return Array.from(tensor.data, floatNumber);
    default:
      return Array.from<number>(tensor.data);
  }
}

/** A float as the double whose shortest text is the float's own. */
function floatNumber(value: number): number {
  const target = new Uint8Array(MAX_NUMBER_BYTES);
  return Number(new TextDecoder().decode(target.subarray(0, writeFloat32(target, 0, value))));
}

function base64Text(bytes: Uint8Array): string {
  const target = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  return new TextDecoder().decode(target.subarray(0, writeBase64(bytes, target, 0)));
}
