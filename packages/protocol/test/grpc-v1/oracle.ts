import type { MessageInitShape } from '@bufbuild/protobuf';
import { createTensor, type DType, storageOf, type Tensor, type TensorData } from '@servable/core';
import { create } from '@servable/protos';
import { type TensorProto, TensorProtoSchema } from '@servable/protos/tensorflow';
import { dtypeOfNumber, tensorFlowTypeOf } from '../../src/data-type.ts';
import { numbersOf } from './golden.ts';

/** The generated code's name of the field that holds a dtype's values. */
const FIELD_NAMES: Readonly<Record<string, keyof TensorProto>> = {
  FP32: 'floatVal',
  FP64: 'doubleVal',
  COMPLEX64: 'scomplexVal',
  COMPLEX128: 'dcomplexVal',
  INT64: 'int64Val',
  UINT64: 'uint64Val',
  UINT32: 'uint32Val',
  BOOL: 'boolVal',
  FP16: 'halfVal',
  BF16: 'halfVal',
  BYTES: 'stringVal',
};

export const ALL_DTYPES: readonly DType[] = Array.from({ length: 40 }, (_, number) => dtypeOfNumber(number)).filter(
  (dtype) => dtype !== undefined,
);

/** What generated code read, as the values it stands for: written from the contract's words, with plain arrays. */
export function tensorOfProto(proto: TensorProto): Tensor {
  const dtype = dtypeOfNumber(proto.dtype);
  if (dtype === undefined) throw new Error(`dtype ${proto.dtype}`);
  const shape = (proto.tensorShape?.dim ?? []).map((dim) => Number(dim.size));
  const elements = shape.reduce((product, size) => product * size, 1);
  const values = valuesOf(dtype, proto);
  const width = storageOf(dtype)?.entriesPerElement ?? 1;
  const whole = values.slice(0, Math.floor(values.length / width) * width);
  const last = whole.length === 0 ? undefined : whole.slice(-width);
  while (whole.length < elements * width) whole.push(...(last ?? Array.from({ length: width }, () => zeroOf(dtype))));
  return createTensor(dtype, shape, dataOf(dtype, whole.slice(0, elements * width)));
}

function valuesOf(dtype: DType, proto: TensorProto): unknown[] {
  if (dtype.startsWith('FP8')) return [...proto.float8Val];
  return [...(proto[FIELD_NAMES[dtype] ?? 'intVal'] as unknown[])];
}

function zeroOf(dtype: DType): unknown {
  if (dtype === 'BYTES') return new Uint8Array(0);
  return dtype === 'INT64' || dtype === 'UINT64' ? 0n : 0;
}

function dataOf(dtype: DType, values: readonly unknown[]): TensorData {
  if (dtype === 'BYTES') return values as Uint8Array[];
  return numbersOf(dtype, values.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
}

/** Dtype and shape of a message. */
export function headOf(dtype: DType, shape: readonly number[]): MessageInitShape<typeof TensorProtoSchema> {
  const number = tensorFlowTypeOf(dtype).number as TensorProto['dtype'];
  return { dtype: number, tensorShape: { dim: shape.map((size) => ({ size: BigInt(size) })) } };
}

/** The message that stands for a tensor, every value listed. */
export function protoOfTensor(tensor: Tensor): TensorProto {
  const proto = create(TensorProtoSchema, headOf(tensor.dtype, tensor.shape));
  if (tensor.dtype.startsWith('FP8')) return { ...proto, float8Val: tensor.data as Uint8Array<ArrayBuffer> };
  const values = [...(tensor.data as Iterable<unknown>)];
  return { ...proto, [FIELD_NAMES[tensor.dtype] ?? 'intVal']: tensor.dtype === 'BOOL' ? values.map(Boolean) : values };
}

/** A tensor whose data can be compared: whatever kind of byte array a string is in. */
export function comparable(tensor: Tensor): unknown {
  if (tensor.dtype === 'BYTES') return { ...tensor, data: tensor.data.map((string) => Buffer.from(string).toString('hex')) };
  return { dtype: tensor.dtype, shape: tensor.shape, bytes: Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength).toString('hex') };
}
