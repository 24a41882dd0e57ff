import { readFileSync } from 'node:fs';
import { createTensor, type DType, storageOf, type Tensor, type TensorData } from '@servable/core';
import { dtypeOfNumber, tensorFlowTypeOf } from '../../src/data-type.ts';

/** A tensor as the fixtures write it. */
export interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

/** An entry of `fixtures/wire/*.json`. */
export interface WireEntry {
  readonly name: string;
  readonly message: string;
  readonly hex: string;
  readonly json: unknown;
  readonly decode_only?: boolean;
  readonly decoded?: GoldenTensor;
  readonly decode_error?: { readonly code: string };
}

/** The entries of a file, each with its name for `it.each`. */
export function wireEntries(file: string, message?: string): readonly (readonly [string, WireEntry])[] {
  const path = new URL(`../../../../fixtures/wire/${file}`, import.meta.url);
  const { entries } = JSON.parse(readFileSync(path, 'utf8')) as { readonly entries: readonly WireEntry[] };
  return entries.filter((entry) => message === undefined || entry.message === message).map((entry) => [entry.name, entry]);
}

/** Bytes written as hex, spaces allowed, at an address that fits every dtype when `offset` is 0, and otherwise that far from one. */
export function bytesOf(entry: { readonly hex: string }, offset = 0): Uint8Array {
  const bytes = Buffer.from(entry.hex.replaceAll(' ', ''), 'hex');
  const memory = new Uint8Array(bytes.length + offset);
  memory.set(bytes, offset);
  return memory.subarray(offset);
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A golden tensor as the tensor it stands for. */
export function fromGolden(golden: GoldenTensor): Tensor {
  const dtype = dtypeNamed(golden.dtype);
  if (dtype === 'BYTES') return { dtype, shape: golden.shape, data: golden.values.map(bytesOfString) };
  return createTensor(dtype, golden.shape, numbersOf(dtype, golden.values.flat().map((value) => entryOf(dtype, value))));
}

/** An array of the dtype's kind that holds these entries. */
export function numbersOf(dtype: Exclude<DType, 'BYTES'>, values: readonly unknown[]): TensorData {
  const { array } = storageOf(dtype);
  const data = new array(values.length);
  values.forEach((value, index) => Reflect.set(data, index, value));
  return data;
}

function dtypeNamed(protoName: string): DType {
  for (let number = 0; number < 40; number += 1) {
    const dtype = dtypeOfNumber(number);
    if (dtype !== undefined && tensorFlowTypeOf(dtype).protoName === protoName) return dtype;
  }
  throw new Error(`no dtype ${protoName}`);
}

function bytesOfString(value: unknown): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from((value as { readonly b64: string }).b64, 'base64');
}

function entryOf(dtype: DType, value: unknown): number | bigint {
  if (dtype === 'INT64' || dtype === 'UINT64') return BigInt(value as string);
  const number = Number(value);
  if (dtype === 'FP16') return new Uint16Array(Float16Array.of(number).buffer)[0] ?? 0;
  // The upper half of a float32: golden values are bfloat16 values exactly.
  if (dtype === 'BF16') return (new Uint32Array(Float32Array.of(number).buffer)[0] ?? 0) >>> 16;
  return number;
}
