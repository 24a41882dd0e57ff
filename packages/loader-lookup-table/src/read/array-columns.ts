import { tableError } from '../errors.ts';
import { allocateShared, ARRAYS, type NumericArray, type NumericDType } from '../storage/shared-arrays.ts';
import type { ByteSource } from './byte-source.ts';
import { BATCH_ROWS } from './read-text.ts';
import type { ColumnValues, RowBatch, TableSource } from './table-source.ts';

/** How an element of an array lies in a file. */
export interface ElementForm {
  /** `BF16` becomes `FP32`, `unicode` text. */
  readonly kind: NumericDType | 'BF16' | 'bytes' | 'unicode';
  readonly bytes: number;
  readonly isBigEndian: boolean;
}

/** An array of a file: of one dimension a column of values, of two a column of vectors. */
export interface FileArray {
  readonly name: string;
  readonly form: ElementForm;
  readonly shape: readonly number[];
  readonly isFortran: boolean;
  readonly source: ByteSource;
  /** Where the elements begin. */
  readonly from: number;
}

/** Makes a table of arrays with as many rows each. @throws ServingError `SRV_TABLE_FILE_INVALID` */
export function arraysSource(path: string, arrays: readonly FileArray[], keyName: string | undefined): TableSource {
  const [first] = arrays;
  if (first === undefined) throw tableError('SRV_TABLE_FILE_INVALID', [path, 'it holds no arrays']);
  for (const array of arrays) checkArray(path, array, first);
  const rows = first.shape[0] ?? 0;
  return {
    path,
    columns: arrays.map((array) => ({ name: array.name, dtype: columnDType(array.form), shape: array.shape.slice(1) })),
    rows,
    keyName,
    batches: () => readBatches(arrays, rows),
  };
}

function checkArray(path: string, array: FileArray, first: FileArray): void {
  const { name, shape, form, source, from } = array;
  const fail = (reason: string): Error => tableError('SRV_TABLE_FILE_INVALID', [path, `'${name}' ${reason}`]);
  if (shape.length !== 1 && shape.length !== 2) throw fail(`has shape [${shape}]: a table's arrays have 1 dimension, or 2 for vectors`);
  if (shape[0] !== first.shape[0]) throw fail(`has ${shape[0] ?? 0} rows, '${first.name}' has ${first.shape[0] ?? 0}`);
  const needed = from + shape.reduce((product, size) => product * size, form.bytes);
  if (needed > source.size) throw fail(`is cut short: shape [${shape}] needs ${needed} bytes, ${source.size} are there`);
}

function columnDType({ kind }: ElementForm): NumericDType | 'BYTES' {
  if (kind === 'bytes' || kind === 'unicode') return 'BYTES';
  return kind === 'BF16' ? 'FP32' : kind;
}

async function* readBatches(arrays: readonly FileArray[], rows: number): AsyncGenerator<RowBatch> {
  const whole = await Promise.all(arrays.map(inRowOrder));
  for (let firstRow = 0; firstRow < rows; firstRow += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, rows - firstRow);
    const columns: ColumnValues[] = [];
    for (const array of whole) columns.push(await readRows(array, firstRow, count));
    yield { rows: count, firstRow, columns };
  }
}

async function readRows({ form, shape, source, from }: FileArray, firstRow: number, count: number): Promise<ColumnValues> {
  const width = shape[1] ?? 1;
  const rowBytes = width * form.bytes;
  const bytes = await source.read(from + firstRow * rowBytes, count * rowBytes);
  const { kind } = form;
  if (kind === 'bytes' || kind === 'unicode') {
    const strings = Array.from({ length: count * width }, (_, at) => stringOf(form, bytes.subarray(at * form.bytes, (at + 1) * form.bytes)));
    return { kind: 'values', values: width === 1 ? strings : Array.from({ length: count }, (_, row) => strings.slice(row * width, (row + 1) * width)) };
  }
  if (form.isBigEndian) reverseEach(bytes, form.bytes);
  if (kind === 'BF16') return { kind: 'numeric', dtype: 'FP32', data: fromBrainFloats(bytes), width };
  return { kind: 'numeric', dtype: kind, data: new ARRAYS[kind](bytes.buffer, 0, count * width), width };
}

/** NumPy pads strings with zeros at their end; what was there cannot be told from the padding. */
function stringOf({ kind, isBigEndian }: ElementForm, bytes: Uint8Array): string | Uint8Array {
  if (kind === 'bytes') {
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end -= 1;
    return bytes.slice(0, end);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) text += String.fromCodePoint(Math.min(view.getUint32(at, !isBigEndian), 0x10ffff));
  return text.replace(/\0+$/, '');
}

function reverseEach(bytes: Uint8Array, size: number): void {
  if (size > 1) for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** A brain float is a float's upper half. */
function fromBrainFloats(bytes: Uint8Array): Float32Array {
  const halves = new Uint16Array(bytes.buffer, 0, bytes.length / 2);
  const words = new Uint32Array(halves.length);
  for (const [at, half] of halves.entries()) words[at] = half << 16;
  return new Float32Array(words.buffer);
}

/** A column-major array, turned once: its rows lie apart all over the file. */
async function inRowOrder(array: FileArray): Promise<FileArray> {
  if (!array.isFortran || array.shape.length < 2) return array;
  const { form, shape, source, from } = array;
  const [rows = 0, width = 0] = shape;
  const bytes = await source.read(from, rows * width * form.bytes);
  const turned = new Uint8Array(bytes.length);
  for (let column = 0; column < width; column += 1) {
    for (let row = 0; row < rows; row += 1) {
      const [to, at] = [(row * width + column) * form.bytes, (column * rows + row) * form.bytes];
      for (let byte = 0; byte < form.bytes; byte += 1) turned[to + byte] = bytes[at + byte] ?? 0;
    }
  }
  const read = async (start: number, length: number): Promise<Uint8Array> => turned.slice(start, start + length);
  return { ...array, isFortran: false, from: 0, source: { path: source.path, size: turned.length, read } };
}

/** All values of a one-dimensional array of numbers, such as the scales of a matrix. */
export async function readNumbers(source: TableSource): Promise<NumericArray> {
  const rows = source.rows ?? 0;
  let all: NumericArray | undefined;
  for await (const { firstRow, columns } of source.batches()) {
    const [values] = columns;
    if (values?.kind !== 'numeric' || values.width !== 1) throw tableError('SRV_TABLE_FILE_INVALID', [source.path, 'it must hold one number a row']);
    all ??= allocateShared(values.dtype, rows);
    (all as Float64Array).set(values.data as Float64Array, firstRow);
  }
  return all ?? new Float32Array(0);
}
