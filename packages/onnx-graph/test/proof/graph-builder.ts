import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType, type AttributeProtoSchema, type FunctionProtoSchema, type GraphProtoSchema, ModelProtoSchema, type NodeProtoSchema, type TensorProtoSchema } from '@servable/protos/onnx';
import { value } from '../onnx-builder.ts';

export type NodeInit = Exclude<MessageInitShape<typeof NodeProtoSchema>, { $typeName: string }>;
export type GraphInit = Exclude<MessageInitShape<typeof GraphProtoSchema>, { $typeName: string }>;
export type TensorInit = Exclude<MessageInitShape<typeof TensorProtoSchema>, { $typeName: string }>;
export type FunctionInit = Exclude<MessageInitShape<typeof FunctionProtoSchema>, { $typeName: string }>;
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

/** A number is an integer; write a float as `{ float: 1 }`. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: TensorInit }
  | { readonly graph: GraphInit }
  | { readonly reference: string; readonly type: AttributeProto_AttributeType };

const TYPE = AttributeProto_AttributeType;

function attribute(name: string, content: AttributeValue): AttributeInit {
  if (typeof content === 'number') return { name, type: TYPE.INT, i: BigInt(content) };
  if (typeof content === 'string') return { name, type: TYPE.STRING, s: new TextEncoder().encode(content) };
  if (isTexts(content)) return { name, type: TYPE.STRINGS, strings: content.map((text) => new TextEncoder().encode(text)) };
  if (isNumbers(content)) return { name, type: TYPE.INTS, ints: content.map(BigInt) };
  if ('float' in content) return { name, type: TYPE.FLOAT, f: content.float };
  if ('floats' in content) return { name, type: TYPE.FLOATS, floats: [...content.floats] };
  if ('tensor' in content) return { name, type: TYPE.TENSOR, t: content.tensor };
  if ('graph' in content) return { name, type: TYPE.GRAPH, g: { name: 'body', ...content.graph } };
  return { name, type: content.type, refAttrName: content.reference };
}

function isTexts(content: object): content is readonly string[] {
  return Array.isArray(content) && typeof content[0] === 'string';
}

function isNumbers(content: object): content is readonly number[] {
  return Array.isArray(content);
}

/** `domain::Operator`, or an operator of ONNX's own. */
export function node(operator: string, inputs: readonly string[], outputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): NodeInit {
  const [first = '', second] = operator.split('::');
  return {
    name: `${second ?? first} ${outputs[0] ?? ''}`,
    opType: second ?? first,
    domain: second === undefined ? '' : first,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, content]) => attribute(name, content)),
  };
}

export const ELEMENT_TYPES: { readonly float: 1; readonly uint8: 2; readonly int32: 6; readonly int64: 7; readonly string: 8; readonly bool: 9 } = {
  float: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
};
export type ElementName = keyof typeof ELEMENT_TYPES;

/** A stored tensor of numbers. */
export function constant(name: string, type: Exclude<ElementName, 'string'>, shape: readonly number[], values: readonly number[]): TensorInit {
  const dims = shape.map(BigInt);
  const dataType = ELEMENT_TYPES[type];
  if (type === 'float') return { name, dataType, dims, floatData: [...values] };
  if (type === 'int64') return { name, dataType, dims, int64Data: values.map(BigInt) };
  return { name, dataType, dims, int32Data: [...values] };
}

export interface ModelOptions {
  readonly opset?: number;
  readonly functions?: readonly FunctionInit[];
}

/** The bytes of a model that may use every domain the rules know. */
export function modelOf(graph: GraphInit, { opset = 17, functions = [] }: ModelOptions = {}): Uint8Array {
  const opsetImport = [
    { domain: '', version: BigInt(opset) },
    { domain: 'ai.onnx.ml', version: 3n },
    { domain: 'com.microsoft', version: 1n },
    ...[...new Set(functions.map((each) => each.domain ?? ''))].map((domain) => ({ domain, version: 1n })),
  ];
  const model = { irVersion: 10n, producerName: 'test', opsetImport, functions: [...functions], graph: { name: 'graph', ...graph } };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
}

/** A graph input. */
export function input(name: string, type: ElementName, shape: readonly (number | string)[]): ReturnType<typeof value> {
  return value(name, ELEMENT_TYPES[type], shape);
}

/** A graph output whose type is inferred. */
export function output(name: string): { readonly name: string } {
  return { name };
}
