import { tableError } from '../errors.ts';
import type { NumericDType } from '../storage/shared-arrays.ts';
import { arraysSource, type ElementForm, type FileArray } from './array-columns.ts';
import { type ByteSource, FileBytes } from './byte-source.ts';
import type { TableSource } from './table-source.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MAX_HEADER_BYTES = 2 ** 20;

const NUMBERS: Readonly<Record<string, NumericDType>> = {
  b1: 'BOOL',
  i1: 'INT8',
  u1: 'UINT8',
  i2: 'INT16',
  u2: 'UINT16',
  i4: 'INT32',
  u4: 'UINT32',
  i8: 'INT64',
  u8: 'UINT64',
  f2: 'FP16',
  f4: 'FP32',
  f8: 'FP64',
};

/** Opens a `.npy` file: one column, named `vector` for two dimensions, else `value`. */
export async function openNpy(path: string): Promise<TableSource> {
  const source = await FileBytes.open(path);
  const array = await readNpyHeader(source, '');
  const name = array.shape.length === 2 ? 'vector' : 'value';
  return arraysSource(path, [{ ...array, name }], undefined);
}

/**
 * Reads what stands before an array's elements. Pickled objects are refused and never looked into.
 *
 * @throws ServingError `SRV_TABLE_FILE_INVALID`
 *
 * Source: NumPy Enhancement Proposal 1, `.npy` versions 1 to 3.
 */
export async function readNpyHeader(source: ByteSource, name: string): Promise<FileArray> {
  const fail = (reason: string): Error => tableError('SRV_TABLE_FILE_INVALID', [source.path, reason]);
  if (source.size < 12) throw fail('it is too short for a NumPy array');
  const start = await source.read(0, 12);
  if (MAGIC.some((byte, at) => start[at] !== byte)) throw fail('it does not begin as a NumPy array does');
  const [major = 0] = start.subarray(6);
  if (major < 1 || major > 3) throw fail(`it has version ${major} of the NumPy format; 1 to 3 are known`);
  const view = new DataView(start.buffer);
  const [from, length] = major === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > MAX_HEADER_BYTES) throw fail(`its header claims ${length} bytes`);
  const header = Buffer.from(await source.read(from, length)).toString(major === 3 ? 'utf8' : 'latin1');
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const shape = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (order === undefined || shape === undefined) throw fail('its header does not say order and shape');
  if (descr === undefined) throw fail('it holds records of several fields: save each as an array of its own');
  const sizes = shape.split(',').map((size) => size.trim()).filter((size) => size !== '').map(Number);
  return { name, form: formOf(descr, fail), shape: sizes, isFortran: order === 'True', source, from: from + length };
}

function formOf(descr: string, fail: (reason: string) => Error): ElementForm {
  if (descr.includes('O')) throw fail('it holds pickled Python objects, which are never opened: save numbers or strings');
  const parts = /^([<>|=])([a-zA-Z])(\d+)$/.exec(descr);
  const [, order = '', kind = '', size = '0'] = parts ?? [];
  const isBigEndian = order === '>';
  if (kind === 'S') return { kind: 'bytes', bytes: Number(size), isBigEndian };
  if (kind === 'U') return { kind: 'unicode', bytes: Number(size) * 4, isBigEndian };
  const dtype = NUMBERS[`${kind}${size}`];
  if (dtype === undefined) throw fail(`its elements are '${descr}', which cannot be served: save integers, floats, booleans or strings`);
  return { kind: dtype, bytes: Number(size), isBigEndian };
}
