import type { NamedTensors } from '@servable/core';
import type { AnsweredModelSpec } from '../model-spec.ts';
import { grpcV1Error } from './errors.ts';
import type { EncodeTensorOptions } from './tensor-proto.ts';
import { planTensor, type TensorPlan, writeTensor } from './tensor-writer.ts';
import { WireType } from './wire-reader.ts';
import { bytesFieldSize, varint64Size, WireWriter } from './wire-writer.ts';

/** What a `PredictResponse` says. */
export interface PredictResponse extends EncodeTensorOptions {
  readonly modelSpec: AnsweredModelSpec;
  /** Only read; not held after the call. */
  readonly outputs: NamedTensors;
}

const BYTES_1 = (1 << 3) | WireType.bytes;
const BYTES_2 = (2 << 3) | WireType.bytes;
const BYTES_3 = (3 << 3) | WireType.bytes;
const VARINT_1 = (1 << 3) | WireType.varint;

/** A message of protobuf has less than 2 GiB. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Writes a `tensorflow.serving.PredictResponse` in one allocation: a pass for the sizes, a pass for the bytes. Outputs are
 * in the map's order. The result is the caller's and shares no memory with the outputs.
 *
 * @throws ServingError `SRV_GRPC_V1_RESPONSE_TOO_LARGE`
 */
export function encodePredictResponse(response: PredictResponse): Uint8Array {
  const outputs = [...response.outputs].map(([alias, tensor]) => planOutput(alias, planTensor(tensor, response.asTensorContent ?? false)));
  const spec = planModelSpec(response.modelSpec);
  const byteLength = outputs.reduce((total, output) => total + bytesFieldSize(output.byteLength), bytesFieldSize(spec.byteLength));
  if (byteLength > MAX_BYTES) throw grpcV1Error('SRV_GRPC_V1_RESPONSE_TOO_LARGE', [byteLength]);
  const writer = new WireWriter(byteLength);
  for (const output of outputs) writeOutput(writer, output);
  writeModelSpec(writer, spec);
  return writer.finish();
}

interface TextPlan {
  readonly text: string;
  readonly byteLength: number;
}

const planText = (text: string): TextPlan => ({ text, byteLength: Buffer.byteLength(text) });

/** proto3 leaves an empty string out. */
const textFieldSize = ({ byteLength }: TextPlan): number => (byteLength === 0 ? 0 : bytesFieldSize(byteLength));

function writeText(writer: WireWriter, tag: number, { text, byteLength }: TextPlan): void {
  if (byteLength === 0) return;
  writer.byte(tag);
  writer.varint(byteLength);
  writer.utf8(text, byteLength);
}

/** An entry of the map of outputs. */
interface OutputPlan {
  readonly alias: TextPlan;
  readonly tensor: TensorPlan;
  readonly byteLength: number;
}

function planOutput(text: string, tensor: TensorPlan): OutputPlan {
  const alias = planText(text);
  // An entry's key is written even when it is empty.
  return { alias, tensor, byteLength: bytesFieldSize(alias.byteLength) + bytesFieldSize(tensor.byteLength) };
}

function writeOutput(writer: WireWriter, { alias, tensor, byteLength }: OutputPlan): void {
  writer.byte(BYTES_1);
  writer.varint(byteLength);
  writer.byte(BYTES_1);
  writer.varint(alias.byteLength);
  writer.utf8(alias.text, alias.byteLength);
  writer.byte(BYTES_2);
  writer.varint(tensor.byteLength);
  writeTensor(writer, tensor);
}

interface ModelSpecPlan {
  readonly name: TextPlan;
  readonly signatureName: TextPlan;
  readonly low: number;
  readonly high: number;
  /** Bytes of the Int64Value: version 0 is present but empty. */
  readonly versionLength: number;
  readonly byteLength: number;
}

function planModelSpec(spec: AnsweredModelSpec): ModelSpecPlan {
  const name = planText(spec.name);
  const signatureName = planText(spec.signatureName);
  const low = Number(BigInt.asIntN(32, spec.version));
  const high = Number(BigInt.asIntN(32, spec.version >> 32n));
  const versionLength = spec.version === 0n ? 0 : 1 + varint64Size(low, high);
  const byteLength = textFieldSize(name) + bytesFieldSize(versionLength) + textFieldSize(signatureName);
  return { name, signatureName, low, high, versionLength, byteLength };
}

function writeModelSpec(writer: WireWriter, spec: ModelSpecPlan): void {
  writer.byte(BYTES_2);
  writer.varint(spec.byteLength);
  writeText(writer, BYTES_1, spec.name);
  writer.byte(BYTES_2);
  writer.varint(spec.versionLength);
  if (spec.versionLength > 0) {
    writer.byte(VARINT_1);
    writer.varint64(spec.low, spec.high);
  }
  writeText(writer, BYTES_3, spec.signatureName);
}
