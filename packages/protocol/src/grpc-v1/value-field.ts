import type { DType } from '@servable/core';
import { WireType } from './wire-reader.ts';

/** How one value is written: fixed size, a varint of 32 or 64 bits or of a bool, or a byte string. */
export type ValueKind = 'fixed32' | 'fixed64' | 'varint32' | 'varint64' | 'bool' | 'bytes';

/** The `*_val` field that holds a dtype's values. */
export interface ValueField {
  readonly kind: ValueKind;
  /** Of many values in one piece. */
  readonly packedTag: number;
  /** Of one value alone. */
  readonly unpackedTag: number;
  /** Bytes of one value; 0: it varies. */
  readonly fixedBytes: number;
}

const WIRE_TYPES: Readonly<Record<ValueKind, number>> = {
  fixed32: WireType.fixed32,
  fixed64: WireType.fixed64,
  varint32: WireType.varint,
  varint64: WireType.varint,
  bool: WireType.varint,
  bytes: WireType.bytes,
};

function field(number: number, kind: ValueKind): ValueField {
  const fixedBytes = kind === 'fixed32' ? 4 : kind === 'fixed64' ? 8 : 0;
  return { kind, packedTag: (number << 3) | WireType.bytes, unpackedTag: (number << 3) | WIRE_TYPES[kind], fixedBytes };
}

const INT_VAL = field(7, 'varint32');
const HALF_VAL = field(13, 'varint32');
// Not a list but one byte string, a byte a value.
const FLOAT8_VAL = field(18, 'bytes');

const FIELDS: Readonly<Record<DType, ValueField>> = {
  FP32: field(5, 'fixed32'),
  FP64: field(6, 'fixed64'),
  INT32: INT_VAL,
  INT16: INT_VAL,
  INT8: INT_VAL,
  UINT16: INT_VAL,
  UINT8: INT_VAL,
  QINT8: INT_VAL,
  QUINT8: INT_VAL,
  QINT16: INT_VAL,
  QUINT16: INT_VAL,
  QINT32: INT_VAL,
  BYTES: field(8, 'bytes'),
  COMPLEX64: field(9, 'fixed32'),
  INT64: field(10, 'varint64'),
  BOOL: field(11, 'bool'),
  COMPLEX128: field(12, 'fixed64'),
  FP16: HALF_VAL,
  BF16: HALF_VAL,
  UINT32: field(16, 'varint32'),
  UINT64: field(17, 'varint64'),
  FP8_E5M2: FLOAT8_VAL,
  FP8_E4M3FN: FLOAT8_VAL,
  FP8_E4M3FNUZ: FLOAT8_VAL,
  FP8_E4M3B11FNUZ: FLOAT8_VAL,
  FP8_E5M2FNUZ: FLOAT8_VAL,
};

/** The field of a dtype's values. Source: the table of `tensor.proto`. */
export function valueFieldOf(dtype: DType): ValueField {
  return FIELDS[dtype];
}
