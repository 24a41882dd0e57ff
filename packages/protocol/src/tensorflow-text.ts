import type { ServingError } from '@servable/core';

/** Bytes of a message that TensorFlow Serving sends at most; what is longer is cut and marked. */
const MAX_TEXT_BYTES = 1024;
const CUT_MARK = '...TRUNCATED';

const servable = (model = '', version = ''): string => `servable {name: ${model} version: ${version}}`;
const notFound = (asked: string): string => `Servable not found for request: ${asked}`;

/** TensorFlow Serving's words for core's codes, made of the error's arguments. Clients are known to match on them. */
const TEXTS: Readonly<Record<string, (...args: readonly string[]) => string>> = {
  SRV_MODEL_NOT_FOUND: (model) => notFound(`Latest(${model})`),
  SRV_MODEL_NOT_AVAILABLE: (model) => notFound(`Latest(${model})`),
  SRV_VERSION_NOT_FOUND: (model, version) => notFound(`Specific(${model}, ${version})`),
  SRV_LABEL_NOT_FOUND: (_model, label) => `Unrecognized servable version label: ${label}`,
  SRV_LABEL_UNAVAILABLE: (model, _label, version) => notFound(`Specific(${model}, ${version})`),
  SRV_MODEL_NAME_EMPTY: () => 'ModelSpec has no name specified.',
  SRV_LOAD_CANCELLED: () => 'Loading of servable cancelled',
  SRV_RESOURCES_EXHAUSTED: (model, version, needed, limit) => `Insufficient resources to load ${servable(model, version)}: it needs ${needed}, more than is free of ${limit}`,
  SRV_ESTIMATE_FAILED: (model, version, reason) => `Error while attempting to reserve resources to load ${servable(model, version)}: ${reason}`,
  SRV_DEADLINE_EXCEEDED: () => 'Timed out waiting for notification',
};

/**
 * What TensorFlow Serving would say: its own words where it has an error of that kind, else the error's message. At most
 * 1024 bytes of UTF-8 and then `...TRUNCATED`, as it cuts.
 */
export function tensorflowTextOf(error: ServingError): string {
  return truncateText(wholeTextOf(error));
}

/** The same at its full length, which its REST API sends. */
export function wholeTextOf(error: ServingError): string {
  const text = Object.hasOwn(TEXTS, error.code) ? TEXTS[error.code] : undefined;
  return text === undefined ? error.message : text(...error.args.map(String));
}

/** Cuts a text as TensorFlow Serving does: at most 1024 bytes of UTF-8, then `...TRUNCATED`; never inside a character. */
export function truncateText(text: string): string {
  // UTF-8 takes at most three bytes for each UTF-16 unit: most texts need no counting.
  if (text.length * 3 <= MAX_TEXT_BYTES || Buffer.byteLength(text) <= MAX_TEXT_BYTES) return text;
  const bytes = Buffer.from(text);
  let end = MAX_TEXT_BYTES;
  // Never cut inside a character: continuation bytes start with the bits 10.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end) + CUT_MARK;
}
