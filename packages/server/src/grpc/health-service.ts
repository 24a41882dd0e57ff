import { type GrpcMethod, parseModelName, servableError } from '@servable/core';
import { create, toBinary } from '@servable/protos';
import {
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthCheckResponseSchema,
} from '@servable/protos/health';
import { serverError } from '../errors.ts';
import type { ServerHealth } from '../health.ts';
import { decodeMessage } from './decode-message.ts';
import { changesOf } from './watch-changes.ts';

/** Names that mean the server as a whole; the short ones are those that TensorFlow Serving sets. */
const SERVER_NAMES: ReadonlySet<string> = new Set([
  '',
  'tensorflow.serving.PredictionService',
  'tensorflow.serving.ModelService',
  'PredictionService',
  'ModelService',
]);
const MODEL_PREFIX = 'model:';

/**
 * `grpc.health.v1.Health`. `""` and the names of our services are SERVING when every configured model is ready and no
 * shutdown has begun; `model:<name>` when that model is. `stopping` ends every Watch, after its last status.
 */
export function healthMethods(health: ServerHealth, stopping: AbortSignal): readonly GrpcMethod[] {
  return [
    {
      kind: 'unary',
      path: '/grpc.health.v1.Health/Check',
      handle(request) {
        const { service } = decodeMessage(HealthCheckRequestSchema, request);
        const status = statusOf(health, service);
        if (status === ServingStatus.SERVICE_UNKNOWN) throw serverError('SRV_HEALTH_SERVICE_UNKNOWN', [service]);
        return encode(status);
      },
    },
    {
      kind: 'streaming',
      path: '/grpc.health.v1.Health/Watch',
      handle: (requests, call) => watch(requests, call.signal),
    },
  ];

  async function* watch(requests: AsyncIterable<Uint8Array>, gone: AbortSignal): AsyncIterable<Uint8Array> {
    const service = await serviceOf(requests);
    let last: number | undefined;
    for await (const _change of changesOf((listener) => health.onChange(listener), [gone, stopping])) {
      const status = statusOf(health, service);
      if (status !== last) yield encode(status);
      last = status;
    }
    if (stopping.aborted) throw servableError('SRV_MANAGER_CLOSED', []);
  }
}

function statusOf(health: ServerHealth, service: string): number {
  if (SERVER_NAMES.has(service)) return servingWhen(health.isReady);
  if (!service.startsWith(MODEL_PREFIX) || service === MODEL_PREFIX) return ServingStatus.SERVICE_UNKNOWN;
  const isReady = health.isModelReady(parseModelName(service.slice(MODEL_PREFIX.length)));
  return isReady === undefined ? ServingStatus.SERVICE_UNKNOWN : servingWhen(isReady);
}

function servingWhen(isReady: boolean): number {
  return isReady ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
}

function encode(status: number): Uint8Array {
  return toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status: status as ServingStatus }));
}

async function serviceOf(requests: AsyncIterable<Uint8Array>): Promise<string> {
  for await (const request of requests) return decodeMessage(HealthCheckRequestSchema, request).service;
  return '';
}
