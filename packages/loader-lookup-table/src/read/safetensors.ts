import { messageOf } from '@servable/core';
import { tableError } from '../errors.ts';
import { arraysSource, type ElementForm, type FileArray } from './array-columns.ts';
import { FileBytes, partOf } from './byte-source.ts';
import { KEY_NAMES } from './npz.ts';
import type { TableSource } from './table-source.ts';

const MAX_HEADER_BYTES = 100 * 2 ** 20;

const FORMS: Readonly<Record<string, readonly [kind: ElementForm['kind'], bytes: number]>> = {
  BOOL: ['BOOL', 1],
  I8: ['INT8', 1],
  U8: ['UINT8', 1],
  I16: ['INT16', 2],
  U16: ['UINT16', 2],
  I32: ['INT32', 4],
  U32: ['UINT32', 4],
  I64: ['INT64', 8],
  U64: ['UINT64', 8],
  F16: ['FP16', 2],
  BF16: ['BF16', 2],
  F32: ['FP32', 4],
  F64: ['FP64', 8],
};

/** Opens a `.safetensors` file: every tensor is a column. Source: the format's description by its authors, Hugging Face. */
export async function openSafetensors(path: string): Promise<TableSource> {
  const source = await FileBytes.open(path);
  const fail = (reason: string): Error => tableError('SRV_TABLE_FILE_INVALID', [path, reason]);
  const lengthBytes = await source.read(0, Math.min(8, source.size));
  const length = lengthBytes.length < 8 ? -1 : Number(new DataView(lengthBytes.buffer).getBigUint64(0, true));
  if (length < 2 || length > MAX_HEADER_BYTES || 8 + length > source.size) throw fail('it does not begin as a safetensors file does');
  const header = parseHeader(Buffer.from(await source.read(8, length)).toString('utf8'), fail);
  const arrays: FileArray[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: offsets } = entry;
    const [kind, bytes] = FORMS[String(dtype)] ?? [];
    if (kind === undefined || bytes === undefined) throw fail(`tensor '${name}' is of type ${String(dtype)}, which cannot be served`);
    if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) throw fail(`tensor '${name}' has no valid shape and offsets`);
    const [from = 0, to = 0] = offsets;
    const needed = shape.reduce((product, size) => product * size, bytes);
    if (to - from !== needed) throw fail(`tensor '${name}' has ${to - from} bytes, shape [${shape}] of ${String(dtype)} needs ${needed}`);
    const part = { from: 8 + length + from, size: Math.min(needed, source.size - 8 - length - from) };
    arrays.push({ name, form: { kind, bytes, isBigEndian: false }, shape, isFortran: false, source: partOf(source, path, part), from: 0 });
  }
  return arraysSource(path, arrays, KEY_NAMES.find((name) => arrays.some((array) => array.name === name)));
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

type Header = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function parseHeader(text: string, fail: (reason: string) => Error): Header {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'object' && each !== null)) return value as Header;
  } catch (error) {
    throw fail(`its header is no JSON: ${messageOf(error)}`);
  }
  throw fail('its header is no list of tensors');
}
