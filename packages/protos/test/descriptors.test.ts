import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { createServedDescriptorIndex } from '../src/descriptors.ts';

const index = createServedDescriptorIndex();
const read = (files: readonly Uint8Array[] | undefined) => files?.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));

describe('the index of served descriptors', () => {
  it('lists the services a server offers', () => {
    expect(index.services).toEqual([
      'tensorflow.serving.PredictionService',
      'tensorflow.serving.ModelService',
      'grpc.health.v1.Health',
    ]);
  });

  it.each([
    ['tensorflow.serving.PredictionService', 'tensorflow_serving/apis/prediction_service.proto'],
    ['tensorflow.serving.PredictionService.Predict', 'tensorflow_serving/apis/prediction_service.proto'],
    ['tensorflow.serving.ModelService', 'tensorflow_serving/apis/model_service.proto'],
    ['grpc.health.v1.Health', 'grpc/health/v1/health.proto'],
    ['tensorflow.serving.PredictRequest', 'tensorflow_serving/apis/predict.proto'],
    ['tensorflow.serving.ModelSpec.version', 'tensorflow_serving/apis/model.proto'],
    ['tensorflow.serving.ModelSpec.version_choice', 'tensorflow_serving/apis/model.proto'],
    ['tensorflow.serving.ModelVersionStatus.AVAILABLE', 'tensorflow_serving/apis/get_model_status.proto'],
    ['tensorflow.DT_FLOAT', 'tensorflow/core/framework/types.proto'],
    ['google.protobuf.Int64Value', 'google/protobuf/wrappers.proto'],
  ])('finds the file of %s', (symbol, path) => {
    expect(read(index.filesBySymbol(symbol))?.[0]?.name).toBe(path);
  });

  it.each(['nothing.here', 'tensorflow.ModelVersionStatus.AVAILABLE', '', '__proto__'])('does not know the symbol %j', (symbol) => {
    expect(index.filesBySymbol(symbol)).toBeUndefined();
    expect(index.filesByName(symbol)).toBeUndefined();
  });

  it('gives every file that a file needs, itself first, so that a client can build its types', () => {
    const files = read(index.filesByName('tensorflow_serving/apis/prediction_service.proto')) ?? [];
    expect(files[0]?.name).toBe('tensorflow_serving/apis/prediction_service.proto');
    const names = new Set(files.map((file) => file.name));
    expect(files.flatMap((file) => file.dependency).filter((name) => !names.has(name))).toEqual([]);
    expect(names.size).toBe(files.length);
    // Imports before those that import them, as a registry wants them.
    const placed = new Set<string>();
    const ordered: typeof files = [];
    const place = (name: string): void => {
      const file = files.find((each) => each.name === name);
      if (file === undefined || placed.has(name)) return;
      placed.add(name);
      file.dependency.forEach(place);
      ordered.push(file);
    };
    files.forEach((file) => place(file.name));
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: ordered }));
    expect(registry.getService('tensorflow.serving.PredictionService')?.methods.map((method) => method.name)).toEqual([
      'Classify',
      'Regress',
      'Predict',
      'MultiInference',
      'GetModelMetadata',
    ]);
  });
});
