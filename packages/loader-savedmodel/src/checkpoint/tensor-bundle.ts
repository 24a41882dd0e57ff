import { readFile } from 'node:fs/promises';
import { allocateData, bytesPerElement, createTensor, type DType, elementCount, messageOf, type NumericData, type Tensor } from '@servable/core';
import { DamagedBytes } from '../bytes/byte-reader.ts';
import { savedModelError } from '../errors.ts';
import { isMissing } from '../file-errors.ts';
import type { BundleEntry, BundlePart } from './bundle-entry.ts';
import { checksumError } from './checksum-error.ts';
import { readBundleIndex } from './read-bundle-index.ts';
import { ShardFiles } from './shard-files.ts';
import { alternatingBuffers, CHUNK_BYTES, streamPart } from './stream-part.ts';
import { readStringTensor } from './string-tensor.ts';
import { intersect, isInside, regionText, sameRegion, sharedRuns, type TensorRegion, wholeRegion } from './tensor-region.ts';

/** Options of {@link TensorBundle}'s readers. */
export interface ReadTensorOptions {
  /** Only this part of the tensor. Default: all of it. */
  readonly region?: TensorRegion;
  readonly signal?: AbortSignal;
}

/** Bytes of a tensor, and where in its row-major data they are. */
export interface TensorChunk {
  readonly byteOffset: number;
  /** Valid until the next chunk is asked for. */
  readonly bytes: Uint8Array;
}

/** A tensor whose values are numbers of a type that can be held. */
type NumericEntry = BundleEntry & { readonly dtype: Exclude<DType, 'BYTES'> };

/**
 * A checkpoint: `variables.index` and its data files. The index is read when it is opened; a tensor's bytes are read when it
 * is asked for, and only those, straight into the tensor's own memory, so that a model needs its variables' size once. Every
 * read is checked against the checksum that was written with the values.
 *
 * What is returned is the caller's. Reads may go on at the same time. `close()` closes the data files.
 */
export class TensorBundle {
  /** The path without `.index`, such as `/models/a/1/variables/variables`. */
  readonly prefix: string;
  /** In the order of their keys; a partitioned tensor is one entry. */
  readonly entries: readonly BundleEntry[];
  readonly #byKey: ReadonlyMap<string, BundleEntry>;
  readonly #files: ShardFiles;

  private constructor(prefix: string, entries: readonly BundleEntry[], files: ShardFiles) {
    this.prefix = prefix;
    this.entries = entries;
    this.#byKey = new Map(entries.map((entry) => [entry.key, entry]));
    this.#files = files;
  }

  /**
   * Opens a checkpoint. `undefined` when there is no index: a model without variables has none.
   *
   * @throws ServingError `SRV_CHECKPOINT_INDEX_DAMAGED`, `SRV_CHECKPOINT_UNSUPPORTED`, `SRV_CHECKPOINT_ENTRY_INVALID`,
   * `SRV_CHECKPOINT_SHARD_MISSING`, `SRV_CHECKPOINT_SHARD_TRUNCATED`, `SRV_SAVEDMODEL_UNREADABLE`
   */
  static async open(prefix: string, signal?: AbortSignal): Promise<TensorBundle | undefined> {
    const path = `${prefix}.index`;
    const index = await readIndexFile(path, signal);
    if (index === undefined) return undefined;
    const { shards, entries } = readBundleIndex(path, index);
    const files = new ShardFiles(prefix, shards);
    await files.check(entries);
    signal?.throwIfAborted();
    return new TensorBundle(prefix, entries, files);
  }

  /** The entry of a key, if there is one. */
  find(key: string): BundleEntry | undefined {
    return this.#byKey.get(key);
  }

  /** @throws ServingError `SRV_CHECKPOINT_KEY_NOT_FOUND` */
  entry(key: string): BundleEntry {
    const entry = this.#byKey.get(key);
    if (entry === undefined) throw savedModelError('SRV_CHECKPOINT_KEY_NOT_FOUND', [this.prefix, key]);
    return entry;
  }

