import { allocateData, type DType, elementCount, type NumericData, type TensorData } from '@servable/core';
import type { AttributeToWrite, StoredTensor } from '@servable/onnx-graph';
import { numbersOf } from '../ir/constant-data.ts';
import { broadcastSteps, stepsOf, walkElements } from './move-elements.ts';

interface MovementParts {
  readonly attributes: Readonly<Record<string, AttributeToWrite>>;
  readonly output: { readonly dtype: DType; readonly shape: readonly number[] };
}

/** Operators that only move elements, of any type. `undefined`: these inputs are not for compile time. */
export type Movement = (inputs: readonly StoredTensor[], parts: MovementParts) => (() => TensorData) | undefined;

const same: Movement = ([input]) => (input === undefined ? undefined : () => input.read());

/** The same bytes as another type. */
const bitCast: Movement = ([input], { output: { dtype, shape } }) => {
  if (input === undefined) return undefined;
  return () => {
    const { buffer, byteOffset, byteLength } = input.read() as NumericData;
    const result = allocateData(dtype, elementCount(shape)) as NumericData;
    new Uint8Array(result.buffer, result.byteOffset, result.byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    return result;
  };
};

const transpose: Movement = ([input], { attributes, output }) => {
  const order = attributes['perm'];
  if (input === undefined || !isNumbers(order)) return undefined;
  const steps = stepsOf(input.shape);
  return () => walkElements(input.dtype, input.read(), { shape: output.shape, start: 0, steps: order.map((axis) => steps[axis] ?? 0) });
};

const expand: Movement = ([input], { output }) =>
  input === undefined ? undefined : () => walkElements(input.dtype, input.read(), { shape: output.shape, start: 0, steps: broadcastSteps(input.shape, output.shape) });

const slice: Movement = ([input, starts, , axes, steps], { output }) => {
  const [from, along] = [listOf(starts), listOf(axes)];
  if (input === undefined || from === undefined || along === undefined) return undefined;
  const strides = listOf(steps) ?? along.map(() => 1);
  const base = stepsOf(input.shape);
  const walked = [...base];
  let start = 0;
  for (const [at, axis] of along.entries()) {
    const [size, stride] = [input.shape[axis] ?? 1, strides[at] ?? 1];
    const given = from[at] ?? 0;
    const first = Math.min(Math.max(given < 0 ? given + size : given, stride < 0 ? -1 : 0), stride < 0 ? size - 1 : size);
    start += first * (base[axis] ?? 0);
    walked[axis] = (base[axis] ?? 0) * stride;
  }
  return () => walkElements(input.dtype, input.read(), { shape: output.shape, start, steps: walked });
};

const concat: Movement = (inputs, { attributes, output }) => {
  const axis = attributes['axis'];
  if (typeof axis !== 'number') return undefined;
  return () => concatData(inputs, { dtype: output.dtype, shape: output.shape, axis: axis < 0 ? axis + output.shape.length : axis });
};

function concatData(inputs: readonly StoredTensor[], { dtype, shape, axis }: { readonly dtype: DType; readonly shape: readonly number[]; readonly axis: number }): TensorData {
  const result = allocateData(dtype, elementCount(shape));
  const target = result as unknown as { [at: number]: unknown };
  const outer = elementCount(shape.slice(0, axis));
  const rowLength = elementCount(shape.slice(axis));
  let offset = 0;
  for (const input of inputs) {
    const source = input.read() as unknown as { readonly [at: number]: unknown };
    const length = elementCount(input.shape.slice(axis));
    for (let row = 0; row < outer; row++) for (let at = 0; at < length; at++) target[row * rowLength + offset + at] = source[row * length + at];
    offset += length;
  }
  return result;
}

const gather: Movement = ([input, indices], { attributes, output }) => {
  const axis = typeof attributes['axis'] === 'number' ? attributes['axis'] : 0;
  const places = listOf(indices);
  const size = input?.shape[axis] ?? 0;
  if (input === undefined || places === undefined || places.some((place) => place < -size || place >= size)) return undefined;
  return () => {
    const source = input.read() as unknown as { readonly [at: number]: unknown };
    const result = allocateData(input.dtype, elementCount(output.shape));
    const target = result as unknown as { [at: number]: unknown };
    const outer = elementCount(input.shape.slice(0, axis));
    const inner = elementCount(input.shape.slice(axis + 1));
    let at = 0;
    for (let row = 0; row < outer; row++) {
      for (const place of places) {
        const start = (row * size + (place < 0 ? place + size : place)) * inner;
        for (let element = 0; element < inner; element++) target[at++] = source[start + element];
      }
    }
    return result;
  };
};

const where: Movement = ([condition, yes, no], { output: { dtype, shape } }) => {
  if (condition === undefined || yes === undefined || no === undefined) return undefined;
  return () => {
    const [test, first, second] = [condition, yes, no].map(
      (each) => walkElements(each.dtype, each.read(), { shape, start: 0, steps: broadcastSteps(each.shape, shape) }) as unknown as { readonly [at: number]: unknown },
    );
    const result = allocateData(dtype, elementCount(shape));
    const target = result as unknown as { [at: number]: unknown };
    for (let at = 0; at < result.length; at++) target[at] = test?.[at] === 1 ? first?.[at] : second?.[at];
    return result;
  };
};

const range: Movement = ([start, , delta], { output: { dtype, shape } }) => {
  const [first, step] = [listOf(start)?.[0], listOf(delta)?.[0]];
  if (first === undefined || step === undefined || dtype.startsWith('FP')) return undefined;
  return () => {
    const result = allocateData(dtype, elementCount(shape)) as NumericData;
    for (let at = 0; at < result.length; at++) {
      if (result instanceof BigInt64Array || result instanceof BigUint64Array) result[at] = BigInt(first + at * step);
      else result[at] = first + at * step;
    }
    return result;
  };
};

/** By ONNX's operator. */
export const MOVEMENTS: Readonly<Record<string, Movement>> = {
  BitCast: bitCast,
  Reshape: same,
  Squeeze: same,
  Unsqueeze: same,
  Transpose: transpose,
  Expand: expand,
  Slice: slice,
  Concat: concat,
  Gather: gather,
  Where: where,
  Range: range,
};

function listOf(stored: StoredTensor | undefined): readonly number[] | undefined {
  return stored === undefined ? undefined : numbersOf(stored);
}

function isNumbers(value: AttributeToWrite | undefined): value is readonly number[] {
  return Array.isArray(value);
}
