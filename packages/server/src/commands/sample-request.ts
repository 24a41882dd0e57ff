import { DEFAULT_SIGNATURE_NAME, type Dimension, type DType, type Signature, type TensorSpec } from '@servable/core';

/** More values than this make no line that one wants to read. */
const MAX_VALUES = 128;

/**
 * A body for TensorFlow Serving's `:predict` that this signature takes: zeros, empty texts and `false` of the declared
 * shapes, 1 for every size that is free. `undefined` when JSON cannot say it, or only at length.
 */
export function sampleBody(name: string, signature: Signature): string | undefined {
  const inputs = [...signature.inputs];
  const outputs = [...signature.outputs.values()];
  if (inputs.length === 0 || !outputs.every(({ dtype }) => isWritable(dtype))) return undefined;
  const isByRow = [...signature.inputs.values(), ...outputs].every(hasRows);
  const values = inputs.map(([alias, spec]) => [alias, sampleValue(spec, isByRow)] as const);
  if (values.some(([, value]) => value === undefined)) return undefined;
  const [only] = values;
  const value: unknown = values.length === 1 ? only?.[1] : Object.fromEntries(values);
  const key = name === DEFAULT_SIGNATURE_NAME ? {} : { signature_name: name };
  return JSON.stringify(isByRow ? { ...key, instances: [value] } : { ...key, inputs: value });
}

/** A command line that asks a model through REST; `undefined` when none can be said. */
export function curlLine(restAddress: string, model: string, signatures: ReadonlyMap<string, Signature>): string | undefined {
  const signature = signatures.get(DEFAULT_SIGNATURE_NAME);
  const [name, chosen] = signature === undefined ? ([...signatures][0] ?? []) : [DEFAULT_SIGNATURE_NAME, signature];
  const body = name === undefined || chosen === undefined ? undefined : sampleBody(name, chosen);
  if (body === undefined) return undefined;
  return `curl -d '${body.replaceAll("'", String.raw`'\''`)}' http://${reachable(restAddress)}/v1/models/${encodeURIComponent(model)}:predict`;
}

/** Where a client on this machine finds a listener: an address that means "any" is none to connect to. */
export function reachable(address: string): string {
  return address.replace(/^(?:0\.0\.0\.0|\[::\]):/, '127.0.0.1:');
}

function hasRows({ shape }: TensorSpec): boolean {
  return shape !== undefined && shape.length > 0 && isFree(shape[0]);
}

function isFree(size: Dimension | undefined): boolean {
  return typeof size === 'string' || size === -1 || size === 1;
}

function sampleValue({ dtype, shape }: TensorSpec, isByRow: boolean): unknown {
  const zero = zeroOf(dtype);
  if (zero === undefined) return undefined;
  const sizes = (shape ?? []).slice(isByRow ? 1 : 0).map((size) => (isFree(size) ? 1 : Number(size)));
  if (sizes.reduce((product, size) => product * size, 1) > MAX_VALUES) return undefined;
  return fill(sizes, zero);
}

function fill(sizes: readonly number[], value: unknown): unknown {
  const [size, ...rest] = sizes;
  return size === undefined ? value : Array.from({ length: size }, () => fill(rest, value));
}

/** What JSON can say of each dtype; the others it cannot. Source: TF Serving, `util/json_tensor.cc`. */
function zeroOf(dtype: DType): number | string | boolean | undefined {
  if (dtype === 'BYTES') return '';
  if (dtype === 'BOOL') return false;
  return isWritable(dtype) ? 0 : undefined;
}

function isWritable(dtype: DType): boolean {
  return WRITABLE.has(dtype);
}

const WRITABLE: ReadonlySet<DType> = new Set<DType>([
  'FP32', 'FP64', 'INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT32', 'UINT64', 'BOOL', 'BYTES',
]);