  /** The entries whose keys begin so. */
  entriesWithPrefix(prefix: string): readonly BundleEntry[] {
    return this.entries.filter(({ key }) => key.startsWith(prefix));
  }

  /**
   * Reads a tensor, or a part of it. Strings are views of one buffer.
   *
   * @throws ServingError `SRV_CHECKPOINT_KEY_NOT_FOUND`, `SRV_CHECKPOINT_UNSUPPORTED` for a type that cannot be held,
   * `SRV_CHECKPOINT_TARGET_INVALID` for a region outside of the tensor, `SRV_CHECKPOINT_CHECKSUM`,
   * `SRV_CHECKPOINT_ENTRY_INVALID`; the signal's reason
   */
  async readTensor(key: string, options: ReadTensorOptions = {}): Promise<Tensor> {
    const entry = this.entry(key);
    if (entry.dtype === 'BYTES') return this.#readStrings(entry, options);
    const numeric = this.#numeric(entry);
    const region = regionOf(entry, options);
    const elements = elementCount(region.lengths);
    const data = this.#allocate(key, elements * bytesPerElement(numeric.dtype), () => allocateData(numeric.dtype, elements) as NumericData);
    await this.#fill(numeric, region, { target: bytesOf(data), signal: options.signal });
    return createTensor(numeric.dtype, [...region.lengths], data);
  }

  /**
   * Reads a numeric tensor, or a part of it, into memory of the caller, row by row; it may be shared memory. When it fails, what the memory holds is
   * not defined.
   *
   * @throws ServingError as {@link readTensor}; `SRV_CHECKPOINT_TARGET_INVALID` when `target` has not the size of the values
   */
  async readInto(key: string, target: Exclude<NodeJS.ArrayBufferView, DataView>, options: ReadTensorOptions = {}): Promise<void> {
    const entry = this.#numeric(this.entry(key));
    const region = regionOf(entry, options);
    const needed = elementCount(region.lengths) * bytesPerElement(entry.dtype);
    if (target.byteLength !== needed) throw savedModelError('SRV_CHECKPOINT_TARGET_INVALID', [key, `it takes ${needed} bytes, the memory has ${target.byteLength}`]);
    await this.#fill(entry, region, { target: bytesOf(target), signal: options.signal });
  }

  /**
   * Reads a numeric tensor in chunks of at most 1 MiB, of which two are in memory at a time. The chunks of a partitioned
   * tensor do not come in the order of the tensor's data, and are as short as its parts' rows. A wrong checksum is thrown
   * after the last chunk of a part.
   *
   * @throws ServingError as {@link readTensor}
   */
  async *readChunks(key: string, signal?: AbortSignal): AsyncGenerator<TensorChunk> {
    const entry = this.#numeric(this.entry(key));
    const region = wholeRegion(entry.shape);
    for (const part of entry.parts) yield* this.#chunksOf(entry, part, { region, signal });
  }

