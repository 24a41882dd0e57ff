import type { MessageInitShape } from '@bufbuild/protobuf';
import { TensorProto_DataLocation, type TensorProtoSchema, type ValueInfoProtoSchema } from '@servable/protos/onnx';

/** `TensorProto.DataType` of ONNX. */
export const FLOAT = 1;
export const INT64 = 7;

/** A graph input or output: a tensor of these sizes; no sizes means that the file does not say the rank. */
export function value(name: string, elemType: number, shape?: readonly (number | string)[]): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape?.map((size) => ({
    value: typeof size === 'number' ? { case: 'dimValue' as const, value: BigInt(size) } : { case: 'dimParam' as const, value: size },
  }));
  const tensor = { elemType, ...(dim === undefined ? {} : { shape: { dim } }) };
  return { name, type: { value: { case: 'tensorType', value: tensor } } };
}

/** Weights that are kept in another file. */
export function externalTensor(name: string, elements: number, entries: Readonly<Record<string, string>>): MessageInitShape<typeof TensorProtoSchema> {
  const externalData = Object.entries(entries).map(([key, text]) => ({ key, value: text }));
  return { name, dataType: FLOAT, dims: [BigInt(elements)], externalData, dataLocation: TensorProto_DataLocation.EXTERNAL };
}
