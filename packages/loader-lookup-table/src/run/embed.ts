import type { MissingVector } from './missing-vector.ts';
import { createSignature, keysOf, type Operation } from './operation.ts';
import type { RowFinder } from './row-finder.ts';
import type { TableView } from './table-view.ts';

/** Numbers that one step copies, at most. */
const NUMBERS_PER_STEP = 32768;

/** `embed`: keys to vectors, `[n, dim]`. */
export function embedOperation(view: TableView, finder: RowFinder, missing: MissingVector): Operation {
  const { keys, embedding } = view.table;
  const name = embedding?.name ?? 'embedding';
  const { dim } = view;
  const step = stepOf(dim);
  return {
    signature: createSignature({
      inputs: { keys: { dtype: keys.dtype, shape: [-1] } },
      outputs: { [name]: { dtype: 'FP32', shape: [-1, dim] } },
      batching: finder.refusesKeys || missing.refusesKeys ? 'none' : 'rows',
    }),
    run(inputs, { signal }) {
      const wanted = keysOf(inputs, 'keys', keys.dtype);
      const total = wanted.data.length;
      const vectors = new Float32Array(total * dim);
      const work = (from: number, to: number): void => {
        const rows = finder.find(wanted, from, to);
        for (let at = 0; at < rows.length; at += 1) {
          const row = rows[at] ?? -1;
          if (row < 0) missing.write(wanted, from + at, vectors, (from + at) * dim);
          else view.readVector(row, vectors, (from + at) * dim);
        }
      };
      const answer = (): Map<string, { dtype: 'FP32'; shape: number[]; data: Float32Array }> => new Map([[name, { dtype: 'FP32', shape: [total, dim], data: vectors }]]);
      const later = view.turns.run({ total, step, work, signal });
      return later === undefined ? answer() : later.then(answer);
    },
  };
}

/** Vectors in one step. */
export function stepOf(dim: number): number {
  return Math.min(512, Math.max(1, Math.floor(NUMBERS_PER_STEP / Math.max(dim, 1))));
}
