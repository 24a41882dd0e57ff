// v1alpha's messages are v1's byte for byte: one set of types serves both services.
export { ServerReflection as ServerReflectionV1Alpha } from './gen/grpc/reflection/v1alpha/reflection_pb.ts';
export * from './gen/grpc/reflection/v1/reflection_pb.ts';
