import { create, fromBinary, toBinary } from '@servable/protos';
import { ServerReflectionRequestSchema, type ServerReflectionRequest, type ServerReflectionResponse, ServerReflectionResponseSchema } from '@servable/protos/reflection';
import { createFileRegistry } from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reflectionMethods } from '../../src/grpc/reflection-service.ts';
import { type GrpcFixture, serveGrpc } from '../support/grpc-server.ts';

const PATHS = ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo'];

let grpc: GrpcFixture;
let stopping: AbortController;
beforeEach(async () => {
  stopping = new AbortController();
  grpc = await serveGrpc(reflectionMethods(stopping.signal));
});
afterEach(() => grpc.close());

function asked(messageRequest: ServerReflectionRequest['messageRequest']): Uint8Array {
  return toBinary(ServerReflectionRequestSchema, create(ServerReflectionRequestSchema, { host: 'h', messageRequest }));
}

async function answers(path: string, ...questions: ServerReflectionRequest['messageRequest'][]): Promise<ServerReflectionResponse[]> {
  const found: ServerReflectionResponse[] = [];
  for await (const bytes of grpc.client.stream(path, questions.map(asked))) found.push(fromBinary(ServerReflectionResponseSchema, bytes));
  return found;
}

/** The registry wants each file after those it imports. */
function importsFirst(files: readonly Uint8Array[]): FileDescriptorProto[] {
  const byName = new Map(files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes)).map((file) => [file.name, file]));
  const sorted = new Set<FileDescriptorProto>();
  const visit = (name: string): void => {
    const file = byName.get(name);
    if (file === undefined) throw new Error(`${name} is imported but was not sent`);
    if (sorted.has(file)) return;
    file.dependency.forEach(visit);
    sorted.add(file);
  };
  [...byName.keys()].forEach(visit);
  return [...sorted];
}

it.each(PATHS)('lists the services over %s', async (path) => {
  const [answer] = await answers(path, { case: 'listServices', value: '' });
  const names = answer?.messageResponse.case === 'listServicesResponse' ? answer.messageResponse.value.service.map(({ name }) => name) : [];
  expect(names).toEqual([
    'tensorflow.serving.PredictionService',
    'tensorflow.serving.ModelService',
    'grpc.health.v1.Health',
    'grpc.reflection.v1.ServerReflection',
    'grpc.reflection.v1alpha.ServerReflection',
  ]);
  expect(answer?.validHost).toBe('h');
});

it.each(PATHS)('gives the files of a service, complete enough to be linked, over %s', async (path) => {
  const [answer] = await answers(path, { case: 'fileContainingSymbol', value: 'tensorflow.serving.PredictionService' });
  const files = answer?.messageResponse.case === 'fileDescriptorResponse' ? answer.messageResponse.value.fileDescriptorProto : [];
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: importsFirst(files) }));
  const service = registry.getService('tensorflow.serving.PredictionService');
  expect(service?.methods.map(({ name }) => name).toSorted()).toEqual(['Classify', 'GetModelMetadata', 'MultiInference', 'Predict', 'Regress']);
  expect(registry.getMessage('tensorflow.TensorProto')?.fields.find(({ number }) => number === 4)?.name).toBe('tensor_content');
});

it('gives a file by its name, and answers several questions on one stream in order', async () => {
  const found = await answers(
    PATHS[0] ?? '',
    { case: 'fileByFilename', value: 'tensorflow_serving/apis/model.proto' },
    { case: 'fileByFilename', value: '../../etc/passwd' },
    { case: 'fileContainingSymbol', value: 'no.such.Thing' },
    { case: 'allExtensionNumbersOfType', value: 'tensorflow.TensorProto' },
    { case: undefined },
  );
  expect(found.map(({ messageResponse }) => messageResponse.case)).toEqual([
    'fileDescriptorResponse',
    'errorResponse',
    'errorResponse',
    'errorResponse',
    'errorResponse',
  ]);
  const codes = found.map(({ messageResponse }) => (messageResponse.case === 'errorResponse' ? messageResponse.value.errorCode : 0));
  expect(codes).toEqual([0, 5, 5, 5, 12]);
});

it('ends a stream that is held open when the server stops', async () => {
  const stream = grpc.client.stream(PATHS[0] ?? '', [asked({ case: 'listServices', value: '' })], { hold: true });
  await stream.next();
  stopping.abort();
  expect((await stream.next()).done).toBe(true);
});
