import { messageOf } from '@servable/core';
import { createReadStream } from 'node:fs';
import { tableError } from '../errors.ts';

/** Rows of one batch, whatever the format, so that sources can be read side by side. */
export const BATCH_ROWS = 8192;

const READ_BYTES = 1024 * 1024;

/** The text of a file, piece by piece, without a byte order mark. @throws ServingError `SRV_TABLE_FILE_INVALID` when it is not UTF-8 */
export async function* readText(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    const reason = error instanceof TypeError ? 'it is not UTF-8 text' : messageOf(error);
    throw tableError('SRV_TABLE_FILE_INVALID', [path, reason], { cause: error });
  }
}

/** A file's lines without their ends; a last line that is empty is none. */
export async function* readLines(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const text of readText(path)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}
