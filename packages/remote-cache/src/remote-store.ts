/** Where one model is: a bucket (or a server, or an index), and the part of its names before the version. */
export interface RemoteLocation {
  readonly container: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
}

/** What a file's bytes must sum up to. */
export interface Checksum {
  readonly algorithm: 'crc32c' | 'md5' | 'sha256';
  /** In lower case. */
  readonly hex: string;
}

/** One file of a store. */
export interface RemoteObject {
  /** Its whole name in the container, parts separated by `/`. One that ends with `/` stands for a folder. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Changes whenever the bytes do: a generation, an ETag. The same name, size and revision is the same content. */
  readonly revision: string;
  /** The bytes that came are held to it. Without one, only their number is. */
  readonly checksum?: Checksum;
  /** When it was written, in milliseconds since 1970, by the store's clock. */
  readonly updatedMs?: number;
  /** `false`: it can only be read from its first byte to its last. Default: true. */
  readonly hasRanges?: boolean;
  /** It is unpacked, and what is in it stands in its place. */
  readonly archive?: 'tar.gz';
  /** What `read` needs to find it, besides its name. */
  readonly locator?: string;
}

/** Bytes from `start` up to, and without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** One read of a range. */
export interface ReadRequest {
  readonly container: string;
  readonly object: RemoteObject;
  readonly range: ByteRange;
  /** Aborted when the bytes are no longer wanted, or have not come for too long. */
  readonly signal: AbortSignal;
}

/**
 * What the author of a source for remote files writes; all else is here.
 *
 * A fault is thrown as it comes, and the request is tried again. A `ServingError` says more by its status: `NOT_FOUND`,
 * `PERMISSION_DENIED`, `UNAUTHENTICATED`, `INVALID_ARGUMENT`, `FAILED_PRECONDITION`, `ABORTED` and `DATA_LOSS` are not tried again
 * before the next look. A number `retryAfterMs` on an error (see `parseRetryAfter`) puts the next try off by that time, within limits. Its message is what the model's status shows, so it names what was asked and the cure.
 */
export interface RemoteStore {
  /** Where a configured path leads. Throws when it makes no sense. Default: `scheme://container/prefix`. */
  locate?(path: string): RemoteLocation;
  /**
   * Yields every file below a location, in any order: one array for each request it makes, also an empty one. Yielding
   * nothing at all, or empty arrays only, means that there is nothing: the model's base path is missing.
   */
  list(location: RemoteLocation, signal: AbortSignal): AsyncIterable<readonly RemoteObject[]>;
  /**
   * Yields the bytes of a range, in pieces of any length, of exactly that revision; throws when it has been replaced. The
   * pieces are written before the next is asked for, so they may share memory.
   */
  read(request: ReadRequest): AsyncIterable<Uint8Array>;
  close?(): Promise<void>;
}
