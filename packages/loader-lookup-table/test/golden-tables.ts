import { readFileSync } from 'node:fs';

export interface Neighbour {
  readonly row: number;
  readonly key: string;
  readonly score: number;
}

export interface TableGoldens {
  readonly files: Readonly<Record<string, { readonly shape?: readonly number[]; readonly dtype?: string; readonly values?: readonly unknown[] }>>;
  readonly lookup: { readonly columns: readonly string[]; readonly rows: readonly (readonly [string, string, number, number | string, boolean])[]; readonly missing_keys: readonly string[] };
  readonly many_types: { readonly files: readonly string[]; readonly rows: number; readonly sample: readonly Readonly<Record<string, unknown>>[] };
  readonly embeddings: {
    readonly rows: number;
    readonly dim: number;
    readonly vectors: Readonly<Record<string, readonly number[]>>;
    readonly row_of_key: Readonly<Record<string, number>>;
    readonly ids: Readonly<Record<string, number>>;
    readonly missing_keys: readonly string[];
    readonly mean_of_rows_0_7_8: readonly number[];
    readonly half_row_0: readonly number[];
    readonly int8_row_0: readonly number[];
    readonly nearest: readonly { readonly query: readonly number[]; readonly dot: readonly Neighbour[]; readonly cosine: readonly Neighbour[]; readonly l2_squared: readonly Neighbour[] }[];
  };
  readonly broken: Readonly<Record<string, string>>;
  readonly big_table: { readonly top10_by_dot_with_row_123456: readonly { readonly row: number; readonly score: number }[] };
}

/** What NumPy and pyarrow say of the tables. */
export function readTableGoldens(): TableGoldens {
  return JSON.parse(readFileSync(new URL('../../../fixtures/goldens/tables.json', import.meta.url), 'utf8'));
}
