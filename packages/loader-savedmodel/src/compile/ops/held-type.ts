import type { DType } from '@servable/core';

/** The numbers of a quantized type, and the plain type that holds them. */
export interface Steps {
  readonly held: DType;
  readonly lowest: number;
  readonly highest: number;
}

const STEPS: Readonly<Partial<Record<DType, Steps>>> = {
  QINT8: { held: 'INT8', lowest: -128, highest: 127 },
  QUINT8: { held: 'UINT8', lowest: 0, highest: 255 },
  QINT16: { held: 'INT16', lowest: -32768, highest: 32767 },
  QUINT16: { held: 'UINT16', lowest: 0, highest: 65535 },
  QINT32: { held: 'INT32', lowest: -2147483648, highest: 2147483647 },
};

/** `undefined` for a type that is not quantized. */
export function stepsOf(dtype: DType): Steps | undefined {
  return STEPS[dtype];
}

/** The plain type of the same bits. */
export function heldType(dtype: DType): DType {
  return STEPS[dtype]?.held ?? dtype;
}
