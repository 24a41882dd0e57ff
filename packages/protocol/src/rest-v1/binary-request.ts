import { bytesPerElement, createTensor, type DType, elementCount, type NamedTensors, type Signature, type Tensor } from '@servable/core';
import { isDType } from '../data-type.ts';
import { viewOrCopy } from '../grpc-v1/tensor-values-reader.ts';
import { restError } from './errors.ts';

/** The header that says how many bytes of a body are JSON; tensors follow as they are in memory. Open Inference Protocol's. */
export const BINARY_HEADER = 'inference-header-content-length';

/** A predict request whose tensors came as bytes. */
export interface BinaryBody {
  /** As the client wrote it; empty means the default signature. */
  readonly signatureName: string;
  /** By name, in the order they came. Numbers and strings may be views of the request's bytes. */
  readonly inputs: NamedTensors;
  /** Aliases of outputs to compute; empty means all. */
  readonly outputs: readonly string[];
}

/** What a binary request asks of a signature. */
export interface BinaryInputs {
  readonly inputs: NamedTensors;
  readonly outputs: readonly string[];
}

/** Enough for a thousand inputs; what is large belongs behind it. */
const MAX_JSON_BYTES = 2 ** 20;
/** As TensorFlow's `TensorShape`. */
const MAX_RANK = 254;
const LENGTH_BYTES = 4;

/**
 * Reads a body of JSON and tensors: `{"signature_name": …, "inputs": [{"name", "datatype", "shape", "parameters":
 * {"binary_data_size"}}], "outputs": [{"name"}]}`, then each input's bytes in that order, row-major and little-endian. A `BOOL`
 * is a byte 0 or 1; each `BYTES` element is its length as uint32 and its bytes.
 *
 * @param jsonLength - the header's value
 * @throws ServingError `SRV_REST_V1_BINARY_HEADER`, `SRV_REST_V1_BINARY_INPUT`
 */
export function parseBinaryBody(bytes: Uint8Array, jsonLength: string): BinaryBody {
  const length = /^\d{1,15}$/.test(jsonLength) ? Number(jsonLength) : NaN;
  if (!(length <= bytes.length)) throw header(`${BINARY_HEADER} is '${jsonLength}', but the body has ${bytes.length} bytes`);
  if (length > MAX_JSON_BYTES) throw header(`the JSON takes ${length} bytes, at most ${MAX_JSON_BYTES} are read`);
  const json = parseHeader(bytes.subarray(0, length));
  const inputs = new Map<string, Tensor>();
  let at = length;
  for (const declared of listOf(json, 'inputs')) {
    const described = describe(declared);
    const { name, size } = described;
    if (inputs.has(name)) throw inputError(name, 'it stands twice');
    if (size > bytes.length - at) throw inputError(name, `binary_data_size is ${size}, but only ${bytes.length - at} bytes are left`);
    inputs.set(name, tensorOf(described, new Uint8Array(bytes.buffer, bytes.byteOffset + at, size)));
    at += size;
  }
  if (at < bytes.length) throw header(`${bytes.length - at} bytes follow the last input: the sum of binary_data_size must be ${bytes.length - length}`);
  return { signatureName: signatureNameOf(json), inputs, outputs: listOf(json, 'outputs').map(outputName) };
}

/**
 * Fits a binary request to its signature, with the signature's defaults for what is left out.
 *
 * @throws ServingError `SRV_REST_V1_BINARY_INPUT`, `SRV_REST_V1_BINARY_OUTPUT`, `SRV_REST_V1_INPUT_MISSING`
 */
