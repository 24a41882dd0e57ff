import type { DType } from '@servable/core';
import { DataType, DataTypeSchema } from '@servable/protos/tensorflow';

/** A reference to a variable (`DT_FLOAT_REF`) is its type plus this. */
const REFERENCE = 100;

const DTYPES: ReadonlyMap<number, DType> = new Map<number, DType>([
  [DataType.DT_FLOAT, 'FP32'],
  [DataType.DT_DOUBLE, 'FP64'],
  [DataType.DT_INT32, 'INT32'],
  [DataType.DT_UINT8, 'UINT8'],
  [DataType.DT_INT16, 'INT16'],
  [DataType.DT_INT8, 'INT8'],
  [DataType.DT_STRING, 'BYTES'],
  [DataType.DT_COMPLEX64, 'COMPLEX64'],
  [DataType.DT_INT64, 'INT64'],
  [DataType.DT_BOOL, 'BOOL'],
  [DataType.DT_QINT8, 'QINT8'],
  [DataType.DT_QUINT8, 'QUINT8'],
  [DataType.DT_QINT32, 'QINT32'],
  [DataType.DT_BFLOAT16, 'BF16'],
  [DataType.DT_QINT16, 'QINT16'],
  [DataType.DT_QUINT16, 'QUINT16'],
  [DataType.DT_UINT16, 'UINT16'],
  [DataType.DT_COMPLEX128, 'COMPLEX128'],
  [DataType.DT_HALF, 'FP16'],
  [DataType.DT_UINT32, 'UINT32'],
  [DataType.DT_UINT64, 'UINT64'],
  [DataType.DT_FLOAT8_E5M2, 'FP8_E5M2'],
  [DataType.DT_FLOAT8_E4M3FN, 'FP8_E4M3FN'],
  [DataType.DT_FLOAT8_E4M3FNUZ, 'FP8_E4M3FNUZ'],
  [DataType.DT_FLOAT8_E4M3B11FNUZ, 'FP8_E4M3B11FNUZ'],
  [DataType.DT_FLOAT8_E5M2FNUZ, 'FP8_E5M2FNUZ'],
]);

/**
 * The dtype of one of TensorFlow's `DataType` numbers; a reference has that of what it refers to. `undefined` for types that hold
 * no plain data: resource, variant, those of 4 bits and less, and numbers that are not known.
 */
export function dtypeOf(dataType: number): DType | undefined {
  return DTYPES.get(dataType > REFERENCE ? dataType - REFERENCE : dataType);
}

/** The name of one of TensorFlow's `DataType` numbers, such as `DT_FLOAT`. */
export function dataTypeName(dataType: number): string {
  return DataTypeSchema.values.find(({ number }) => number === dataType)?.name ?? `DataType ${dataType}`;
}