  /** Closes the data files; what is being read fails. Closing twice is closing once. */
  close(): Promise<void> {
    return this.#files.close();
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #fill(entry: NumericEntry, region: TensorRegion, { target, signal }: { readonly target: Uint8Array; readonly signal: AbortSignal | undefined }): Promise<void> {
    for (const part of entry.parts) {
      if (sameRegion(part.region, region)) await this.#fillStraight(entry, part, { target, signal });
      else for await (const { byteOffset, bytes } of this.#chunksOf(entry, part, { region, signal })) target.set(bytes, byteOffset);
    }
  }

  /** Where the part is what was asked for, its bytes need no way through other memory. */
  async #fillStraight({ key }: NumericEntry, part: BundlePart, { target, signal }: { readonly target: Uint8Array; readonly signal: AbortSignal | undefined }): Promise<void> {
    const bufferFor = (position: number, length: number): Uint8Array => target.subarray(position, position + length);
    const chunks = streamPart(part, { files: this.#files, key, chunkBytes: CHUNK_BYTES, signal, bufferFor });
    while ((await chunks.next()).done !== true);
  }

  /** What a part has of a region, in pieces that lie side by side there. */
  async *#chunksOf(
    { key, dtype }: NumericEntry,
    part: BundlePart,
    { region, signal }: { readonly region: TensorRegion; readonly signal: AbortSignal | undefined },
  ): AsyncGenerator<TensorChunk> {
    if (intersect(part.region, region) === undefined) return;
    const scale = bytesPerElement(dtype);
    const runs = sharedRuns(part.region, region);
    let run = runs.next();
    const stream = streamPart(part, { files: this.#files, key, chunkBytes: CHUNK_BYTES, signal, bufferFor: alternatingBuffers(CHUNK_BYTES) });
    for await (const { position, bytes } of stream) {
      const end = position + bytes.length;
      while (run.done !== true && run.value.source * scale < end) {
        const runStart = run.value.source * scale;
        const runEnd = runStart + run.value.length * scale;
        const from = Math.max(runStart, position);
        yield { byteOffset: run.value.target * scale + from - runStart, bytes: bytes.subarray(from - position, Math.min(runEnd, end) - position) };
        if (runEnd > end) break;
        run = runs.next();
      }
    }
  }

  async #readStrings(entry: BundleEntry, { region, signal }: ReadTensorOptions): Promise<Tensor> {
    const { key, shape, parts } = entry;
    const [part, another] = parts;
    const isWhole = region === undefined || sameRegion(region, wholeRegion(shape));
    if (part === undefined || another !== undefined || !isWhole) throw savedModelError('SRV_CHECKPOINT_UNSUPPORTED', [this.prefix, key, 'it is a part of a string tensor']);
    const bytes = this.#allocate(key, part.byteLength, () => new Uint8Array(part.byteLength));
    await this.#files.fill(key, part, 0, bytes);
    signal?.throwIfAborted();
    return createTensor('BYTES', shape, this.#stringsOf(entry, part, bytes));
  }

  #stringsOf({ key, shape }: BundleEntry, part: BundlePart, bytes: Uint8Array): readonly Uint8Array[] {
    const path = this.#files.pathOf(part.shard);
    try {
      const { strings, checksum } = readStringTensor(bytes, elementCount(shape));
      if (checksum === part.checksum) return strings;
      throw checksumError(path, key, { part, calculated: checksum });
    } catch (error) {
      if (!(error instanceof DamagedBytes)) throw error;
      throw savedModelError('SRV_CHECKPOINT_ENTRY_INVALID', [path, key, `${error.message} (at ${part.offset + error.offset})`], { cause: error });
    }
  }

  /** Never more than the data files have: {@link TensorBundle.open} has compared. */
  #allocate<T>(key: string, bytes: number, allocate: () => T): T {
    try {
      return allocate();
    } catch (error) {
      throw savedModelError('SRV_CHECKPOINT_TOO_LARGE', [this.prefix, key, bytes], { cause: error });
    }
  }

  #numeric(entry: BundleEntry): NumericEntry {
    const { key, dtype, typeName } = entry;
    if (dtype === undefined) throw savedModelError('SRV_CHECKPOINT_UNSUPPORTED', [this.prefix, key, `${typeName} holds no plain values. Serve the model with engine 'tensorflow'`]);
    if (dtype === 'BYTES') throw savedModelError('SRV_CHECKPOINT_TARGET_INVALID', [key, 'it holds strings: use readTensor']);
    return { ...entry, dtype };
  }
}

async function readIndexFile(path: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (isMissing(error)) return undefined;
    throw savedModelError('SRV_SAVEDMODEL_UNREADABLE', [path, messageOf(error)], { cause: error });
  }
}

function regionOf({ key, shape }: BundleEntry, { region }: ReadTensorOptions): TensorRegion {
  if (region === undefined) return wholeRegion(shape);
  if (!isInside(region, shape)) throw savedModelError('SRV_CHECKPOINT_TARGET_INVALID', [key, `${regionText(region)} is not inside its shape [${shape}]`]);
  return region;
}

function bytesOf(data: Exclude<NodeJS.ArrayBufferView, DataView>): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
