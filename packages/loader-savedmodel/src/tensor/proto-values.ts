import type { DType } from '@servable/core';
import type { TensorProto } from '@servable/protos/tensorflow';

/**
 * The values of a `TensorProto` in the one `*_val` field that its dtype uses; values in others do not count. Typed arrays cut
 * them to size when they are stored.
 *
 * Source: TensorFlow, comments of `framework/tensor.proto`.
 */
export function valuesOf(proto: TensorProto, dtype: Exclude<DType, 'BYTES'>): ArrayLike<number | bigint> {
  switch (dtype) {
    case 'FP32':
      return proto.floatVal;
    case 'FP64':
      return proto.doubleVal;
    case 'FP16':
    case 'BF16':
      return proto.halfVal;
    case 'INT64':
      return proto.int64Val;
    case 'UINT64':
      return proto.uint64Val;
    case 'UINT32':
      return proto.uint32Val;
    case 'BOOL':
      return proto.boolVal.map(Number);
    case 'COMPLEX64':
      return proto.scomplexVal;
    case 'COMPLEX128':
      return proto.dcomplexVal;
    case 'FP8_E5M2':
    case 'FP8_E4M3FN':
    case 'FP8_E4M3FNUZ':
    case 'FP8_E4M3B11FNUZ':
    case 'FP8_E5M2FNUZ':
      return proto.float8Val;
    case 'INT32':
    case 'INT16':
    case 'INT8':
    case 'UINT16':
    case 'UINT8':
    case 'QINT32':
    case 'QINT16':
    case 'QINT8':
    case 'QUINT16':
    case 'QUINT8':
      return proto.intVal;
    default:
      return dtype satisfies never;
  }
}
