import type { Dimension } from '@servable/core';
import { type Address, textAt } from '@servable/engine-threads/native';
import type { OnnxGraphValue, OnnxType } from '../engine.ts';
import { dtypeOfElement } from './element-types.ts';
import type { OrtApi } from './ort-api.ts';

/** What a graph takes and gives. */
export interface GraphValues {
  readonly inputs: readonly OnnxGraphValue[];
  readonly outputs: readonly OnnxGraphValue[];
}

/** `ONNXType`. Source: `onnxruntime_c_api.h`. */
const ONNX_TENSOR = 1;
const ONNX_SEQUENCE = 2;
const ONNX_MAP = 3;
const ONNX_OPTIONAL = 6;

/** Reads what a loaded session takes and gives. */
export function readGraphValues(api: OrtApi, session: Address): GraphValues {
  const indices = (count: 'sessionInputCount' | 'sessionOutputCount'): number[] =>
    Array.from({ length: api.outNumber(count, session) }, (_, index) => index);
  return {
    inputs: indices('sessionInputCount').map((index) => ({
      name: readName(api, 'sessionInputName', session, index),
      ...readOwnType(api, api.out('sessionInputTypeInfo', session, index)),
    })),
    outputs: indices('sessionOutputCount').map((index) => ({
      name: readName(api, 'sessionOutputName', session, index),
      ...readOwnType(api, api.out('sessionOutputTypeInfo', session, index)),
    })),
  };
}

/** Reads and frees. */
function readOwnType(api: OrtApi, info: Address): OnnxType {
  try {
    return readType(api, info);
  } finally {
    api.release('releaseTypeInfo', info);
  }
}

function readType(api: OrtApi, info: Address): OnnxType {
  switch (api.outNumber('onnxType', info)) {
    case ONNX_TENSOR:
      return readTensorType(api, info);
    case ONNX_SEQUENCE: {
      const sequence = api.out('castToSequenceInfo', info);
      return { kind: 'sequence', dtype: undefined, shape: undefined, element: readOwnType(api, api.out('sequenceElementType', sequence)) };
    }
    case ONNX_MAP:
      return readMapType(api, info);
    case ONNX_OPTIONAL:
      return { kind: 'optional', dtype: undefined, shape: undefined };
    default:
      return { kind: 'opaque', dtype: undefined, shape: undefined };
  }
}

function readMapType(api: OrtApi, info: Address): OnnxType {
  const map = api.out('castToMapInfo', info);
  const keyDtype = dtypeOfElement(api.outNumber('mapKeyType', map));
  return { kind: 'map', dtype: undefined, shape: undefined, keyDtype, element: readOwnType(api, api.out('mapValueType', map)) };
}

function readTensorType(api: OrtApi, info: Address): OnnxType {
  // Belongs to the type info, so it is not released on its own.
  const tensor = api.out('castToTensorInfo', info);
  const dtype = dtypeOfElement(api.outNumber('tensorElementType', tensor));
  return { kind: 'tensor', dtype, shape: api.library.ort.hasShape(tensor) === true ? readDimensions(api, tensor) : undefined };
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
