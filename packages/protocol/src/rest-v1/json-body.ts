import type { Compat, RestOptions } from './compat.ts';
import { restError } from './errors.ts';
import { findMember } from './json-lookup.ts';
import { type JsonOptions, parseJson, parseJsonInSlices } from './json-parser.ts';
import { stringText } from './json-string.ts';
import type { JsonTape } from './json-tape.ts';
import { valueText } from './json-text.ts';
import type { SliceOptions } from '../slices.ts';

/** How deep a body may be nested when the options do not say; `strict` has no limit. */
const DEFAULT_MAX_DEPTH = 64;

const SIGNATURE_NAME = new TextEncoder().encode('signature_name');

/** Options of reading a request's body. */
export interface ReadOptions extends RestOptions {
  /** How deep arrays and objects may be nested. Default 64, in `strict` mode unlimited. */
  readonly maxDepth?: number;
}

/** A body that is parsed, but not yet read by the dtypes of a signature. Its strings are views of the request's bytes. */
export interface JsonBody {
  /** As the client wrote it; empty means the default signature. */
  readonly signatureName: string;
  readonly tape: JsonTape;
}

/** What the bodies of all requests have in common: an object, with a text as `signature_name` if it has one. */
export function parseBody(bytes: Uint8Array, options: ReadOptions): JsonBody {
  return openBody(parseJson(bytes, jsonOptions(options)), options.compat ?? 'default');
}

/** {@link parseBody} for large bodies. */
export async function parseBodyInSlices(bytes: Uint8Array, options: ReadOptions & SliceOptions): Promise<JsonBody> {
  const tape = await parseJsonInSlices(bytes, { ...options, ...jsonOptions(options) });
  return openBody(tape, options.compat ?? 'default');
}

function jsonOptions(options: ReadOptions): JsonOptions {
  return { maxDepth: options.maxDepth ?? (options.compat === 'strict' ? Infinity : DEFAULT_MAX_DEPTH) };
}

function openBody(tape: JsonTape, compat: Compat): JsonBody {
  if (!tape.isObject(0)) throw restError('SRV_REST_V1_NOT_OBJECT', [valueText(tape, 0, compat)]);
  const name = findMember(tape, 0, SIGNATURE_NAME);
  if (name < 0) return { signatureName: '', tape };
  if (!tape.isString(name)) throw restError('SRV_REST_V1_SIGNATURE_NAME_TYPE', [valueText(tape, 0, compat)]);
  return { signatureName: stringText(tape, name), tape };
}
