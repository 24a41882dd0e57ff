import { grpcStatusOf } from '@servable/protocol';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { ServedBy } from '../served-by.ts';
import { GrpcTransport } from './grpc-transport.ts';
import { healthMethods } from './health-service.ts';
import { modelMethods } from './model-service.ts';
import { predictionMethods } from './prediction-service.ts';
import { reflectionMethods } from './reflection-service.ts';

/** Serves every gRPC service there is. @throws ServingError `SRV_LISTEN_FAILED` */
export function listenGrpc(config: ResolvedConfig, { manager, health, reloader, monitoring, stopping }: ServedBy): Promise<GrpcTransport> {
  const { compat, validation, checkMethodName } = config;
  return GrpcTransport.listen({
    host: config.grpc.host,
    port: config.grpc.port,
    maxMessageBytes: config.grpc.maxBodyBytes,
    tcp: config.grpc.tcp,
    socketPath: config.grpc.socketPath,
    channelArguments: config.grpc.channelArguments,
    tls: config.grpc.tls,
    methods: [
      ...predictionMethods({ manager, validation, compat, checkMethodName, asTensorContent: config.grpc.tensorContent }),
      ...modelMethods(manager, { reloader, metricOf: (name) => monitoring.tensorflowCount(name) }),
      ...healthMethods(health, stopping),
      ...reflectionMethods(stopping),
    ],
    statusOf: (error) => grpcStatusOf(error, { compat }),
  });
}
