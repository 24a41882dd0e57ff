import { readFile } from 'node:fs/promises';
import { createTensor, type DType, type Tensor } from '@servable/core';
import { savedModelError } from '../../errors.ts';
import type { FileFill } from './table-fills.ts';

const LINE_NUMBER = -1;
const WHOLE_LINE = -2;
const [NEW_LINE, RETURN] = [0x0a, 0x0d];

/** Reads what a file fills a table with. @throws ServingError `SRV_SAVEDMODEL_ASSET_INVALID` with TensorFlow's words */
export async function readTableFile(fill: FileFill, signal: AbortSignal): Promise<{ readonly keys: Tensor; readonly values: Tensor }> {
  const all = linesOf(await readFile(fill.path, { signal }));
  if (fill.size > all.length) throw refused(fill, `was initialized from a file with ${all.length} lines, and says ${fill.size}`);
  const lines = fill.size === -1 ? all : all.slice(0, fill.size);
  return { keys: column(fill, lines, { index: fill.keyIndex, dtype: fill.keyType }), values: column(fill, lines, { index: fill.valueIndex, dtype: fill.valueType }) };
}

/** TensorFlow leaves out carriage returns, wherever they are. */
function linesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEW_LINE, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    lines.push(line.includes(RETURN) ? line.filter((byte) => byte !== RETURN) : line);
    start = end + 1;
  }
  return lines;
}

interface Column {
  readonly index: number;
  readonly dtype: DType;
}

function column(fill: FileFill, lines: readonly Uint8Array[], { index, dtype }: Column): Tensor {
  if (index === LINE_NUMBER) {
    if (dtype !== 'INT64') throw refused(fill, `gives numbers of lines, and the table holds ${dtype}`);
    return createTensor(dtype, [lines.length], BigInt64Array.from(lines, (_, at) => BigInt(at)));
  }
  const texts = index === WHOLE_LINE ? lines : lines.map((line, at) => part(fill, line, { index, at }));
  if (dtype === 'BYTES') return createTensor(dtype, [texts.length], texts);
  const numbers = texts.map((text, at) => numberOf(fill, text, at));
  if (dtype === 'INT64') return createTensor(dtype, [numbers.length], BigInt64Array.from(texts, (text) => BigInt(textOf(text))));
  if (dtype === 'FP32') return createTensor(dtype, [numbers.length], Float32Array.from(numbers));
  throw refused(fill, `holds values of ${dtype}, which are not read from files`);
}

function part(fill: FileFill, line: Uint8Array, { index, at }: { readonly index: number; readonly at: number }): Uint8Array {
  // Bytes as characters of as many bits: the delimiter is one byte.
  const found = Buffer.from(line).toString('latin1').split(fill.delimiter)[index];
  if (found === undefined) throw refused(fill, `has no column ${index} in line ${at}`);
  return Uint8Array.from(Buffer.from(found, 'latin1'));
}

function numberOf(fill: FileFill, text: Uint8Array, at: number): number {
  const number = /^\s*[-+]?\d+(\.\d+)?([eE][-+]?\d+)?\s*$/u.test(textOf(text)) ? Number(textOf(text)) : Number.NaN;
  if (Number.isNaN(number) || (fill.valueType === 'INT64' && !Number.isInteger(number))) throw refused(fill, `has '${textOf(text)}' in line ${at}, which is not a valid number`);
  return number;
}

function textOf(text: Uint8Array): string {
  return Buffer.from(text).toString('utf8');
}

function refused({ path }: FileFill, reason: string): Error {
  return savedModelError('SRV_SAVEDMODEL_ASSET_INVALID', [path, path, reason]);
}
