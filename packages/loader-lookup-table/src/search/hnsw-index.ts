import { availableParallelism } from 'node:os';
import type { default as Usearch, Index } from 'usearch';
import type { LayeredTable } from '../storage/layers.ts';
import { visibleRows } from '../storage/layers.ts';
import { type Matrix, MatrixRows } from '../storage/matrix.ts';
import type { Metric } from '../table-manifest.ts';
import type { SearchAnswer, SearchRequest } from './matrix-search.ts';
import { TopK } from './top-k.ts';

/** Neighbours that a row is linked to, and how many rows building and searching look at. */
const CONNECTIVITY = 16;
const EXPANSION_ADD = 128;
const EXPANSION_SEARCH = 128;
/** Rows that go into the index in one call, after which the thread can be ended. */
const ROWS_PER_CALL = 2048;
const METRICS = { dot: 'IP', cosine: 'Cos', l2: 'L2sq' } as const satisfies Record<Metric, string>;

interface IndexedLayer {
  readonly matrix: Matrix;
  readonly rows: MatrixRows;
  readonly firstRow: number;
}

/** Vectors of the index: those of 32 bits as they are, others of 16. */
function quantizationOf(matrix: Matrix | undefined): 'F32' | 'F16' {
  return matrix?.dtype === 'FP32' ? 'F32' : 'F16';
}

/** How an index over these rows is built. */
export function indexParameters({ base }: LayeredTable, metric: Metric): object {
  const matrix = base.embedding?.matrix;
  return { metric, quantization: quantizationOf(matrix), dim: matrix?.dim ?? 0, connectivity: CONNECTIVITY, expansionAdd: EXPANSION_ADD, expansionSearch: EXPANSION_SEARCH };
}

/**
 * A graph over all rows of a table (HNSW), which finds most of the nearest ones by looking at few. It keeps vectors of its own; what it finds
 * is scored again by the table's, so that scores are those of an exact search. Rows with NaN or infinities are not in it.
 */
export class HnswIndex {
  readonly #table: LayeredTable;
  readonly #layers: readonly IndexedLayer[];
  readonly #index: Index;
  readonly #metric: Metric;

  /** An empty one: to be built, or loaded. */
  constructor(usearch: typeof Usearch, table: LayeredTable, metric: Metric) {
    const { base, delta } = table;
    this.#table = table;
    this.#metric = metric;
    this.#layers = [
      { table: base, firstRow: 0 },
      ...(delta === undefined ? [] : [{ table: delta.table, firstRow: base.rows }]),
    ].flatMap(({ table: { embedding }, firstRow }) => {
      const matrix = embedding?.matrix;
      return matrix === undefined ? [] : [{ matrix, rows: new MatrixRows(matrix), firstRow }];
    });
    const [first] = this.#layers;
    this.#index = new usearch.Index({
      dimensions: first?.matrix.dim ?? 0,
      metric: usearch.MetricKind[METRICS[metric]],
      quantization: usearch.ScalarKind[quantizationOf(first?.matrix)],
      connectivity: CONNECTIVITY,
      expansion_add: EXPANSION_ADD,
      expansion_search: EXPANSION_SEARCH,
      multi: false,
    });
  }

  /** Puts all rows into it. */
  build(): void {
    const { base, delta } = this.#table;
    this.#add(visibleRows(this.#table));
    if (delta !== undefined) this.#add(Int32Array.from({ length: delta.table.rows }, (_, row) => base.rows + row));
  }

  /** Reads what `save` has written for the same rows and parameters. */
  load(path: string): void {
    this.#index.load(path);
  }

  save(path: string): void {
    this.#index.save(path);
  }

  #add(rows: Int32Array): void {
    const dim = this.#index.dimensions();
    // The other half of the cores goes on serving.
    const threads = Math.max(1, Math.floor(availableParallelism() / 2));
    const vectors = new Float32Array(ROWS_PER_CALL * dim);
    for (let from = 0; from < rows.length; from += ROWS_PER_CALL) {
      const keys: bigint[] = [];
      for (const row of rows.subarray(from, from + ROWS_PER_CALL)) {
        const at = keys.length * dim;
        this.#read(row, vectors, at);
        if (vectors.subarray(at, at + dim).every((value) => Number.isFinite(value))) keys.push(BigInt(row));
      }
      if (keys.length > 0) this.#index.add(BigUint64Array.from(keys), vectors.subarray(0, keys.length * dim), threads);
    }
  }

  search({ queries, k }: SearchRequest): SearchAnswer {
    const dim = this.#index.dimensions();
    const count = dim === 0 ? 0 : queries.length / dim;
    const answer = { rows: new Int32Array(count * k), scores: new Float32Array(count * k) };
    for (let query = 0; query < count; query += 1) {
      const vector = queries.slice(query * dim, (query + 1) * dim);
      const best = new TopK(k);
      // By row, as an exact search meets them: rows of equal scores come in the same order.
      for (const row of Int32Array.from(this.#index.search(vector, k, 1).keys, Number).sort()) best.add(row, this.#score(vector, row));
      answer.rows.set(best.rows, query * k);
      answer.scores.set(this.#metric === 'l2' ? best.scores.map((score) => Math.abs(score)) : best.scores, query * k);
    }
    return answer;
  }

  /** Larger is better: distances are negative. */
  #score(query: Float32Array, row: number): number {
    const vector = new Float32Array(query.length);
    this.#read(row, vector, 0);
    let dot = 0;
    let distance = 0;
    let [querySquares, rowSquares] = [0, 0];
    for (let at = 0; at < query.length; at += 1) {
      const [left, right] = [query[at] ?? 0, vector[at] ?? 0];
      dot += left * right;
      distance += (left - right) ** 2;
      querySquares += left * left;
      rowSquares += right * right;
    }
    if (this.#metric === 'dot') return dot;
    if (this.#metric === 'l2') return -distance;
    return querySquares * rowSquares === 0 ? 0 : dot / Math.sqrt(querySquares * rowSquares);
  }

  #read(row: number, out: Float32Array, at: number): void {
    const layer = this.#layers.findLast(({ firstRow }) => row >= firstRow);
    layer?.rows.read(row - layer.firstRow, out, at);
  }
}
