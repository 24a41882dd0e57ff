import { type FileHandle, open } from 'node:fs/promises';
import { encodeModel, type ExternalPlace, storedBytes } from './encode-model.ts';
import type { GraphToWrite, ModelToWrite, StoredTensor } from './graph-to-write.ts';
import type { Piece } from './message-bytes.ts';
import { bytesOf } from './stored-bytes.ts';
import { WeightFile } from './weight-file.ts';

/** How {@link writeModelFile} lays a model out. */
export interface WriteModelOptions {
  /**
   * Tensors of at least this many bytes go to a file beside the model; `undefined`: all stay in it, unless together they pass what
   * one message may have.
   */
  readonly externalFrom?: number;
  /** Where those go; default: a file of their own, `<path>.data`. The caller closes it. */
  readonly weights?: WeightFile;
  readonly signal?: AbortSignal;
}

/** A protocol buffer message ends at 2 GiB; graphs themselves take far less than what is left. */
const LARGEST_INLINE = 2 ** 31 - 2 ** 28;
/** Small enough to stay in the graph's file in any case: shapes, axes, scalars. */
const SMALLEST_EXTERNAL = 1024;
/**
 * Writes a model, its weights one after the other straight from where they are: at no time are they in memory twice. Weights
 * that do not go into the file go to another beside it.
 *
 * @throws the file system's errors; the signal's reason
 */
export async function writeModelFile(path: string, model: ModelToWrite, options: WriteModelOptions = {}): Promise<void> {
  const { weights = new WeightFile(`${path}.data`), signal } = options;
  try {
    const tensors = tensorsOf(model.graph);
    const from = externalFromOf(tensors, options);
    const external = new Map<StoredTensor, ExternalPlace>();
    for (const tensor of new Set(tensors)) if (storedBytes(tensor) >= from) external.set(tensor, await weights.place(tensor, signal));
    await writePieces(path, encodeModel(model, (tensor) => external.get(tensor)), signal);
  } finally {
    if (options.weights === undefined) await weights.close();
  }
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

async function writing(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'w');
  try {
    await write(file);
  } finally {
    await file.close();
  }
}
