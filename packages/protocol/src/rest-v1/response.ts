import { elementCount, type NamedTensors, type Tensor, tensorByteLength } from '@servable/core';
import type { Compat, RestOptions } from './compat.ts';
import { restError } from './errors.ts';
import { JsonWriter } from './json-writer.ts';
import type { PredictStyle } from './request.ts';
import { DEFAULT_SLICE_BYTES, finish, finishInSlices, type SliceOptions, type Steps } from '../slices.ts';
import { TensorWriter } from './tensor-writer.ts';

/**
 * Writes the answer to a predict request: `predictions` row by row, or `outputs` tensor by tensor. White space, number
 * spelling and escapes are TensorFlow Serving's, byte for byte; NaN and infinities are bare words, as it writes them. Outputs
 * stand in the order of the map.
 *
 * A `BYTES` output whose name ends in `_bytes` is base64 in an object. In default mode any other string that is not UTF-8
 * is too; `strict` writes its bytes as they are, which is no JSON then.
 *
 * @throws ServingError `INVALID_ARGUMENT`: `SRV_REST_V1_OUTPUTS_EMPTY`, `SRV_REST_V1_OUTPUT_SCALAR`,
 *   `SRV_REST_V1_OUTPUT_ROWS`, `SRV_REST_V1_DTYPE_NOT_WRITABLE` (complex and quantised types; in `strict` mode also `FP16`,
 *   `BF16`, `UINT16`)
 *
 * Source: TF Serving, `MakeJsonFromTensors` in `util/json_tensor.cc`.
 */
export function encodePredict(outputs: NamedTensors, style: PredictStyle, options: RestOptions = {}): Uint8Array {
  return finish(encodeSteps(outputs, style, options.compat ?? 'default', Infinity));
}

/** {@link encodePredict} for large outputs: pauses between slices of the text. */
export function encodePredictInSlices(
  outputs: NamedTensors,
  style: PredictStyle,
  options: RestOptions & SliceOptions,
): Promise<Uint8Array> {
  const steps = encodeSteps(outputs, style, options.compat ?? 'default', options.sliceBytes ?? DEFAULT_SLICE_BYTES);
  return finishInSlices(steps, () => options.pause());
}

/** Nine digits with sign and point, and some brackets. */
const BYTES_PER_NUMBER = 14;
const MAX_EXPECTED_BYTES = 1 << 28;

/** One output and how it is written. */
interface Output {
  readonly name: Uint8Array;
  readonly shape: readonly number[];
  readonly writer: TensorWriter;
}

function* encodeSteps(
  outputs: NamedTensors,
  style: PredictStyle,
  compat: Compat,
  sliceBytes: number,
): Steps<Uint8Array> {
  if (outputs.size === 0) throw restError('SRV_REST_V1_OUTPUTS_EMPTY', []);
  const rows = style === 'row' ? countRows(outputs) : 0;
  const json = new JsonWriter(expectedBytes(outputs, style), sliceBytes);
  const open = ([name, tensor]: [string, Tensor]): Output => ({
    name: new TextEncoder().encode(name),
    shape: tensor.shape,
    writer: new TensorWriter(name, tensor, { json, compat, isOneLine: style === 'row' }),
  });
  const opened = [...outputs].map(open);
  if (style === 'row') yield* rowSteps(json, opened, rows);
  else yield* columnSteps(json, opened);
  json.ascii('\n}');
  return json.finish();
}

/** A little more than the text will have: memory that is not used is not touched, but growing copies what is there. */
function expectedBytes(outputs: NamedTensors, style: PredictStyle): number {
  let total = 256;
  for (const [name, tensor] of outputs) {
    const elements = elementCount(tensor.shape);
    const rows = outputs.size > 1 && style === 'row' ? (tensor.shape[0] ?? 0) : 1;
    const separator = style === 'row' ? 2 : 6 + 4 * tensor.shape.length;
    const content = tensor.dtype === 'BYTES' ? 8 * elements + 1.4 * tensorByteLength(tensor) : BYTES_PER_NUMBER * elements;
    total += content + separator * elements + rows * (name.length + 32);
  }
  return Math.min(Math.ceil(total), MAX_EXPECTED_BYTES);
}

function countRows(outputs: NamedTensors): number {
  let expected: number | undefined;
  for (const [name, { shape }] of outputs) {
    const rows = shape[0];
    if (rows === undefined) throw restError('SRV_REST_V1_OUTPUT_SCALAR', [name]);
    if (expected !== undefined && rows !== expected) throw restError('SRV_REST_V1_OUTPUT_ROWS', [name, rows, expected]);
    expected = rows;
  }
  return expected ?? 0;
}

function* rowSteps(json: JsonWriter, outputs: readonly Output[], rows: number): Steps<void> {
  json.ascii('{\n    "predictions": [');
  for (let row = 0; row < rows; row += 1) {
    if (outputs.length > 1) yield* objectRowSteps(json, outputs, row);
    else yield* plainRowSteps(json, outputs, row);
  }
  if (rows > 0) json.newLine(1);
  json.ascii(']');
}

function* plainRowSteps(json: JsonWriter, outputs: readonly Output[], row: number): Steps<void> {
  if (row > 0) json.ascii(', ');
  for (const { writer } of outputs) {
    if (writer.isSmall(1)) writer.write(1, 2);
    else yield* writer.steps(1, 2);
  }
  if (json.isSliceFull()) yield;
}

function* objectRowSteps(json: JsonWriter, outputs: readonly Output[], row: number): Steps<void> {
  if (row > 0) json.ascii(',');
  json.newLine(2);
  yield* memberSteps(json, outputs, { fromDimension: 1, depth: 2 });
}

interface Members {
  /** The first dimension that is written; those before it are counted by the caller. */
  readonly fromDimension: number;
  /** The depth of what holds the object. */
  readonly depth: number;
}

function* memberSteps(json: JsonWriter, outputs: readonly Output[], { fromDimension, depth }: Members): Steps<void> {
  json.ascii('{');
  let separator = '';
  for (const { name, writer } of outputs) {
    json.ascii(separator);
    json.newLine(depth + 1);
    json.string(name);
    json.ascii(': ');
    if (writer.isSmall(fromDimension)) writer.write(fromDimension, depth + 1);
    else yield* writer.steps(fromDimension, depth + 1);
    separator = ',';
  }
  json.newLine(depth);
  json.ascii('}');
  if (json.isSliceFull()) yield;
}

function* columnSteps(json: JsonWriter, outputs: readonly Output[]): Steps<void> {
  json.ascii('{\n    "outputs": ');
  if (outputs.length > 1) yield* memberSteps(json, outputs, { fromDimension: 0, depth: 1 });
  else for (const { writer } of outputs) yield* writer.steps(0, 1);
}
