import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { readFile } from 'node:fs/promises';
import { messageOf } from '@servable/core';
import { fromBinary } from '@servable/protos';
import { parseTextProto, TextProtoError } from '@servable/protos/text-proto';
import { savedModelError } from '../errors.ts';
import { isMissing } from '../file-errors.ts';
import { checkWire, WireFault } from './check-wire.ts';

/** A message, and the size of its file. */
export interface ProtoFile<Desc extends DescMessage> {
  readonly message: MessageShape<Desc>;
  readonly bytes: number;
}

/**
 * Reads a message from a file; `undefined` when there is none. `bytes` fields are views of the file's bytes.
 *
 * @throws ServingError `SRV_SAVEDMODEL_TRUNCATED`, `SRV_SAVEDMODEL_MALFORMED`, `SRV_SAVEDMODEL_UNREADABLE`
 */
export async function readBinaryProto<Desc extends DescMessage>(path: string, schema: Desc, signal?: AbortSignal): Promise<ProtoFile<Desc> | undefined> {
  const bytes = await readBytes(path, signal);
  return bytes === undefined ? undefined : { message: decodeBinary(path, schema, bytes), bytes: bytes.length };
}

/** The same of a file in protobuf's text format. */
export async function readTextProto<Desc extends DescMessage>(path: string, schema: Desc, signal?: AbortSignal): Promise<ProtoFile<Desc> | undefined> {
  const bytes = await readBytes(path, signal);
  return bytes === undefined ? undefined : { message: decodeText(path, schema, bytes), bytes: bytes.length };
}

/** The message of bytes that `path` names in errors. */
export function decodeBinary<Desc extends DescMessage>(path: string, schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    checkWire(schema, bytes);
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (error) {
    if (!(error instanceof WireFault)) throw savedModelError('SRV_SAVEDMODEL_MALFORMED', [path, 'binary', messageOf(error)], { cause: error });
    const reason = `at byte ${error.offset}: ${error.message}`;
    if (error.isCutShort) throw savedModelError('SRV_SAVEDMODEL_TRUNCATED', [path, reason], { cause: error });
    throw savedModelError('SRV_SAVEDMODEL_MALFORMED', [path, 'binary', reason], { cause: error });
  }
}

function decodeText<Desc extends DescMessage>(path: string, schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return parseTextProto(schema, new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const reason = error instanceof TextProtoError ? `Line ${error.line}, column ${error.column}: ${error.reason.replace(/\.$/, '')}` : messageOf(error);
    throw savedModelError('SRV_SAVEDMODEL_MALFORMED', [path, 'text', reason], { cause: error });
  }
}

async function readBytes(path: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (isMissing(error)) return undefined;
    throw savedModelError('SRV_SAVEDMODEL_UNREADABLE', [path, messageOf(error)], { cause: error });
  }
}
