import { servableError } from './errors.ts';

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A model's name: any text but the empty one. Made only by {@link parseModelName}. It is a key, never a path. */
export type ModelName = Brand<string, 'ModelName'>;

/** A version number: int64 on every wire, so `bigint`. Print it with `String`: JSON cannot hold it. */
export type Version = Brand<bigint, 'Version'>;

/** One version of one model. */
export interface ServableId {
  readonly name: ModelName;
  readonly version: Version;
}

/** What a request asks for; exactly one way to name a version. */
export type ServableRequest =
  | { readonly kind: 'latest' | 'earliest'; readonly name: ModelName }
  | { readonly kind: 'version'; readonly name: ModelName; readonly version: Version }
  | { readonly kind: 'label'; readonly name: ModelName; readonly label: string };

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** @throws ServingError `SRV_MODEL_NAME_EMPTY` */
export function parseModelName(text: string): ModelName {
  if (text === '') throw servableError('SRV_MODEL_NAME_EMPTY', []);
  return text as ModelName;
}

/**
 * Reads a version from decimal text, a safe integer or a bigint; surrounding spaces, a sign and leading zeros are fine.
 *
 * @throws ServingError `SRV_VERSION_INVALID` when it is not an int64
 */
export function parseVersion(value: string | number | bigint): Version {
  const version = toBigInt(value);
  if (version === undefined || version < MIN_INT64 || version > MAX_INT64) {
    throw servableError('SRV_VERSION_INVALID', [String(value)]);
  }
  return version as Version;
}

function toBigInt(value: string | number | bigint): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  const match = /^\s*([+-]?)(\d{1,40})\s*$/.exec(value);
  if (match?.[2] === undefined) return undefined;
  return match[1] === '-' ? -BigInt(match[2]) : BigInt(match[2]);
}

/** `name/version`, for messages and logs. */
export function formatServableId(id: ServableId): string {
  return `${id.name}/${id.version}`;
}
