import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type GraphProtoSchema, ModelProtoSchema, TensorProto_DataLocation, type TensorProtoSchema, type ValueInfoProtoSchema } from '@servable/protos/onnx';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** `TensorProto.DataType` of ONNX. */
export const FLOAT = 1;
export const INT64 = 7;
export const BFLOAT16 = 16;

type ValueInfo = MessageInitShape<typeof ValueInfoProtoSchema>;
type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
type GraphInit = Exclude<MessageInitShape<typeof GraphProtoSchema>, { $typeName: string }>;

/** A graph input or output: a tensor of these sizes; no sizes means that the file does not say the rank. */
export function value(name: string, elemType: number, shape?: readonly (number | string)[]): ValueInfo {
  const dim = shape?.map((size) => ({
    value: typeof size === 'number' ? { case: 'dimValue' as const, value: BigInt(size) } : { case: 'dimParam' as const, value: size },
  }));
  const tensor = { elemType, ...(dim === undefined ? {} : { shape: { dim } }) };
  return { name, type: { value: { case: 'tensorType', value: tensor } } };
}

/** Weights that are kept in another file. */
export function externalTensor(name: string, elements: number, entries: Readonly<Record<string, string>>): TensorInit {
  const externalData = Object.entries(entries).map(([key, text]) => ({ key, value: text }));
  return { name, dataType: FLOAT, dims: [BigInt(elements)], externalData, dataLocation: TensorProto_DataLocation.EXTERNAL };
}

/** The bytes of a model around a graph. */
export function modelBytes(graph: GraphInit, opset = 17): Uint8Array {
  const opsetImport = [{ domain: '', version: BigInt(opset) }];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, producerName: 'test', opsetImport, graph: { name: 'graph', ...graph } }));
}

/** `y = x`, of any element type. */
export function identityModel(elemType: number, shape: readonly (number | string)[] = ['n']): Uint8Array {
  return modelBytes({
    node: [{ opType: 'Identity', input: ['x'], output: ['y'] }],
    input: [value('x', elemType, shape)],
    output: [value('y', elemType, shape)],
  });
}

/** A directory with these files, removed when the test ends. */
export function directoryWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'servable-onnx-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}
