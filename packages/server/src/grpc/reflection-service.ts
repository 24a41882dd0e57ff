import type { GrpcMethod } from '@servable/core';
import { create, toBinary } from '@servable/protos';
import { createDescriptorIndex, type DescriptorIndex } from '@servable/protos/descriptors';
import { Health } from '@servable/protos/health';
import {
  ErrorResponseSchema,
  FileDescriptorResponseSchema,
  ListServiceResponseSchema,
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
  ServerReflectionV1Alpha,
  ServiceResponseSchema,
} from '@servable/protos/reflection';
import { ModelService, PredictionService } from '@servable/protos/tensorflow-serving';
import { decodeMessage } from './decode-message.ts';

type Answer = ServerReflectionResponse['messageResponse'];

const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

/** Server reflection, v1 and v1alpha: what `grpcurl` and its like ask. `stopping` ends streams that are held open. */
export function reflectionMethods(stopping: AbortSignal): readonly GrpcMethod[] {
  const services = [PredictionService, ModelService, Health, ServerReflection, ServerReflectionV1Alpha];
  const index = createDescriptorIndex(services.map((service) => service.file));
  return [ServerReflection, ServerReflectionV1Alpha].map((service) => ({
    kind: 'streaming',
    path: `/${service.typeName}/ServerReflectionInfo`,
    handle: (requests) => answerAll(index, requests, stopping),
  }));
}

async function* answerAll(index: DescriptorIndex, requests: AsyncIterable<Uint8Array>, stopping: AbortSignal): AsyncIterable<Uint8Array> {
  let stop = (): void => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
  });
  stopping.addEventListener('abort', stop);
  const iterator = requests[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), stopped]);
      if (next === undefined || next.done === true) return;
      const originalRequest = decodeMessage(ServerReflectionRequestSchema, next.value);
      yield toBinary(ServerReflectionResponseSchema, respond(index, originalRequest));
    }
  } finally {
    stopping.removeEventListener('abort', stop);
  }
}

function respond(index: DescriptorIndex, originalRequest: ServerReflectionRequest): ServerReflectionResponse {
  const messageResponse = answer(index, originalRequest.messageRequest);
  return create(ServerReflectionResponseSchema, { validHost: originalRequest.host, originalRequest, messageResponse });
}

function answer(index: DescriptorIndex, question: ServerReflectionRequest['messageRequest']): Answer {
  switch (question.case) {
    case 'listServices':
      return serviceNames(index);
    case 'fileByFilename':
      return files(index.filesByName(question.value), `File not found: ${question.value}`);
    case 'fileContainingSymbol':
      return files(index.filesBySymbol(question.value), `Symbol not found: ${question.value}`);
    case 'fileContainingExtension':
    case 'allExtensionNumbersOfType':
      return failure(NOT_FOUND, 'There are no extensions here');
    default:
      return failure(UNIMPLEMENTED, 'The request asks for nothing that is known here');
  }
}

function serviceNames(index: DescriptorIndex): Answer {
  const service = index.services.map((name) => create(ServiceResponseSchema, { name }));
  return { case: 'listServicesResponse', value: create(ListServiceResponseSchema, { service }) };
}

function files(found: readonly Uint8Array[] | undefined, orElse: string): Answer {
  if (found === undefined) return failure(NOT_FOUND, orElse);
  return { case: 'fileDescriptorResponse', value: create(FileDescriptorResponseSchema, { fileDescriptorProto: [...found] }) };
}

function failure(errorCode: number, errorMessage: string): Answer {
  return { case: 'errorResponse', value: create(ErrorResponseSchema, { errorCode, errorMessage }) };
}
