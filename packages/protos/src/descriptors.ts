import { type DescFile, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { file_grpc_health_v1_health } from './gen/grpc/health/v1/health_pb.ts';
import { file_tensorflow_serving_apis_model_service } from './gen/tensorflow_serving/apis/model_service_pb.ts';
import { file_tensorflow_serving_apis_prediction_service } from './gen/tensorflow_serving/apis/prediction_service_pb.ts';
import { symbolsOf } from './symbols.ts';

/** The files of some services, as server reflection is asked for them. */
export interface DescriptorIndex {
  /** Full names, such as `tensorflow.serving.PredictionService`. */
  readonly services: readonly string[];
  /**
   * A file by its path, such as `tensorflow_serving/apis/predict.proto`, and all that it imports: each a serialized
   * `google.protobuf.FileDescriptorProto`, the file itself first. `undefined`: not known.
   */
  filesByName(path: string): readonly Uint8Array[] | undefined;
  /** The same for the file that declares a service, method, message, field, oneof, enum or enum value. */
  filesBySymbol(symbol: string): readonly Uint8Array[] | undefined;
}

/** Makes the index of these files and all that they import. */
export function createDescriptorIndex(roots: readonly DescFile[]): DescriptorIndex {
  const files = withImports(roots);
  const byPath = new Map(files.map((file) => [file.proto.name, file]));
  const bySymbol = new Map(files.flatMap((file) => symbolsOf(file).map((symbol) => [symbol, file] as const)));
  const serialize = (file: DescFile | undefined): readonly Uint8Array[] | undefined =>
    file === undefined ? undefined : withImports([file]).map((each) => toBinary(FileDescriptorProtoSchema, each.proto));
  return {
    services: roots.flatMap((file) => file.services.map((service) => service.typeName)),
    filesByName: (path) => serialize(byPath.get(path)),
    filesBySymbol: (symbol) => serialize(bySymbol.get(symbol)),
  };
}

/** The index of what a server offers: PredictionService, ModelService and Health. */
export function createServedDescriptorIndex(): DescriptorIndex {
  return createDescriptorIndex([
    file_tensorflow_serving_apis_prediction_service,
    file_tensorflow_serving_apis_model_service,
    file_grpc_health_v1_health,
  ]);
}

function withImports(roots: readonly DescFile[]): readonly DescFile[] {
  const found = new Set<DescFile>();
  const visit = (file: DescFile): void => {
    if (found.has(file)) return;
    found.add(file);
    file.dependencies.forEach(visit);
  };
  roots.forEach(visit);
  return [...found];
}
