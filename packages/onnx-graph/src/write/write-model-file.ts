import type { NumericData, TensorData } from '@servable/core';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { encodeModel, type PlaceTensor, storedBytes } from './encode-model.ts';
import type { GraphToWrite, ModelToWrite, StoredTensor } from './graph-to-write.ts';
import type { Piece } from './message-bytes.ts';

/** How {@link writeModelFile} lays a model out. */
export interface WriteModelOptions {
  /**
   * Tensors of at least this many bytes go to a file beside the model; `undefined`: all stay in it, unless together they pass what
   * one message may have.
   */
  readonly externalFrom?: number;
  readonly signal?: AbortSignal;
}

/** A protocol buffer message ends at 2 GiB; graphs themselves take far less than what is left. */
const LARGEST_INLINE = 2 ** 31 - 2 ** 28;
/** Small enough to stay in the graph's file in any case: shapes, axes, scalars. */
const SMALLEST_EXTERNAL = 1024;
/** ONNX Runtime maps external data into memory where it begins at a page. */
const PAGE_BYTES = 4096;

/** The name of the file beside the model that has its weights. */
function externalName(path: string): string {
  return `${basename(path)}.data`;
}

/**
 * Writes a model, its weights one after the other straight from where they are: at no time are they in memory twice. Weights
 * that do not go into the file go to `<path>.data`.
 *
 * @throws the file system's errors; the signal's reason
 */
export async function writeModelFile(path: string, model: ModelToWrite, options: WriteModelOptions = {}): Promise<void> {
  const tensors = tensorsOf(model.graph);
  const external = placeTensors(path, tensors, externalFromOf(tensors, options));
  const place: PlaceTensor = (tensor) => external.get(tensor);
  await writePieces(path, encodeModel(model, place), options.signal);
  if (external.size > 0) await writeExternal(`${path}.data`, external, options.signal);
}

function tensorsOf(graph: GraphToWrite): readonly StoredTensor[] {
  const nested = graph.nodes.flatMap(({ attributes }) =>
    Object.values(attributes).flatMap((value) => (typeof value === 'object' && 'graph' in value ? tensorsOf(value.graph) : [])),
  );
  return [...graph.initializers.values(), ...nested];
}

function externalFromOf(tensors: readonly StoredTensor[], { externalFrom }: WriteModelOptions): number {
  if (externalFrom !== undefined) return Math.max(externalFrom, SMALLEST_EXTERNAL);
  const total = tensors.reduce((sum, tensor) => sum + storedBytes(tensor), 0);
  return total > LARGEST_INLINE ? SMALLEST_EXTERNAL : Number.POSITIVE_INFINITY;
}

interface Place {
  readonly location: string;
  readonly offset: number;
}

function placeTensors(path: string, tensors: readonly StoredTensor[], from: number): ReadonlyMap<StoredTensor, Place> {
  const places = new Map<StoredTensor, Place>();
  let offset = 0;
  for (const tensor of new Set(tensors)) {
    const bytes = storedBytes(tensor);
    if (bytes < from) continue;
    places.set(tensor, { location: externalName(path), offset });
    offset = Math.ceil((offset + bytes) / PAGE_BYTES) * PAGE_BYTES;
  }
  return places;
}

async function writePieces(path: string, pieces: readonly Piece<StoredTensor>[], signal: AbortSignal | undefined): Promise<void> {
  await writing(path, async (file) => {
    let small: Uint8Array[] = [];
    const flush = async (): Promise<void> => {
      if (small.length > 0) await file.writev(small);
      small = [];
    };
    for (const piece of pieces) {
      signal?.throwIfAborted();
      small.push('later' in piece ? bytesOf(piece.later) : piece);
      if (small.length >= 512 || piece.byteLength >= 65_536) await flush();
    }
    await flush();
  });
}

async function writeExternal(path: string, places: ReadonlyMap<StoredTensor, Place>, signal: AbortSignal | undefined): Promise<void> {
  await writing(path, async (file) => {
    for (const [tensor, { offset }] of places) {
      signal?.throwIfAborted();
      await writeAll(file, bytesOf(tensor), offset);
    }
  });
}

/** One call writes at most 2 GiB. */
async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, written, Math.min(bytes.byteLength - written, 2 ** 30), offset + written);
    written += bytesWritten;
  }
}

async function writing(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'w');
  try {
    await write(file);
  } finally {
    await file.close();
  }
}

function bytesOf(tensor: StoredTensor): Uint8Array {
  const data = tensor.read();
  if (isStrings(data)) throw new Error('strings have no bytes of their own in a model');
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function isStrings(data: TensorData | NumericData): data is readonly Uint8Array[] {
  return Array.isArray(data);
}
