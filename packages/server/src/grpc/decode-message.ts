import { messageOf } from '@servable/core';
import { fromBinary } from '@servable/protos';
import { serverError } from '../errors.ts';

type Schema = Parameters<typeof fromBinary>[0];

/** Reads a message with generated code. @throws ServingError `SRV_MESSAGE_MALFORMED` */
export function decodeMessage<S extends Schema>(schema: S, bytes: Uint8Array): ReturnType<typeof fromBinary<S>> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw serverError('SRV_MESSAGE_MALFORMED', [schema.typeName, messageOf(cause)], { cause });
  }
}
