import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTensor, type DType, type NamedTensors, storageOf, type Tensor } from '@servable/core';

/** Models with answers by ONNX Runtime's Python package; `fixtures/README.md` says how they are written. */
export const FIXTURES = join(import.meta.dirname, '../../../fixtures/onnx');

export interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values?: readonly unknown[];
  readonly raw?: string;
}
/** A sequence or a map has no dtype. */
export type GoldenValue = GoldenTensor | { readonly type: string; readonly value: unknown };

export interface GoldenCase {
  readonly name: string;
  readonly version: number;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outputs?: Readonly<Record<string, GoldenValue>>;
  readonly output_filter?: readonly string[];
  readonly tolerance?: GoldenTolerance;
  readonly error?: { readonly kind: string; readonly message: string };
}
export interface GoldenTolerance {
  readonly rtol: number;
  readonly atol: number;
}
export interface GoldenVersion {
  readonly ir_version: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly nodes: number;
  readonly ops: readonly string[];
  readonly metadata_props: Readonly<Record<string, string>>;
  readonly producer_name: string;
  readonly graph_name: string;
  readonly inputs: readonly GoldenValueInfo[];
  readonly outputs: readonly GoldenValueInfo[];
}
export interface GoldenValueInfo {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string | null)[];
}
export interface Golden {
  readonly model: string;
  readonly base_path: string;
  readonly tolerance: GoldenTolerance;
  readonly versions: Readonly<Record<string, GoldenVersion>>;
  readonly cases: readonly GoldenCase[];
}

export interface BrokenCase {
  readonly base_path: string;
  readonly version: string;
  readonly what: string;
}

export function readGoldens(): Golden[] {
  const names = readdirSync(join(FIXTURES, 'goldens')).filter((name) => name !== 'broken.json');
  return names.map((name) => JSON.parse(readFileSync(join(FIXTURES, 'goldens', name), 'utf8')));
}

export function readBroken(): BrokenCase[] {
  return JSON.parse(readFileSync(join(FIXTURES, 'goldens/broken.json'), 'utf8')).cases;
}

/** A version directory of a golden's `base_path` (which begins with `onnx/`). */
export function versionPath(basePath: string, version: number | string): string {
  return join(FIXTURES, '..', basePath, String(version));
}

const DTYPES: Readonly<Record<string, DType>> = {
  DT_FLOAT: 'FP32',
  DT_DOUBLE: 'FP64',
  DT_HALF: 'FP16',
  DT_INT8: 'INT8',
  DT_INT16: 'INT16',
  DT_INT32: 'INT32',
  DT_INT64: 'INT64',
  DT_UINT8: 'UINT8',
  DT_UINT16: 'UINT16',
  DT_UINT32: 'UINT32',
  DT_UINT64: 'UINT64',
  DT_BOOL: 'BOOL',
  DT_STRING: 'BYTES',
};

export function isTensor(value: GoldenValue): value is GoldenTensor {
  return 'dtype' in value;
}

export function goldenTensors(tensors: Readonly<Record<string, GoldenTensor>>): NamedTensors {
  return new Map(Object.entries(tensors).map(([name, tensor]) => [name, goldenTensor(tensor)]));
}

/**
 * The tensors that an output is given as where sequences and maps are: a sequence of tensors as one with a new first axis, a sequence
 * of maps as `[maps, keys]` and `<name>_keys`.
 */
export function flatTensors(name: string, value: GoldenValue): [name: string, tensor: Tensor][] {
  if (isTensor(value)) return [[name, goldenTensor(value)]];
  if (value.type === 'seq(tensor(float))') return [[name, stackTensors(value.value as GoldenTensor[])]];
  const maps = value.value as [key: string | number, value: number][][];
  const keys = (maps[0] ?? []).map(([key]) => key);
  if (maps.some((map) => String(map.map(([key]) => key)) !== String(keys))) throw new Error('maps with different keys');
  const values = goldenTensor({ dtype: 'DT_FLOAT', shape: [maps.length, keys.length], values: maps.flat().map(([, each]) => each) });
  const keyDtype = value.type.includes('map(string') ? 'DT_STRING' : 'DT_INT64';
  return [[name, values], [`${name}_keys`, goldenTensor({ dtype: keyDtype, shape: [keys.length], values: keys })]];
}

function stackTensors(tensors: readonly GoldenTensor[]): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new Error('an empty sequence does not say its dtype');
  return goldenTensor({ dtype: first.dtype, shape: [tensors.length, ...first.shape], values: tensors.flatMap(({ values = [] }) => values) });
}

export function goldenTensor({ dtype: name, shape, values, raw }: GoldenTensor): Tensor {
  const dtype = DTYPES[name];
  if (dtype === undefined) throw new Error(`no dtype for ${name}`);
  if (dtype === 'BYTES') return createTensor(dtype, shape, (values ?? []).map(bytesOf));
  const { array } = storageOf(dtype);
  if (raw !== undefined) {
    const bytes = Uint8Array.from(Buffer.from(raw, 'base64'));
    return createTensor(dtype, shape, new array(bytes.buffer, 0, bytes.length / array.BYTES_PER_ELEMENT));
  }
  const data = new array((values ?? []).length);
  for (const [at, value] of (values ?? []).entries()) Reflect.set(data, at, entryOf(dtype, value));
  return createTensor(dtype, shape, data);
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  return Uint8Array.from(Buffer.from((value as { b64: string }).b64, 'base64'));
}

function entryOf(dtype: DType, value: unknown): number | bigint {
  if (dtype === 'INT64' || dtype === 'UINT64') return BigInt(value as string);
  if (dtype === 'FP16') return halfBits(Number(value));
  return Number(value);
}

/** Every half there is, by value: goldens hold exact halves, so no rounding is needed. */
const HALVES = new Map(Array.from({ length: 0x10000 }, (_, bits) => [keyOf(halfValue(bits)), bits]));

function keyOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function halfBits(value: number): number {
  const bits = HALVES.get(keyOf(value));
  if (bits === undefined) throw new Error(`${value} is no half`);
  return bits;
}

/** Source: IEEE 754-2019, binary16. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Where a tensor is further from the expected one than the golden's tolerance; `undefined` when nowhere. */
export function differenceOf(actual: Tensor | undefined, expected: Tensor, { rtol, atol }: GoldenTolerance): string | undefined {
  if (actual === undefined) return 'is missing';
  if (actual.dtype !== expected.dtype) return `is ${actual.dtype}, expected ${expected.dtype}`;
  if (String(actual.shape) !== String(expected.shape)) return `has shape [${actual.shape}], expected [${expected.shape}]`;
  const [mine, theirs] = [valuesOf(actual), valuesOf(expected)];
  if (mine.length !== theirs.length) return `has ${mine.length} values, expected ${theirs.length}`;
  const at = mine.findIndex((value, index) => !agree(value, theirs[index], { rtol, atol }));
  return at === -1 ? undefined : `differs at ${at}: got ${String(mine[at])}, expected ${String(theirs[at])}`;
}

type Value = number | bigint | string;

function valuesOf(tensor: Tensor): readonly Value[] {
  if (tensor.dtype === 'BYTES') return tensor.data.map((bytes) => Buffer.from(bytes).toString('hex'));
  if (tensor.dtype === 'FP16') return Array.from(tensor.data, halfValue);
  return Array.from<number | bigint>(tensor.data);
}

function agree(actual: Value, expected: Value | undefined, { rtol, atol }: GoldenTolerance): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  if (typeof actual !== 'number' || typeof expected !== 'number') return false;
  return Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);
}
