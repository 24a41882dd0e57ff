import type { Dimension, DType } from '@servable/core';
import type { OnnxValueInfo } from '../engine.ts';
import { dtypeOfElement } from './element-types.ts';
import { type OrtApi, textAt } from './ort-api.ts';
import type { Address } from './ort-library.ts';

/**
 * How a graph output becomes tensors.
 *
 * - `tensor`: as it is
 * - `stack`: a sequence of tensors of one shape, as one tensor with a new first axis
 * - `maps`: a sequence of maps with the same keys, as values `[maps, keys]` and `<name>_keys` `[keys]`
 * - `map`: one map, as values `[keys]` and `<name>_keys` `[keys]`
 */
export type OutputForm = 'tensor' | 'stack' | 'maps' | 'map';

/** One output of the graph, with the tensors it is given as. */
export interface GraphOutput {
  readonly name: string;
  readonly form: OutputForm;
  readonly parts: readonly OnnxValueInfo[];
}

/** What a graph takes and gives. */
export interface GraphValues {
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly GraphOutput[];
}

const ONNX_TENSOR = 1;
const ONNX_SEQUENCE = 2;
const ONNX_MAP = 3;
const ONNX_OPTIONAL = 6;

/** Reads what a loaded session takes and gives. */
export function readGraphValues(api: OrtApi, session: Address): GraphValues {
  const count = (name: 'sessionInputCount' | 'sessionOutputCount'): number[] =>
    Array.from({ length: api.outNumber(name, session) }, (_, index) => index);
  return {
    inputs: count('sessionInputCount').map((index) => readInput(api, session, index)),
    outputs: count('sessionOutputCount').map((index) => readOutput(api, session, index)),
  };
}

function readInput(api: OrtApi, session: Address, index: number): OnnxValueInfo {
  const name = readName(api, 'sessionInputName', session, index);
  return withTypeInfo(api, api.out('sessionInputTypeInfo', session, index), (info) => {
    const type = api.outNumber('onnxType', info);
    if (type === ONNX_TENSOR) return tensorInfo(api, name, info);
    const kind = type === ONNX_SEQUENCE ? 'sequence' : type === ONNX_MAP ? 'map' : type === ONNX_OPTIONAL ? 'optional' : 'opaque';
    return { name, kind, dtype: undefined, shape: undefined, unservable: `it is ${kind === 'optional' ? 'an optional value' : `a ${kind}`}: requests carry tensors only` };
  });
}

function readOutput(api: OrtApi, session: Address, index: number): GraphOutput {
  const name = readName(api, 'sessionOutputName', session, index);
  return withTypeInfo(api, api.out('sessionOutputTypeInfo', session, index), (info): GraphOutput => {
    const type = api.outNumber('onnxType', info);
    if (type === ONNX_TENSOR) return { name, form: 'tensor', parts: [tensorInfo(api, name, info)] };
    if (type === ONNX_SEQUENCE) return sequenceOutput(api, name, info);
    if (type === ONNX_MAP) return mapOutput(api, name, 'map', info);
    return unservableOutput(name, type === ONNX_OPTIONAL ? 'optional' : 'opaque');
  });
}

function sequenceOutput(api: OrtApi, name: string, info: Address): GraphOutput {
  const sequence = api.out('castToSequenceInfo', info);
  return withTypeInfo(api, api.out('sequenceElementType', sequence), (element) => {
    const type = api.outNumber('onnxType', element);
    if (type === ONNX_MAP) return mapOutput(api, name, 'maps', element);
    if (type !== ONNX_TENSOR) return unservableOutput(name, 'sequence');
    // The element's rank is not known: ONNX Runtime says 0 for "none given" too.
    const { dtype, unservable } = tensorInfo(api, name, element);
    return { name, form: 'stack', parts: [{ name, kind: 'tensor', dtype, shape: undefined, unservable }] };
  });
}

function mapOutput(api: OrtApi, name: string, form: 'map' | 'maps', info: Address): GraphOutput {
  const map = api.out('castToMapInfo', info);
  const keys = dtypeOfElement(api.outNumber('mapKeyType', map));
  const values = withTypeInfo(api, api.out('mapValueType', map), (value) => tensorInfo(api, name, value).dtype);
  return {
    name,
    form,
    parts: [partInfo(name, values, form === 'maps' ? [-1, -1] : [-1]), partInfo(`${name}_keys`, keys, [-1])],
  };
}

function partInfo(name: string, dtype: DType | undefined, shape: readonly Dimension[]): OnnxValueInfo {
  return { name, kind: 'tensor', dtype, shape, unservable: whyNoDtype(dtype) };
}

function unservableOutput(name: string, kind: 'sequence' | 'optional' | 'opaque'): GraphOutput {
  const unservable = `it is ${kind === 'sequence' ? 'a sequence of neither tensors nor maps' : 'neither a tensor, a sequence nor a map'}`;
  return { name, form: 'tensor', parts: [{ name, kind, dtype: undefined, shape: undefined, unservable }] };
}

function tensorInfo(api: OrtApi, name: string, info: Address): OnnxValueInfo {
  // Belongs to the type info, so it is not released on its own.
  const tensor = api.out('castToTensorInfo', info);
  const dtype = dtypeOfElement(api.outNumber('tensorElementType', tensor));
  return { name, kind: 'tensor', dtype, shape: readDimensions(api, tensor), unservable: whyNoDtype(dtype) };
}

function whyNoDtype(dtype: DType | undefined): string | undefined {
  return dtype === undefined ? 'its elements are of a type that no dtype stands for' : undefined;
}

function readDimensions(api: OrtApi, tensor: Address): readonly Dimension[] {
  const rank = api.outNumber('dimensionsCount', tensor);
  const sizes = new BigInt64Array(rank);
  const names = new BigUint64Array(rank);
  api.call('dimensions', tensor, sizes, rank);
  api.call('symbolicDimensions', tensor, names, rank);
  return Array.from(sizes, (size, axis): Dimension => (size >= 0n ? Number(size) : symbolAt(names[axis])));
}

function symbolAt(address: bigint | undefined): Dimension {
  const name = address === undefined || address === 0n ? '' : textAt(address);
  return name === '' ? -1 : name;
}

function readName(api: OrtApi, function_: 'sessionInputName' | 'sessionOutputName', session: Address, index: number): string {
  const address = api.out(function_, session, index, api.allocator);
  try {
    return textAt(address);
  } finally {
    api.call('allocatorFree', api.allocator, address);
  }
}

function withTypeInfo<T>(api: OrtApi, info: Address, read: (info: Address) => T): T {
  try {
    return read(info);
  } finally {
    api.release('releaseTypeInfo', info);
  }
}
