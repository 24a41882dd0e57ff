import type { Classification, ExampleResult, Regression } from '../examples/result.ts';
import type { AnsweredModelSpec } from '../model-spec.ts';
import { grpcV1Error } from './errors.ts';
import { bytesField, joinFields, textField, varintField } from './message-bytes.ts';
import { bytesFieldSize, uint53Size, WireWriter } from './wire-writer.ts';
import { WireType } from './wire-reader.ts';

/** The answer to one task, and what did it. */
export interface InferenceAnswer {
  readonly modelSpec: AnsweredModelSpec;
  readonly result: ExampleResult;
}

const BYTES_1 = (1 << 3) | WireType.bytes;
const FLOAT_1 = (1 << 3) | WireType.fixed32;
const FLOAT_2 = (2 << 3) | WireType.fixed32;
/** A tag and four bytes. */
const FLOAT_FIELD_BYTES = 5;
/** A message of protobuf has less than 2 GiB. */
const MAX_BYTES = 2 ** 31 - 1;
const NO_LABEL: Uint8Array = new Uint8Array(0);

/** Writes a `ClassificationResponse` or `RegressionResponse`. @throws ServingError `SRV_GRPC_V1_RESPONSE_TOO_LARGE` */
export function encodeExampleResponse({ modelSpec, result }: InferenceAnswer): Uint8Array {
  return joinFields([bytesField(1, encodeResult(result)), bytesField(2, encodeModelSpec(modelSpec))]);
}

/** Writes a `MultiInferenceResponse`, answers in their order. @throws ServingError `SRV_GRPC_V1_RESPONSE_TOO_LARGE` */
export function encodeMultiInferenceResponse(answers: readonly InferenceAnswer[]): Uint8Array {
  return joinFields(answers.map((answer) => bytesField(1, encodeInferenceResult(answer))));
}

function encodeInferenceResult({ modelSpec, result }: InferenceAnswer): Uint8Array {
  const number = result.kind === 'classify' ? 2 : 3;
  return joinFields([bytesField(1, encodeModelSpec(modelSpec)), bytesField(number, encodeResult(result))]);
}

function encodeModelSpec({ name, version, signatureName }: AnsweredModelSpec): Uint8Array {
  return joinFields([textField(1, name), bytesField(2, varintField(1, version)), textField(3, signatureName)]);
}

function encodeResult(result: ExampleResult): Uint8Array {
  return result.kind === 'classify' ? encodeClassification(result) : encodeRegression(result);
}

/** `ClassificationResult`: rows of classes, in one piece. */
function encodeClassification(result: Classification): Uint8Array {
  const rows = Array.from({ length: result.examples }, (_none, row) => rowSize(result, row));
  const writer = writerOf(rows.reduce((total, size) => total + bytesFieldSize(size), 0));
  rows.forEach((size, row) => {
    writer.byte(BYTES_1);
    writer.varint(size);
    for (let at = row * result.width; at < (row + 1) * result.width; at += 1) writeClass(writer, result, at);
  });
  return writer.finish();
}

function rowSize(result: Classification, row: number): number {
  let size = 0;
  for (let at = row * result.width; at < (row + 1) * result.width; at += 1) size += bytesFieldSize(classSize(result, at));
  return size;
}

function classSize({ labels, scores }: Classification, at: number): number {
  const label = labels?.[at] ?? NO_LABEL;
  return (label.length === 0 ? 0 : bytesFieldSize(label.length)) + floatSize(scores?.[at] ?? 0);
}

function writeClass(writer: WireWriter, result: Classification, at: number): void {
  const label = result.labels?.[at] ?? NO_LABEL;
  writer.byte(BYTES_1);
  writer.varint(classSize(result, at));
  if (label.length > 0) {
    writer.byte(BYTES_1);
    writer.varint(label.length);
    writer.raw(label);
  }
  writeFloat(writer, FLOAT_2, result.scores?.[at] ?? 0);
}

/** `RegressionResult`: a message for each value. */
function encodeRegression({ values }: Regression): Uint8Array {
  let byteLength = 0;
  for (const value of values) byteLength += bytesFieldSize(floatSize(value));
  const writer = writerOf(byteLength);
  for (const value of values) {
    writer.byte(BYTES_1);
    writer.varint(floatSize(value));
    writeFloat(writer, FLOAT_1, value);
  }
  return writer.finish();
}

/** proto3 leaves 0 out, but not -0. */
function floatSize(value: number): number {
  return Object.is(value, 0) ? 0 : FLOAT_FIELD_BYTES;
}

function writeFloat(writer: WireWriter, tag: number, value: number): void {
  if (Object.is(value, 0)) return;
  writer.byte(tag);
  writer.raw(new Uint8Array(Float32Array.of(value).buffer));
}

function writerOf(byteLength: number): WireWriter {
  if (byteLength + uint53Size(byteLength) > MAX_BYTES) throw grpcV1Error('SRV_GRPC_V1_RESPONSE_TOO_LARGE', [byteLength]);
  return new WireWriter(byteLength);
}
