import { globSync, readFileSync } from 'node:fs';
import { createFileRegistry, type DescFile, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { describeFile } from './describe.ts';

const CONTRACT = new URL('../../../fixtures/contracts/tensorflow-serving.binpb', import.meta.url);
const GENERATED = new URL('../src/gen/', import.meta.url);

/** Files of ours that the contract's descriptor set does not hold. */
const EXTRA_FILES = [
  'grpc/health/v1/health.proto',
  'grpc/reflection/v1/reflection.proto',
  'grpc/reflection/v1alpha/reflection.proto',
  'onnx/onnx.proto',
  'tensorflow_serving/config/monitoring_config.proto',
  'tensorflow_serving/config/ssl_config.proto',
  'tensorflow_serving/resources/resources.proto',
  'tensorflow_serving/servables/hashmap/hashmap_source_adapter.proto',
  'tensorflow_serving/servables/tensorflow/saved_model_bundle_source_adapter.proto',
  'tensorflow_serving/servables/tensorflow/saved_model_config.proto',
  'tensorflow_serving/servables/tensorflow/session_bundle_config.proto',
  'tensorflow_serving/servables/tensorflow/thread_pool_factory_config.proto',
  'tensorflow_serving/sources/storage_path/static_storage_path_source.proto',
];

const isDescFile = (value: unknown): value is DescFile =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';

async function generatedFiles(): Promise<DescFile[]> {
  const paths = globSync('**/*_pb.ts', { cwd: GENERATED });
  const modules: object[] = await Promise.all(paths.map((path) => import(new URL(path, GENERATED).href)));
  return modules.flatMap((each) => Object.values(each).filter(isDescFile));
}

function contractFiles(): DescFile[] {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(CONTRACT)));
  // The well-known types are the runtime's.
  return [...registry.files].filter((file) => !file.proto.name.startsWith('google/'));
}

const pathOf = (file: DescFile): string => file.proto.name;
const ours = await generatedFiles();
const theirs = contractFiles();

describe('the .proto files', () => {
  it('are the files of the contract and the listed extras, no more and no less', () => {
    expect(ours.map(pathOf).sort()).toEqual([...theirs.map(pathOf), ...EXTRA_FILES].sort());
  });

  it.each(theirs.map((file) => [pathOf(file), file] as const))('declare in %s what the contract declares', (path, file) => {
    const own = ours.find((each) => pathOf(each) === path);
    expect(own && Object.fromEntries(describeFile(own))).toEqual(Object.fromEntries(describeFile(file)));
    expect(own?.proto.package).toBe(file.proto.package);
    expect(own?.dependencies.map(pathOf)).toEqual(file.dependencies.map(pathOf));
  });

  it('are compared for every message and enum of the contract', () => {
    const names = theirs.flatMap((file) => [...describeFile(file).keys()]);
    // 192 messages without map entries, 23 enums, 3 services: counted in the contract's JSON form.
    expect(names.length).toBe(192 + 23 + 3);
    expect(names).toContain('tensorflow.serving.PredictRequest.RequestOptions.DeterministicMode');
    expect(names).toContain('tensorflow.serving.PredictionService');
  });
});
