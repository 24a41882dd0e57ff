import { existsSync, readdirSync } from 'node:fs';
import { createTensor, type DType, type NamedTensors, type Signature, storageOf, type Tensor } from '@servable/core';
import { dtypeOf } from '../../src/index.ts';
import { DataType } from '@servable/protos/tensorflow';
import { fixture, fixtureJson } from '../fixtures.ts';

export interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values?: readonly unknown[];
  readonly raw?: string;
}
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}
export interface GoldenCase {
  readonly name: string;
  readonly version: number;
  readonly signature: string;
  readonly inputs?: Readonly<Record<string, GoldenTensor>>;
  /** Of Classify and Regress: what the graph is fed. */
  readonly serialized_examples_b64?: readonly string[];
  readonly outputs?: Readonly<Record<string, GoldenTensor>>;
  readonly output_filter?: readonly string[];
  readonly tolerance?: Tolerance;
  readonly error?: { readonly code: string };
}
interface GoldenFile {
  readonly base_path: string;
  readonly tolerance: Tolerance;
  readonly cases: readonly GoldenCase[];
}

/** Every golden file of a SavedModel that is here. */
export function goldenFiles(): readonly GoldenFile[] {
  const names = readdirSync(fixture('goldens')).filter((name) => !['broken.json', 'tables.json'].includes(name));
  return names.map((name) => fixtureJson('goldens', name) as GoldenFile).filter(({ base_path: path }) => existsSync(fixture(path)));
}

/** What a case feeds: its inputs, or its examples as the signature's only one. */
export function caseInputs({ inputs, serialized_examples_b64: examples = [] }: GoldenCase, signature: Signature | undefined): NamedTensors {
  if (inputs !== undefined) return goldenTensors(inputs);
  const data = examples.map((text) => Uint8Array.from(Buffer.from(text, 'base64')));
  return new Map(Array.from(signature?.inputs.keys() ?? [], (alias) => [alias, createTensor('BYTES', [data.length], data)]));
}

export function goldenTensors(tensors: Readonly<Record<string, GoldenTensor>> = {}): NamedTensors {
  return new Map(Object.entries(tensors).map(([name, tensor]) => [name, goldenTensor(tensor)]));
}

export function goldenTensor({ dtype: name, shape, values = [], raw }: GoldenTensor): Tensor {
  const dtype = dtypeOf(DataType[name as keyof typeof DataType]);
  if (dtype === undefined) throw new Error(`no dtype for ${name}`);
  if (dtype === 'BYTES') return createTensor(dtype, shape, values.map(bytesOf));
  const { array } = storageOf(dtype);
  if (raw !== undefined) {
    const bytes = Uint8Array.from(Buffer.from(raw, 'base64'));
    return createTensor(dtype, shape, new array(bytes.buffer, 0, bytes.length / array.BYTES_PER_ELEMENT));
  }
  const entries = values.flat();
  const data = new array(entries.length);
  for (const [at, value] of entries.entries()) Reflect.set(data, at, entryOf(dtype, value));
  return createTensor(dtype, shape, data);
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  return Uint8Array.from(Buffer.from((value as { b64: string }).b64, 'base64'));
}

function entryOf(dtype: DType, value: unknown): number | bigint {
  if (dtype === 'INT64' || dtype === 'UINT64') return BigInt(value as string);
  if (dtype === 'FP16') return new Uint16Array(new Float16Array([Number(value)]).buffer)[0] ?? 0;
  // Goldens hold exact bfloat16 numbers: the upper half of a single.
  if (dtype === 'BF16') return (new Uint32Array(new Float32Array([Number(value)]).buffer)[0] ?? 0) >>> 16;
  return Number(value);
}

/** Where a tensor is further from the expected one than the tolerance; `undefined` when nowhere. */
export function differenceOf(actual: Tensor | undefined, expected: Tensor, { rtol, atol }: Tolerance): string | undefined {
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
  if (tensor.dtype === 'FP16') return Array.from(new Float16Array(Uint16Array.from(tensor.data).buffer));
  if (tensor.dtype === 'BF16') return Array.from(tensor.data, (bits) => new Float32Array(new Uint32Array([bits << 16]).buffer)[0] ?? 0);
  return Array.from<number | bigint>(tensor.data);
}

function agree(actual: Value, expected: Value | undefined, { rtol, atol }: Tolerance): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  if (typeof actual !== 'number' || typeof expected !== 'number') return false;
  return Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);
}
