import { defineErrors, METHOD_NAMES, type Status } from '@servable/core';
import { truncateText } from '../tensorflow-text.ts';

/** Every code of TensorFlow Serving's gRPC API here, with what its message is made of. */
export interface GrpcV1ErrorArguments {
  SRV_GRPC_V1_MALFORMED: [message: string, reason: string, offset: number];
  SRV_GRPC_V1_TENSOR_INVALID: [reason: string];
  SRV_GRPC_V1_SIGNATURE_NOT_FOUND: [signature: string];
  SRV_GRPC_V1_METHOD_NAME: [methodName: string];
  SRV_GRPC_V1_INPUT_COUNT: [sent: readonly string[], required: readonly string[]];
  SRV_GRPC_V1_INPUT_MISSING: [alias: string, graphName: string, sent: readonly string[], defaults: readonly string[]];
  SRV_GRPC_V1_INPUT_UNREADABLE: [alias: string];
  SRV_GRPC_V1_INPUT_UNKNOWN: [used: readonly string[], sent: readonly string[]];
  SRV_GRPC_V1_OUTPUT_NOT_FOUND: [alias: string, outputs: readonly string[]];
  SRV_GRPC_V1_OUTPUT_REPEATED: [alias: string];
  SRV_GRPC_V1_METADATA_FIELD_MISSING: [];
  SRV_GRPC_V1_METADATA_FIELD_UNKNOWN: [field: string];
  SRV_GRPC_V1_RESPONSE_TOO_LARGE: [bytes: number];
}

type ErrorTable = {
  readonly [Code in keyof GrpcV1ErrorArguments]: {
    readonly status: Status;
    message(...args: GrpcV1ErrorArguments[Code]): string;
  };
};

/** Sorted, as TensorFlow prints its sets. Cut where the whole text will be cut anyway: what a client sent may be long. */
const list = (names: readonly string[]): string => truncateText([...names].sort().join(','));

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  const excluded = new Set(others);
  return names.filter((name) => !excluded.has(name));
}

// Where TensorFlow Serving has the error too, the message is its text to the letter: clients match on it.
const table: ErrorTable = {
  SRV_GRPC_V1_MALFORMED: {
    status: 'INVALID_ARGUMENT',
    message: (message, reason, offset) => `Cannot read a ${message}: ${reason} at byte ${offset}`,
  },
  SRV_GRPC_V1_TENSOR_INVALID: { status: 'INVALID_ARGUMENT', message: (reason) => `Cannot read a TensorProto: ${reason}` },
  SRV_GRPC_V1_SIGNATURE_NOT_FOUND: {
    status: 'FAILED_PRECONDITION',
    message: (signature) => `Serving signature key "${signature}" not found.`,
  },
  SRV_GRPC_V1_METHOD_NAME: {
    status: 'INTERNAL',
    message: (methodName) =>
      `Expected prediction signature method_name to be one of {${Object.values(METHOD_NAMES).join(', ')}}. Was: ${methodName}`,
  },
  SRV_GRPC_V1_INPUT_COUNT: {
    status: 'INVALID_ARGUMENT',
    message: (sent, required) =>
      `input size does not match signature: ${sent.length}!=${required.length} len({${list(sent)}}) != len({${list(required)}}). ` +
      `Sent extra: {${list(without(sent, required))}}. Missing but required: {${list(without(required, sent))}}.`,
  },
  SRV_GRPC_V1_INPUT_MISSING: {
    status: 'INVALID_ARGUMENT',
    message: (alias, graphName, sent, defaults) =>
      `Signature input alias: ${alias}(feed name: ${graphName}) not found in request and no default value provided. ` +
      `Inputs expected to be in the request {${list(sent)}}, or default input alias set: ${list(defaults)}`,
  },
  SRV_GRPC_V1_INPUT_UNREADABLE: { status: 'INVALID_ARGUMENT', message: (alias) => `tensor parsing error: ${alias}` },
  SRV_GRPC_V1_INPUT_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (used, sent) =>
      `Inputs contains invalid name. Used request inputs: ${list(used)}, request input: ${list(sent)}`,
  },
  SRV_GRPC_V1_OUTPUT_NOT_FOUND: {
    status: 'INVALID_ARGUMENT',
    message: (alias, outputs) =>
      `output tensor alias not found in signature: ${alias} Outputs expected to be in the set {${list(outputs)}}.`,
  },
  SRV_GRPC_V1_OUTPUT_REPEATED: { status: 'INVALID_ARGUMENT', message: (alias) => `duplicate output tensor alias: ${alias}` },
  SRV_GRPC_V1_METADATA_FIELD_MISSING: {
    status: 'INVALID_ARGUMENT',
    message: () => 'GetModelMetadataRequest must specify at least one metadata_field',
  },
  SRV_GRPC_V1_METADATA_FIELD_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (field) => `Metadata field ${field} is not supported`,
  },
  SRV_GRPC_V1_RESPONSE_TOO_LARGE: {
    status: 'RESOURCE_EXHAUSTED',
    message: (bytes) => `The answer takes ${bytes} bytes, more than the 2 GiB a message may have: ask for fewer rows or outputs`,
  },
};

/** Makes one of this protocol's errors. */
export const grpcV1Error: ReturnType<typeof defineErrors<GrpcV1ErrorArguments>> = defineErrors<GrpcV1ErrorArguments>(table);
