import { MAX_VALUES, type OnnxConstant } from './graph.ts';
import type { Field, ProtobufFile, Span } from './protobuf-file.ts';

type ReadNumber = (view: DataView, at: number) => number;

interface Layout {
  readonly bytes: number;
  readonly read: ReadNumber;
}

/** Element types whose numbers are read, by number. Source: `TensorProto.DataType` in ONNX's `onnx.proto`. */
const LAYOUTS: ReadonlyMap<number, Layout> = new Map([
  [1, { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  [2, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [3, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [4, { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  [5, { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  [6, { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  [7, { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  [9, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [11, { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  [12, { bytes: 4, read: (view, at) => view.getUint32(at, true) }],
  [13, { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) }],
]);

const FLOAT = 1;
const DOUBLE = 11;
const EXTERNAL = 1;

/** A tensor's shape, and its numbers when it is small. Field numbers are those of `TensorProto` in `onnx.proto`. */
export async function readConstant(file: ProtobufFile, span: Span): Promise<{ readonly name: string; readonly constant: OnnxConstant }> {
  let name = '';
  let type = 0;
  let isExternal = false;
  const shape: number[] = [];
  const typed: Field[] = [];
  let raw: Field | undefined;
  let repeated = 0;
  await file.forEachField(span, async (field) => {
    if (field.number === 1) shape.push(...(await file.integers(field)));
    else if (field.number === 2) type = field.value;
    else if (field.number === 8) name = await file.text(field);
    else if (field.number === 9) raw = field;
    else if (field.number === 14) isExternal = field.value === EXTERNAL;
    else if (DATA_FIELDS.has(field.number) && ++repeated <= MAX_VALUES) typed.push(field);
  });
  const count = shape.reduce((product, size) => product * size, 1);
  const isSmall = count <= MAX_VALUES && repeated <= MAX_VALUES && !isExternal;
  const values = isSmall ? await readValues(file, type, raw, typed) : undefined;
  return { name, constant: { shape, values: values?.length === count ? values : undefined } };
}

/** `float_data`, `int32_data`, `int64_data`, `double_data`, `uint64_data`. */
const DATA_FIELDS: ReadonlySet<number> = new Set([4, 5, 7, 10, 11]);

async function readValues(file: ProtobufFile, type: number, raw: Field | undefined, typed: readonly Field[]): Promise<readonly number[] | undefined> {
  const layout = LAYOUTS.get(type);
  if (layout === undefined) return undefined;
  if (raw !== undefined) return numbersOf(await file.bytes(raw), layout);
  const values: number[] = [];
  for (const field of typed) {
    const isFloat = type === FLOAT || type === DOUBLE;
    values.push(...(isFloat ? numbersOf(await file.bytes(field), layout) : await file.integers(field)));
  }
  return values;
}

/** The 32-bit floats of a field, one or packed. */
export async function readFloats(file: ProtobufFile, field: Field): Promise<readonly number[]> {
  return numbersOf(await file.bytes(field), { bytes: 4, read: (view, at) => view.getFloat32(at, true) });
}

function numbersOf(bytes: Uint8Array, { bytes: size, read }: Layout): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / size) }, (_, index) => read(view, index * size));
}
