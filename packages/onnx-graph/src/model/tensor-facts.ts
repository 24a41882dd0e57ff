import { elementType } from './element-types.ts';
import type { Field, ProtobufFile, Span } from './protobuf-file.ts';

/** Weights that are kept in another file. */
export interface ExternalData {
  readonly tensor: string;
  /** A path relative to the model's directory, as the file says it. */
  readonly location: string;
  readonly offset: number;
  /** As said, else what the shape takes; `undefined`: neither is known. */
  readonly length: number | undefined;
}

/** What a file says of one stored tensor; its data is not read. */
export interface TensorFacts {
  readonly name: string;
  readonly elements: number;
  readonly external: ExternalData | undefined;
}

/** Field numbers are those of `TensorProto` in ONNX's `onnx.proto`. */
export async function readTensor(file: ProtobufFile, span: Span): Promise<TensorFacts> {
  let name = '';
  let type = 0;
  let elements = 1;
  let isExternal = false;
  const entries = new Map<string, string>();
  await file.forEachField(span, async (field) => {
    if (field.number === 1) for (const size of await file.integers(field)) elements *= size;
    else if (field.number === 2) type = field.value;
    else if (field.number === 8) name = await file.text(field);
    else if (field.number === 13) await readEntry(file, field, entries);
    else if (field.number === 14) isExternal = field.value === 1;
  });
  const bits = elementType(type)?.bits;
  const dataBytes = bits === undefined ? undefined : Math.ceil((elements * bits) / 8);
  return { name, elements, external: isExternal ? externalData(name, entries, dataBytes) : undefined };
}

/** A `StringStringEntryProto`. Values beyond `maxBytes` are left out: they are for looking at. */
export async function readEntry(file: ProtobufFile, field: Field, entries: Map<string, string>, maxBytes: number = 4096): Promise<void> {
  let key = '';
  let value = '';
  await file.forEachField(file.message(field), async (each) => {
    if (each.number === 1) key = await file.text(each);
    else if (each.number === 2) value = each.end - each.start > maxBytes ? '…' : await file.text(each);
  });
  entries.set(key, value);
}

function externalData(tensor: string, entries: ReadonlyMap<string, string>, dataBytes: number | undefined): ExternalData {
  const length = entries.get('length');
  return {
    tensor,
    location: entries.get('location') ?? '',
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? dataBytes : Number(length),
  };
}
