import { BLOCK_ROWS, chunkRows, type Matrix, rowBytes, scratchBytes } from '../storage/matrix.ts';
import type { Metric } from '../table-manifest.ts';
import { createKernels, type Kernel } from './kernel.ts';
import { TopK } from './top-k.ts';

/** Some queries of one request. */
export interface SearchRequest {
  /** `dim` numbers each. */
  readonly queries: Float32Array;
  readonly k: number;
  readonly metric: Metric;
}

/** `k` rows and scores for each query, best first; row -1 where there are fewer rows. Distances are squared. */
export interface SearchAnswer {
  readonly rows: Int32Array;
  readonly scores: Float32Array;
}

interface Query {
  readonly vector: Float32Array;
  readonly metric: Metric;
  /** What a score is multiplied by: 1 / length of the query for cosine; -1 for distances, so that larger is better. */
  readonly factor: number;
  readonly best: TopK;
}

/** Compares queries with every row of a matrix. Of one thread: it computes in a place of its own in the matrix's memory. */
export class MatrixSearch {
  readonly #matrix: Matrix;
  readonly #kernels: readonly Kernel[];
  readonly #hidden: Uint8Array | undefined;
  readonly #slot: number;

  /**
   * @param slot - which of `MAX_SEARCH_THREADS` places this one computes in
   * @param hidden - a bit a row: 1 for rows to pass over
   */
  constructor(matrix: Matrix, slot: number, hidden?: Uint8Array) {
    this.#matrix = matrix;
    this.#kernels = createKernels(matrix.chunks);
    this.#hidden = hidden;
    this.#slot = slot;
  }

  /** Answers all requests in one pass over the rows: each block is read from memory once for all queries. */
  search(requests: readonly SearchRequest[]): readonly SearchAnswer[] {
    const queries = requests.map((request) => this.#queriesOf(request));
    const all = queries.flat();
    for (let chunk = 0; chunk < this.#matrix.chunks.length; chunk += 1) this.#searchChunk(chunk, all);
    return requests.map(({ k }, at) => answerOf(queries[at] ?? [], k));
  }

  #queriesOf({ queries, k, metric }: SearchRequest): Query[] {
    const { dim } = this.#matrix;
    const made: Query[] = [];
    for (let from = 0; from < queries.length; from += dim) {
      const vector = queries.subarray(from, from + dim);
      made.push({ vector, metric, factor: metric === 'l2' ? -1 : metric === 'cosine' ? inverseLength(vector) : 1, best: new TopK(k) });
    }
    return made;
  }

  #searchChunk(chunk: number, queries: readonly Query[]): void {
    const { stride, scales, rowsPerChunk } = this.#matrix;
    const memory = this.#matrix.chunks[chunk];
    const kernel = this.#kernels[chunk];
    if (memory === undefined || kernel === undefined) return;
    const rows = chunkRows(this.#matrix, chunk);
    const queryAt = rows * rowBytes(this.#matrix) + this.#slot * scratchBytes(stride);
    const outAt = queryAt + stride * 4;
    const scalesAt = outAt + BLOCK_ROWS * 4;
    const [query, out, blockScales] = [[queryAt, stride], [outAt, BLOCK_ROWS], [scalesAt, BLOCK_ROWS]].map(
      ([at, length]) => new Float32Array(memory.buffer, at, length),
    ) as [Float32Array, Float32Array, Float32Array];
    const firstRow = chunk * rowsPerChunk;
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows - from);
      if (scales !== undefined) blockScales.set(scales.subarray(firstRow + from, firstRow + from + count));
      for (const each of queries) {
        query.set(each.vector);
        const name = each.metric === 'l2' ? 'l2' : 'dot';
        kernel[`${name}${this.#matrix.dtype}`](from * rowBytes(this.#matrix), count, stride, queryAt, outAt, scalesAt);
        this.#finishScores(each, out, { first: firstRow + from, count });
        this.#keepBest(each, out, { first: firstRow + from, count });
      }
    }
  }

  /** What the kernel leaves out: the factor of the query, norms for cosine, scales of int8. */
  #finishScores({ metric, factor }: Query, out: Float32Array, { first, count }: Block): void {
    const { inverseNorms, scales, dtype } = this.#matrix;
    const perRow = metric === 'cosine' ? inverseNorms : metric === 'dot' && dtype === 'INT8' ? scales : undefined;
    if (perRow !== undefined) for (let at = 0; at < count; at += 1) out[at] = (out[at] ?? 0) * (perRow[first + at] ?? 0) * factor;
    else if (factor !== 1) for (let at = 0; at < count; at += 1) out[at] = (out[at] ?? 0) * factor;
  }

  #keepBest({ best }: Query, out: Float32Array, { first, count }: Block): void {
    const hidden = this.#hidden;
    let { threshold } = best;
    for (let at = 0; at < count; at += 1) {
      const score = out[at] ?? Number.NaN;
      // Also false for NaN, which is no neighbour.
      if (!(score > threshold) && !(threshold === -Infinity && score === -Infinity)) continue;
      const row = first + at;
      if (hidden !== undefined && ((hidden[row >> 3] ?? 0) >> (row & 7)) & 1) continue;
      best.add(row, score);
      ({ threshold } = best);
    }
  }
}

interface Block {
  readonly first: number;
  readonly count: number;
}

function inverseLength(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum === 0 ? 0 : 1 / Math.sqrt(sum);
}

function answerOf(queries: readonly Query[], k: number): SearchAnswer {
  const answer = { rows: new Int32Array(queries.length * k), scores: new Float32Array(queries.length * k) };
  for (const [at, { best, metric }] of queries.entries()) {
    answer.rows.set(best.rows, at * k);
    answer.scores.set(metric === 'l2' ? best.scores.map((score) => Math.abs(score)) : best.scores, at * k);
  }
  return answer;
}
