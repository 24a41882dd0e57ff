export * from './gen/tensorflow_serving/apis/logging_pb.ts';
export * from './gen/tensorflow_serving/apis/prediction_log_pb.ts';
export * from './gen/tensorflow_serving/apis/session_service_pb.ts';
