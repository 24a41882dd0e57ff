import { messageOf, ServingError, type Status } from '@servable/core';
import { STATUS_NUMBERS } from '../status.ts';
import { wholeTextOf } from '../tensorflow-text.ts';
import type { RestOptions } from './compat.ts';
import { JsonWriter } from './json-writer.ts';

/** An error as HTTP sends it. */
export interface RestError {
  /** The HTTP status. */
  readonly status: number;
  /** JSON; in `strict` mode empty for the few errors that TensorFlow Serving sends without a body. */
  readonly body: Uint8Array;
}

/** What TensorFlow Serving refuses before it has a place to write the error to. */
const WITHOUT_BODY: ReadonlySet<string> = new Set([
  'SRV_REST_V1_MODEL_NAME_ENCODING',
  'SRV_REST_V1_LABEL_ENCODING',
  'SRV_REST_V1_VERSION_RANGE',
]);

/**
 * The answer to anything that was thrown, in TensorFlow Serving's words and never cut. What an aborted signal threw of its
 * own is 499, or 504 after a timeout; anything else that is no `ServingError` is 500.
 */
export function restErrorOf(thrown: unknown, options: RestOptions = {}): RestError {
  if (!ServingError.is(thrown)) return answer(...foreign(thrown));
  const status = STATUS_NUMBERS[thrown.status].http;
  if (options.compat === 'strict' && WITHOUT_BODY.has(thrown.code)) return { status, body: new Uint8Array(0) };
  return answer(thrown.status, wholeTextOf(thrown));
}

function foreign(thrown: unknown): [Status, string] {
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'TimeoutError') return ['DEADLINE_EXCEEDED', 'Timed out waiting for notification'];
  if (name === 'AbortError') return ['CANCELLED', messageOf(thrown)];
  return ['INTERNAL', wholeTextOf(ServingError.from(thrown))];
}

function answer(status: Status, text: string): RestError {
  const json = new JsonWriter();
  json.ascii('{\n    "error": ');
  json.string(new TextEncoder().encode(text));
  json.ascii('\n}');
  return { status: STATUS_NUMBERS[status].http, body: json.finish() };
}
