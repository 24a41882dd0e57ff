import { type NamedTensors, type Tensor, tensorByteLength } from '@servable/core';
import type { AnsweredModelSpec } from '../model-spec.ts';
import { restError } from './errors.ts';

/** An answer of JSON and tensors. */
export interface BinaryAnswer {
  readonly body: Uint8Array;
  /** How many bytes of it are JSON: the value of the header `inference-header-content-length`. */
  readonly jsonLength: number;
}

const LENGTH_BYTES = 4;
/** The JSON is filled up with spaces to a multiple of this, so that the first tensor begins at an address that fits every dtype. */
const ALIGNMENT = 8;
/** What one buffer may hold. */
const MAX_BYTES = 2 ** 32 - 1;

/**
 * Writes outputs as the bytes they are, behind JSON that describes them: `{"model_name", "model_version", "signature_name",
 * "outputs": [{"name", "datatype", "shape", "parameters": {"binary_data_size"}}]}`.
 *
 * @throws ServingError `SRV_REST_V1_BINARY_TOO_LARGE`
 */
export function encodeBinaryAnswer({ name, version, signatureName }: AnsweredModelSpec, outputs: NamedTensors): BinaryAnswer {
  const described = [...outputs].map(([output, tensor]) => ({
    name: output,
    datatype: tensor.dtype,
    shape: tensor.shape,
    parameters: { binary_data_size: sizeOf(tensor) },
  }));
  const json = Buffer.from(JSON.stringify({ model_name: name, model_version: String(version), signature_name: signatureName, outputs: described }));
  const jsonLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const byteLength = described.reduce((total, { parameters }) => total + parameters.binary_data_size, jsonLength);
  if (byteLength > MAX_BYTES) throw restError('SRV_REST_V1_BINARY_TOO_LARGE', [byteLength]);
  const body = Buffer.allocUnsafe(byteLength).fill(' ', json.length, jsonLength);
  json.copy(body);
  let at = jsonLength;
  for (const tensor of outputs.values()) at = write(tensor, body, at);
  return { body, jsonLength };
}

function sizeOf(tensor: Tensor): number {
  return tensorByteLength(tensor) + (tensor.dtype === 'BYTES' ? LENGTH_BYTES * tensor.data.length : 0);
}

/** Returns the offset after it. */
function write(tensor: Tensor, body: Buffer, offset: number): number {
  if (tensor.dtype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = tensor.data;
    body.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    return offset + byteLength;
  }
  let at = offset;
  for (const element of tensor.data) {
    body.writeUInt32LE(element.length, at);
    body.set(element, at + LENGTH_BYTES);
    at += LENGTH_BYTES + element.length;
  }
  return at;
}
