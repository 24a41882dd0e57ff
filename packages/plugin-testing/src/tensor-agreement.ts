import { createTensor, type DType, type NamedTensors, type Tensor, storageOf } from '@servable/core';
import { copyData } from './tensor-rows.ts';

/** How far a number may be from the expected one: `|a - b| <= absolute + relative * |b|`. Integers and bytes are exact. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** What differs between two sets of tensors, in words; `undefined` when they agree. */
export function differenceOf(actual: NamedTensors, expected: NamedTensors, tolerance: Tolerance): string | undefined {
  for (const [name, tensor] of expected) {
    const other = actual.get(name);
    const difference = other === undefined ? 'is missing' : tensorDifference(other, tensor, tolerance);
    if (difference !== undefined) return `'${name}' ${difference}`;
  }
  return undefined;
}

function tensorDifference(actual: Tensor, expected: Tensor, tolerance: Tolerance): string | undefined {
  if (actual.dtype !== expected.dtype) return `is ${actual.dtype}, expected ${expected.dtype}`;
  if (actual.shape.join() !== expected.shape.join()) {
    return `has shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`;
  }
  if (actual.data.length !== expected.data.length) return `holds ${actual.data.length} values, expected ${expected.data.length}`;
  const mine = comparableValues(actual);
  const theirs = comparableValues(expected);
  const at = mine.findIndex((value, index) => !valuesAgree(value, theirs[index], tolerance));
  return at === -1 ? undefined : `differs at value ${at}: got ${String(mine[at])}, expected ${String(theirs[at])}`;
}

type Comparable = number | bigint | string;

function comparableValues(tensor: Tensor): readonly Comparable[] {
  if (tensor.dtype === 'BYTES') return tensor.data.map((bytes) => Buffer.from(bytes).toString('hex'));
  const values: readonly (number | bigint)[] = Array.from<number | bigint>(tensor.data);
  const decode = HALF_DECODERS[tensor.dtype];
  return decode === undefined ? values : values.map((bits) => decode(Number(bits)));
}

function valuesAgree(actual: Comparable, expected: Comparable | undefined, tolerance: Tolerance): boolean {
  if (typeof actual !== 'number' || typeof expected !== 'number') return actual === expected;
  if (Object.is(actual, expected) || actual === expected) return true;
  // Everything is within a relative tolerance of infinity.
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return false;
  return Math.abs(actual - expected) <= tolerance.absolute + tolerance.relative * Math.abs(expected);
}

/** Dtypes that are held as bit patterns, but are numbers that a tolerance makes sense for. */
const HALF_DECODERS: Readonly<Partial<Record<DType, (bits: number) => number>>> = { FP16: fromFloat16, BF16: fromBfloat16 };

/** Source: IEEE 754-2019, binary16. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a binary32. */
function fromBfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? Number.NaN;
}

/** A copy that shares no memory, to compare with later. */
export function cloneTensors(tensors: NamedTensors): NamedTensors {
  return new Map([...tensors].map(([name, tensor]) => [name, cloneTensor(tensor)]));
}

function cloneTensor(tensor: Tensor): Tensor {
  return createTensor(tensor.dtype, [...tensor.shape], copyData(tensor, 0, tensor.data.length));
}

/** Whether two sets hold the same names, dtypes, shapes and bits. */
export function areIdentical(left: NamedTensors, right: NamedTensors): boolean {
  if ([...left.keys()].join('\0') !== [...right.keys()].join('\0')) return false;
  return [...left].every(([name, tensor]) => {
    const other = right.get(name);
    if (other === undefined || other.dtype !== tensor.dtype || other.shape.join() !== tensor.shape.join()) return false;
    return bytesOf(other).equals(bytesOf(tensor));
  });
}

function bytesOf(tensor: Tensor): Buffer {
  if (tensor.dtype === 'BYTES') return Buffer.from(JSON.stringify(tensor.data.map((bytes) => Buffer.from(bytes).toString('hex'))));
  return Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

/** Whether this is a dtype at all, for values that come from a plugin. */
export function isDType(value: string): value is DType {
  return value === 'BYTES' || storageOf(value as DType) !== undefined;
}
