import { messageOf, ServingError } from '@servable/core';
import { STATUS_NUMBERS } from '../status.ts';
import { tensorflowTextOf, truncateText } from '../tensorflow-text.ts';

/** A call's status as gRPC sends it. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
}

/** Options of {@link grpcStatusOf}. */
export interface GrpcStatusOptions {
  /** `strict`: TensorFlow Serving's text and no more. Default `default`: why a tensor cannot be read is told too. */
  readonly compat?: 'default' | 'strict';
}

/**
 * The status of anything that was thrown, in TensorFlow Serving's words, cut as it cuts. What an aborted signal threw of its
 * own is CANCELLED, or DEADLINE_EXCEEDED after a timeout; anything else that is no `ServingError` is INTERNAL.
 */
export function grpcStatusOf(thrown: unknown, options: GrpcStatusOptions = {}): GrpcStatus {
  if (!ServingError.is(thrown)) return statusOfForeign(thrown);
  const explain = options.compat !== 'strict' && thrown.code === 'SRV_GRPC_V1_INPUT_UNREADABLE' && thrown.cause !== undefined;
  const details = explain ? truncateText(`${thrown.message}: ${messageOf(thrown.cause)}`) : tensorflowTextOf(thrown);
  return { code: STATUS_NUMBERS[thrown.status].grpc, details };
}

function statusOfForeign(thrown: unknown): GrpcStatus {
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'TimeoutError') return { code: STATUS_NUMBERS.DEADLINE_EXCEEDED.grpc, details: 'Timed out waiting for notification' };
  if (name === 'AbortError') return { code: STATUS_NUMBERS.CANCELLED.grpc, details: truncateText(messageOf(thrown)) };
  return { code: STATUS_NUMBERS.INTERNAL.grpc, details: tensorflowTextOf(ServingError.from(thrown)) };
}
