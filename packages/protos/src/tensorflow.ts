export * from './gen/tensorflow/core/example/example_pb.ts';
export * from './gen/tensorflow/core/example/feature_pb.ts';
export * from './gen/tensorflow/core/framework/resource_handle_pb.ts';
export * from './gen/tensorflow/core/framework/tensor_pb.ts';
export * from './gen/tensorflow/core/framework/tensor_shape_pb.ts';
export * from './gen/tensorflow/core/framework/types_pb.ts';
export * from './gen/tensorflow/core/protobuf/named_tensor_pb.ts';
export * from './gen/xla/tsl/protobuf/error_codes_pb.ts';
