/** gRPC's status names; `OK` is no error. */
export type Status =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

const MARK = Symbol.for('@servable/core.ServingError');

interface ServingErrorParts {
  readonly code: string;
  readonly status: Status;
  readonly args: readonly unknown[];
  readonly message: string;
  readonly cause?: unknown;
}

/**
 * An error with a stable `code`, a gRPC `status`, and the arguments its message was made of, so that each protocol can
 * word it in its own way. Make one with a function from {@link defineErrors}; tell one with {@link ServingError.is}.
 */
export class ServingError extends Error {
  readonly code: string;
  readonly status: Status;
  readonly args: readonly unknown[];

  constructor(parts: ServingErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'ServingError';
    this.code = parts.code;
    this.status = parts.status;
    this.args = parts.args;
    Object.defineProperty(this, MARK, { value: true });
  }

  /** Whether this is a `ServingError`, also one of another installed copy of this package. */
  static is(error: unknown): error is ServingError {
    return typeof error === 'object' && error !== null && MARK in error;
  }

  /** The error itself when it is a `ServingError`, else an `SRV_INTERNAL` around it. */
  static from(error: unknown): ServingError {
    if (ServingError.is(error)) return error;
    const reason = messageOf(error);
    return new ServingError({
      code: 'SRV_INTERNAL',
      status: 'INTERNAL',
      args: [reason],
      message: `Internal error: ${reason}`,
      cause: error,
    });
  }
}

/** The text of anything that was thrown; never throws itself. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'an object that has no text';
  }
}

/** Makes one error of a table: `makeError('SRV_X', ['a'], { cause })`. */
export type ErrorFactory<Arguments> = <Code extends keyof Arguments & string>(
  code: Code,
  args: Arguments[Code],
  options?: { readonly cause?: unknown },
) => ServingError;

/**
 * Turns a table of codes into a function that makes its errors. Every package that throws has one table, with codes
 * `SRV_<AREA>_<WHAT>`; a plugin of others uses its own prefix instead of `SRV`.
 *
 * @example
 * const tableError = defineErrors<{ ACME_TABLE_EMPTY: [path: string] }>({
 *   ACME_TABLE_EMPTY: { status: 'INVALID_ARGUMENT', message: (path) => `Table '${path}' has no rows` },
 * });
 * throw tableError('ACME_TABLE_EMPTY', ['/data/users.csv']);
 */
export function defineErrors<Arguments extends { [Code in keyof Arguments]: unknown[] }>(table: {
  readonly [Code in keyof Arguments]: { readonly status: Status; message(...args: Arguments[Code]): string };
}): ErrorFactory<Arguments> {
  return (code, args, options) => {
    const entry = table[code];
    return new ServingError({ code, status: entry.status, args, message: entry.message(...args), cause: options?.cause });
  };
}
