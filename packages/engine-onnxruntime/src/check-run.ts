import { elementCount, type NamedTensors, storageOf, type Tensor } from '@servable/core';
import { onnxError } from './errors.ts';
import type { OnnxValueInfo } from './engine.ts';

/**
 * What every engine refuses before it touches a tensor: names and dtypes that are not the graph's, and data that does
 * not fill its shape. Sizes are left to ONNX Runtime, which knows what the graph accepts.
 *
 * @throws ServingError `SRV_ONNX_INPUT_UNKNOWN`, `SRV_ONNX_INPUT_MISSING`, `SRV_ONNX_INPUT_DTYPE`, `SRV_ONNX_INPUT_INVALID`
 */
export function checkInputs(expected: readonly OnnxValueInfo[], inputs: NamedTensors): void {
  for (const info of expected) {
    const tensor = inputs.get(info.name);
    if (tensor === undefined) throw onnxError('SRV_ONNX_INPUT_MISSING', [info.name]);
    checkInput(info, tensor);
  }
  if (inputs.size === expected.length) return;
  for (const name of inputs.keys()) {
    if (!expected.some((info) => info.name === name)) throw onnxError('SRV_ONNX_INPUT_UNKNOWN', [name, listNames(expected)]);
  }
}

/**
 * The outputs to compute: those named, or all that can be served.
 *
 * @throws ServingError `SRV_ONNX_OUTPUT_UNKNOWN`, `SRV_ONNX_OUTPUT_UNSERVABLE`
 */
export function selectOutputs(known: readonly OnnxValueInfo[], names: readonly string[]): readonly string[] {
  if (names.length === 0) return known.filter((info) => info.unservable === undefined).map((info) => info.name);
  for (const name of names) {
    const info = known.find((each) => each.name === name);
    if (info === undefined) throw onnxError('SRV_ONNX_OUTPUT_UNKNOWN', [name, listNames(known)]);
    if (info.unservable !== undefined) throw onnxError('SRV_ONNX_OUTPUT_UNSERVABLE', [name, info.unservable]);
  }
  return [...new Set(names)];
}

function checkInput(info: OnnxValueInfo, tensor: Tensor): void {
  if (info.unservable !== undefined) throw onnxError('SRV_ONNX_INPUT_INVALID', [info.name, info.unservable]);
  if (tensor.dtype !== info.dtype) throw onnxError('SRV_ONNX_INPUT_DTYPE', [info.name, tensor.dtype, String(info.dtype)]);
  const values = elementCount(tensor.shape) * (storageOf(tensor.dtype)?.entriesPerElement ?? 1);
  if (tensor.data.length === values) return;
  const reason = `shape [${tensor.shape}] needs ${values} values, got ${tensor.data.length}`;
  throw onnxError('SRV_ONNX_INPUT_INVALID', [info.name, reason]);
}

function listNames(infos: readonly OnnxValueInfo[]): string {
  return infos.map((info) => `'${info.name}'`).join(', ');
}
