import type { DType } from '@servable/core';

/** What ONNX Runtime has no kernel for on the CPU, and no other type computes exactly. */
export class NoKernel extends Error {
  constructor(operator: string, dtype: DType) {
    super(`ONNX Runtime computes no ${operator} of ${dtype}`);
  }
}

const NUMBERS = 'FP32 FP16 FP64 INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64';
const FLOATS = 'FP32 FP16 FP64';
const SINGLE = 'FP32 FP16';
const WIDE = 'FP32 FP16 FP64 INT32 INT64';
const BYTES_AND_WIDE = 'FP32 FP16 FP64 INT8 INT32 INT64 UINT8';

/**
 * Element types that ONNX Runtime's CPU provider has kernels for, by operator. Operators that are not here take every type but BF16.
 * A test asks ONNX Runtime itself.
 */
export const KERNEL_TYPES: Readonly<Record<string, string>> = {
  Abs: NUMBERS,
  Acos: SINGLE,
  Acosh: SINGLE,
  Add: NUMBERS,
  And: 'BOOL',
  ArgMax: BYTES_AND_WIDE,
  ArgMin: BYTES_AND_WIDE,
  Asin: SINGLE,
  Asinh: SINGLE,
  Atan: SINGLE,
  Atanh: SINGLE,
  AveragePool: SINGLE,
  BatchNormalization: FLOATS,
  BitShift: 'UINT8 UINT32 UINT64',
  Ceil: FLOATS,
  Clip: 'FP32 FP16 FP64 INT8 INT32 INT64 UINT8 UINT32 UINT64',
  Conv: SINGLE,
  ConvTranspose: SINGLE,
  Cos: FLOATS,
  Cosh: SINGLE,
  CumProd: 'FP32 FP64 INT32 INT64 UINT32 UINT64',
  CumSum: WIDE,
  DepthToSpace: 'FP32 FP16 FP64 INT8 UINT8',
  Det: SINGLE,
  Div: NUMBERS,
  Einsum: WIDE,
  Elu: SINGLE,
  Erf: SINGLE,
  Exp: FLOATS,
  Floor: FLOATS,
  Gelu: SINGLE,
  Gemm: FLOATS,
  IsInf: FLOATS,
  IsNaN: FLOATS,
  LRN: SINGLE,
  LayerNormalization: FLOATS,
  LeakyRelu: SINGLE,
  Log: FLOATS,
  LogSoftmax: FLOATS,
  MatMul: 'FP32 FP16 FP64 INT32 INT64 UINT32 UINT64',
  Max: 'FP32 FP16 FP64 INT8 INT32 INT64 UINT8 UINT32 UINT64',
  MaxPool: 'FP32 FP16 FP64 INT8 UINT8',
  Min: 'FP32 FP16 FP64 INT8 INT32 INT64 UINT8 UINT32 UINT64',
  Mod: NUMBERS,
  Mul: NUMBERS,
  Neg: 'FP32 FP16 FP64 INT8 INT16 INT32 INT64',
  NonZero: 'FP32 FP16 INT32 INT64 UINT8 BOOL',
  Not: 'BOOL',
  OneHot: 'FP32 FP16 INT64 BYTES',
  Or: 'BOOL',
  Pad: 'FP32 FP16 FP64 INT8 INT32 INT64 UINT8 UINT32 UINT64 BOOL',
  Pow: WIDE,
  Range: 'FP32 FP64 INT16 INT32 INT64',
  Reciprocal: FLOATS,
  ReduceL1: WIDE,
  ReduceL2: WIDE,
  ReduceLogSumExp: WIDE,
  ReduceMax: `${BYTES_AND_WIDE} BOOL`,
  ReduceMean: WIDE,
  ReduceMin: `${BYTES_AND_WIDE} BOOL`,
  ReduceProd: WIDE,
  ReduceSum: WIDE,
  ReduceSumSquare: WIDE,
  Relu: 'FP32 FP16 FP64 INT8 INT32',
  Resize: 'FP32 FP16 INT8 INT32 UINT8',
  Round: FLOATS,
  Selu: SINGLE,
  Sigmoid: FLOATS,
  Sign: NUMBERS,
  Sin: FLOATS,
  Sinh: SINGLE,
  Softmax: FLOATS,
  Softplus: SINGLE,
  Softsign: SINGLE,
  SpaceToDepth: 'FP32 FP16 FP64 INT8 UINT8',
  Sqrt: FLOATS,
  Sub: NUMBERS,
  Tan: SINGLE,
  Tanh: FLOATS,
  ThresholdedRelu: SINGLE,
  TopK: 'FP32 FP16 FP64 INT8 INT16 INT32 INT64 UINT8',
  Trilu: 'FP32 FP16 FP64 INT32 INT64 BOOL',
  Unique: 'FP32 FP16 FP64 INT8 INT64 BYTES',
  Where: 'FP32 FP16 FP64 INT32 INT64 UINT8 BYTES',
  Xor: 'BOOL',
};

/** Types that hold every number of a smaller one, the cheapest first. Of 64 bits without a sign the last wraps as they do. */
const WIDER: Readonly<Partial<Record<DType, readonly DType[]>>> = {
  BOOL: ['UINT8', 'INT32', 'INT64', 'FP32'],
  INT8: ['INT32', 'INT64', 'FP32', 'FP64'],
  UINT8: ['INT32', 'INT64', 'FP32', 'FP64'],
  INT16: ['INT32', 'INT64', 'FP32', 'FP64'],
  UINT16: ['INT32', 'INT64', 'FP32', 'FP64'],
  INT32: ['INT64', 'FP64'],
  UINT32: ['INT64', 'UINT64', 'FP64'],
  FP16: ['FP32', 'FP64'],
  BF16: ['FP32', 'FP64'],
  FP32: ['FP64'],
};

/** Operators that pick numbers or add them up: those of 64 bits without a sign come through as others of 64 bits. */
const BLIND_TO_SIGNS: ReadonlySet<string> = new Set(['CumSum', 'Where']);

/** The type to compute an operator in: the elements' own, else the first wider one. @throws NoKernel */
export function kernelType(operator: string, dtype: DType): DType {
  const types = (KERNEL_TYPES[operator] ?? `${NUMBERS} BOOL BYTES`).split(' ');
  // TensorFlow computes half precision in single and rounds; so does this, and ONNX Runtime would convert it back and forth.
  const own = dtype === 'FP16' ? [] : [dtype];
  const found = [...own, ...(WIDER[dtype] ?? [])].find((type) => types.includes(type));
  if (found === undefined && dtype === 'UINT64' && BLIND_TO_SIGNS.has(operator)) return 'INT64';
  if (found === undefined) throw new NoKernel(operator, dtype);
  return found;
}
