import { elementCount, ServingError, storageOf, type Tensor } from '@servable/core';
import { onnxError } from '@servable/engine-onnxruntime';

type InputCode = Extract<Parameters<typeof onnxError>[0], `SRV_ONNX_INPUT_${string}`>;

/** An input's fault in the client's words: the engine only knows the graph's name for it. */
export function withAlias(error: unknown, aliasOf: (name: string) => string | undefined): unknown {
  if (!ServingError.is(error) || !error.code.startsWith('SRV_ONNX_INPUT_')) return error;
  const [name, ...rest] = error.args;
  const alias = aliasOf(String(name));
  if (alias === undefined || alias === name) return error;
  return onnxError(error.code as InputCode, [alias, ...rest] as [string, string], { cause: error });
}

/** What an engine refuses of an input before it touches it. @throws ServingError `SRV_ONNX_INPUT_*` */
export function checkedInput(alias: string, dtype: Tensor['dtype'], tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw onnxError('SRV_ONNX_INPUT_MISSING', [alias]);
  if (tensor.dtype !== dtype) throw onnxError('SRV_ONNX_INPUT_DTYPE', [alias, tensor.dtype, dtype]);
  const values = elementCount(tensor.shape) * (storageOf(dtype)?.entriesPerElement ?? 1);
  if (tensor.data.length === values) return tensor;
  throw onnxError('SRV_ONNX_INPUT_INVALID', [alias, `shape [${tensor.shape}] needs ${values} values, got ${tensor.data.length}`]);
}
