import type { ApproximateSearch } from './build-hnsw.ts';
import type { LayeredTable } from '../storage/layers.ts';
import type { Matrix } from '../storage/matrix.ts';
import { MatrixSearch, type SearchAnswer, type SearchRequest } from './matrix-search.ts';
import { EVENT_LOOP_SLOT, SearchThread } from './search-thread.ts';
import { TopK } from './top-k.ts';

/** Products that take some 150 µs: less than sending them to a thread and back costs others. */
const QUICK_PRODUCTS = 500_000;

interface Layer {
  readonly matrix: Matrix;
  readonly firstRow: number;
  readonly here: MatrixSearch;
  readonly thread: SearchThread;
}

/**
 * Searches all layers of a table: on the event loop what is quick, in the table's search thread what is not. Where there is an index, it
 * answers what it was made for.
 */
export class TableSearch {
  readonly #layers: readonly Layer[];
  readonly #approximate: ApproximateSearch | undefined;

  constructor({ base, delta }: LayeredTable, approximate?: ApproximateSearch) {
    this.#approximate = approximate;
    const layers = [
      { table: base, firstRow: 0, hidden: delta?.hidden },
      ...(delta === undefined ? [] : [{ table: delta.table, firstRow: base.rows, hidden: undefined }]),
    ];
    this.#layers = layers.flatMap(({ table, firstRow, hidden }) => {
      const matrix = table.embedding?.matrix;
      if (matrix === undefined || matrix.rows === 0) return [];
      return [{ matrix, firstRow, here: new MatrixSearch(matrix, EVENT_LOOP_SLOT, hidden), thread: new SearchThread('exact', { matrix, hidden }) }];
    });
  }

  async search(request: SearchRequest, signal: AbortSignal): Promise<SearchAnswer> {
    if (this.#approximate?.metric === request.metric) {
      const answer = await this.#approximate.thread.search(request, signal);
      // A graph can have rows that no path leads to: then it gives fewer than there are.
      if (!answer.rows.includes(-1)) return answer;
    }
    return this.#searchAll(request, signal);
  }

  async #searchAll(request: SearchRequest, signal: AbortSignal): Promise<SearchAnswer> {
    const answers = await Promise.all(this.#layers.map(async (layer) => shifted(await searchLayer(layer, request, signal), layer.firstRow)));
    const [only, ...others] = answers;
    return only !== undefined && others.length === 0 ? only : merge(answers, request);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#layers, ...(this.#approximate === undefined ? [] : [this.#approximate])].map(({ thread }) => thread.close()));
  }
}

function searchLayer({ matrix, here, thread }: Layer, request: SearchRequest, signal: AbortSignal): SearchAnswer | Promise<SearchAnswer> {
  const products = (request.queries.length / Math.max(matrix.dim, 1)) * matrix.rows * matrix.stride;
  if (products > QUICK_PRODUCTS) return thread.search(request, signal);
  const [answer] = here.search([request]);
  return answer ?? { rows: new Int32Array(0), scores: new Float32Array(0) };
}

function shifted({ rows, scores }: SearchAnswer, firstRow: number): SearchAnswer {
  return firstRow === 0 ? { rows, scores } : { rows: rows.map((row) => (row < 0 ? row : row + firstRow)), scores };
}

/** The best of several layers, query by query. */
function merge(answers: readonly SearchAnswer[], { k, metric }: SearchRequest): SearchAnswer {
  const [first] = answers;
  const count = first === undefined || k === 0 ? 0 : first.rows.length / k;
  const merged = { rows: new Int32Array(count * k), scores: new Float32Array(count * k) };
  const sign = metric === 'l2' ? -1 : 1;
  for (let query = 0; query < count; query += 1) {
    const best = new TopK(k);
    for (const { rows, scores } of answers) {
      for (let at = query * k; at < (query + 1) * k; at += 1) if ((rows[at] ?? -1) >= 0) best.add(rows[at] ?? -1, sign * (scores[at] ?? 0));
    }
    merged.rows.set(best.rows, query * k);
    merged.scores.set(best.scores.map((score) => sign * score), query * k);
  }
  return merged;
}
