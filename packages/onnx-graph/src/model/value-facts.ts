import type { Dimension, DType } from '@servable/core';
import { elementType } from './element-types.ts';
import { MalformedProtobuf, type ProtobufFile, type Span } from './protobuf-file.ts';

/** What a value of a graph holds. */
export type ValueKind = 'tensor' | 'sequence' | 'map' | 'optional' | 'opaque';

/** The type of a value inside a graph. */
export interface ValueType {
  readonly kind: ValueKind;
  readonly dtype: DType | undefined;
  readonly shape: readonly Dimension[] | undefined;
  readonly keyDtype?: DType | undefined;
  readonly element?: ValueType | undefined;
}

/** What a file says of one graph input or output. */
export interface ValueFacts {
  readonly name: string;
  /** `undefined`: the file does not say. */
  readonly kind: ValueKind | undefined;
  /** `undefined` when it is no tensor, or its elements are of a type without a dtype. */
  readonly dtype: DType | undefined;
  /** `undefined`: even the rank is not said. */
  readonly shape: readonly Dimension[] | undefined;
  /** Of a map its keys. */
  readonly keyDtype?: DType | undefined;
  /** Of a sequence or optional value what it holds, of a map its values; missing when the file does not say. */
  readonly element?: ValueType | undefined;
}

type TypeFacts = Omit<ValueFacts, 'name'>;

/** Deeper types than any exporter writes are an attack on the stack. */
const DEEPEST_TYPE = 16;

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

async function readType(file: ProtobufFile, span: Span, depth = 0): Promise<TypeFacts> {
  if (depth > DEEPEST_TYPE) throw new MalformedProtobuf(`types are nested deeper than ${DEEPEST_TYPE}`);
  let type: TypeFacts = { kind: undefined, dtype: undefined, shape: undefined };
  await file.forEachField(span, async (field) => {
    const kind = KINDS.get(field.number);
    if (kind === 'tensor') type = await readTensorType(file, file.message(field));
    else if (kind === 'map') type = await readMapType(file, file.message(field), depth);
    else if (kind === 'sequence' || kind === 'optional') type = { kind, dtype: undefined, shape: undefined, ...(await readElement(file, file.message(field), depth)) };
    else if (kind !== undefined) type = { kind, dtype: undefined, shape: undefined };
  });
  return type;
}

/** `TypeProto.Sequence` and `TypeProto.Optional`. */
async function readElement(file: ProtobufFile, span: Span, depth: number): Promise<Pick<TypeFacts, 'element'>> {
  let element: TypeFacts | undefined;
  await file.forEachField(span, async (field) => {
    if (field.number === 1) element = await readType(file, file.message(field), depth + 1);
  });
  return elementOf(element);
}

/** `TypeProto.Map`. */
async function readMapType(file: ProtobufFile, span: Span, depth: number): Promise<TypeFacts> {
  let keyDtype: DType | undefined;
  let value: TypeFacts | undefined;
  await file.forEachField(span, async (field) => {
    if (field.number === 1) keyDtype = elementType(field.value)?.dtype;
    else if (field.number === 2) value = await readType(file, file.message(field), depth + 1);
  });
  return { kind: 'map', dtype: undefined, shape: undefined, keyDtype, ...elementOf(value) };
}

function elementOf(type: TypeFacts | undefined): Pick<TypeFacts, 'element'> {
  return type?.kind === undefined ? {} : { element: { ...type, kind: type.kind } };
}

const KINDS: ReadonlyMap<number, ValueKind> = new Map([
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