export function resolveBinaryBody({ inputs, outputs }: BinaryBody, signature: Signature): BinaryInputs {
  for (const name of inputs.keys()) {
    if (!signature.inputs.has(name)) throw inputError(name, `the signature has ${[...signature.inputs.keys()].join(', ') || 'none'}`);
  }
  const resolved = new Map<string, Tensor>();
  for (const name of signature.inputs.keys()) {
    const tensor = inputs.get(name) ?? signature.defaults.get(name);
    if (tensor === undefined) throw restError('SRV_REST_V1_INPUT_MISSING', [name]);
    resolved.set(name, tensor);
  }
  const unknown = outputs.find((name, index) => !signature.outputs.has(name) || outputs.indexOf(name) < index);
  if (unknown !== undefined) throw restError('SRV_REST_V1_BINARY_OUTPUT', [unknown, [...signature.outputs.keys()]]);
  return { inputs: resolved, outputs };
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function parseHeader(bytes: Uint8Array): Json {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw restError('SRV_REST_V1_BINARY_HEADER', [`the first ${bytes.length} bytes are no JSON`], { cause });
  }
  if (!isObject(json)) throw header('the JSON must be an object');
  return json;
}

function signatureNameOf({ signature_name: name = '' }: Json): string {
  if (typeof name !== 'string') throw header("'signature_name' must be a string");
  return name;
}

function listOf(json: Json, key: 'inputs' | 'outputs'): readonly unknown[] {
  const list = Object.hasOwn(json, key) ? json[key] : [];
  if (!Array.isArray(list)) throw header(`'${key}' must be a list`);
  return list;
}

function outputName(output: unknown): string {
  const name = isObject(output) ? output['name'] : undefined;
  if (typeof name !== 'string') throw header("each of 'outputs' must be an object with a 'name'");
  return name;
}

interface Described {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly size: number;
}

function describe(input: unknown): Described {
  const { name, datatype, shape, parameters } = isObject(input) ? input : {};
  if (typeof name !== 'string') throw header("each of 'inputs' must be an object with a 'name'");
  if (!isDType(datatype)) throw inputError(name, "'datatype' must be one such as FP32, INT64 or BYTES");
  if (!Array.isArray(shape) || !shape.every(isSize) || shape.length > MAX_RANK) throw inputError(name, "'shape' must be a list of sizes");
  const size = isObject(parameters) ? parameters['binary_data_size'] : undefined;
  if (!isSize(size)) throw inputError(name, "'parameters' must have 'binary_data_size', its number of bytes");
  return { name, dtype: datatype, shape, size };
}

function tensorOf({ name, dtype, shape, size }: Described, bytes: Uint8Array): Tensor {
  const elements = elementCount(shape);
  if (dtype === 'BYTES') return { dtype, shape, data: readStrings(name, bytes, elements) };
  const expected = elements * bytesPerElement(dtype);
  if (size !== expected) throw inputError(name, `shape [${shape.join(', ')}] of ${dtype} takes ${expected} bytes, binary_data_size is ${size}`);
  if (dtype === 'BOOL' && bytes.some((byte) => byte > 1)) throw inputError(name, 'a BOOL must be a byte 0 or 1');
  return createTensor(dtype, shape, viewOrCopy(dtype, bytes));
}

function readStrings(name: string, bytes: Uint8Array, elements: number): readonly Uint8Array[] {
  // A length takes four bytes at least: this keeps a huge shape from making a huge array.
  const fail = (): Error => inputError(name, `its ${bytes.length} bytes do not hold ${elements} strings, each with its length as uint32 in front`);
  if (elements * LENGTH_BYTES > bytes.length) throw fail();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: Uint8Array[] = [];
  let at = 0;
  while (strings.length < elements) {
    const start = at + LENGTH_BYTES;
    if (start > bytes.length) throw fail();
    at = start + view.getUint32(at, true);
    if (at > bytes.length) throw fail();
    strings.push(bytes.subarray(start, at));
  }
  if (at < bytes.length) throw fail();
  return strings;
}

function header(reason: string): Error {
  return restError('SRV_REST_V1_BINARY_HEADER', [reason]);
}

function inputError(input: string, reason: string): Error {
  return restError('SRV_REST_V1_BINARY_INPUT', [input, reason]);
}
