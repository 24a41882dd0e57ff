import { DEFAULT_SIGNATURE_NAME, type NamedTensors, type ServableId } from '@servable/core';
import { BINARY_HEADER, type BinaryAnswer, encodeBinaryAnswer } from '@servable/protocol';
import type { RestReply } from './rest-reply.ts';
import type { RestRequest } from './rest-transport.ts';

/** The type of bodies of JSON and tensors. */
const BINARY_TYPE = 'application/octet-stream';

/** How many bytes of the body are JSON, as the client says it; `undefined`: all of it is. */
export function binaryLengthOf({ headers }: RestRequest): string | undefined {
  const value = headers[BINARY_HEADER];
  return value === undefined ? undefined : String(value);
}

/** Whether the client asks for tensors as bytes: it must name the type, `*` is not enough. */
export function acceptsBinary({ headers }: RestRequest): boolean {
  return headers.accept?.toLowerCase().includes(BINARY_TYPE) ?? false;
}

export interface BinaryOutputs {
  readonly id: ServableId;
  readonly signatureName: string;
  readonly outputs: NamedTensors;
}

export function binaryReply({ id, signatureName, outputs }: BinaryOutputs): RestReply {
  const spec = { ...id, signatureName: signatureName || DEFAULT_SIGNATURE_NAME };
  const { body, jsonLength }: BinaryAnswer = encodeBinaryAnswer(spec, outputs);
  return { status: 200, contentType: BINARY_TYPE, body, headers: { [BINARY_HEADER]: String(jsonLength) } };
}
