import type { Dimension, DType } from '@servable/core';
import type { OnnxValueKind } from '@servable/engine-onnxruntime';
import { elementType } from './element-types.ts';
import type { ProtobufFile, Span } from './protobuf-file.ts';

/** What a file says of one graph input or output. */
export interface ValueFacts {
  readonly name: string;
  /** `undefined`: the file does not say. */
  readonly kind: OnnxValueKind | undefined;
  /** `undefined` when it is no tensor, or its elements are of a type without a dtype. */
  readonly dtype: DType | undefined;
  /** `undefined`: even the rank is not said. */
  readonly shape: readonly Dimension[] | undefined;
}

type TypeFacts = Omit<ValueFacts, 'name'>;

/** Field numbers are those of `ValueInfoProto`, `TypeProto` and `TensorShapeProto` in ONNX's `onnx.proto`. */
export async function readValue(file: ProtobufFile, span: Span): Promise<ValueFacts> {
  let name = '';
  let type: TypeFacts = { kind: undefined, dtype: undefined, shape: undefined };
  await file.forEachField(span, async (field) => {
    if (field.number === 1) name = await file.text(field);
    else if (field.number === 2) type = await readType(file, file.message(field));
  });
  return { name, ...type };
}

async function readType(file: ProtobufFile, span: Span): Promise<TypeFacts> {
  let type: TypeFacts = { kind: undefined, dtype: undefined, shape: undefined };
  await file.forEachField(span, async (field) => {
    const kind = KINDS.get(field.number);
    if (kind === 'tensor') type = await readTensorType(file, file.message(field));
    else if (kind !== undefined) type = { kind, dtype: undefined, shape: undefined };
  });
  return type;
}

const KINDS: ReadonlyMap<number, OnnxValueKind> = new Map([
  [1, 'tensor'],
  [4, 'sequence'],
  [5, 'map'],
  [7, 'opaque'],
  [8, 'opaque'],
  [9, 'optional'],
]);

async function readTensorType(file: ProtobufFile, span: Span): Promise<TypeFacts> {
  let dtype: DType | undefined;
  let shape: Dimension[] | undefined;
  await file.forEachField(span, async (field) => {
    if (field.number === 1) dtype = elementType(field.value)?.dtype;
    else if (field.number === 2) shape = await readShape(file, file.message(field));
  });
  return { kind: 'tensor', dtype, shape };
}

async function readShape(file: ProtobufFile, span: Span): Promise<Dimension[]> {
  const shape: Dimension[] = [];
  await file.forEachField(span, async (field) => {
    if (field.number === 1) shape.push(await readDimension(file, file.message(field)));
  });
  return shape;
}

async function readDimension(file: ProtobufFile, span: Span): Promise<Dimension> {
  let dimension: Dimension = -1;
  await file.forEachField(span, async (field) => {
    if (field.number === 1) dimension = Math.max(-1, field.value);
    else if (field.number === 2) dimension = (await file.text(field)) || -1;
  });
  return dimension;
}
