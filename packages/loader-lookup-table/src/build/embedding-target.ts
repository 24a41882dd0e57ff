import { tableError } from '../errors.ts';
import { type ColumnValues, type RowBatch, rowError } from '../read/table-source.ts';
import { halfValue } from '../storage/half.ts';
import { allocateMatrix, type Matrix, MatrixRows } from '../storage/matrix.ts';
import { quoted, toNumber } from './convert.ts';
import type { TargetOptions } from './column-target.ts';
import type { Picked } from './key-target.ts';
import type { PlannedEmbedding } from './table-plan.ts';

/** Collects vectors in a matrix. */
export class EmbeddingTarget {
  readonly #plan: PlannedEmbedding;
  readonly #options: TargetOptions;
  readonly #matrix: Matrix;
  readonly #rows: MatrixRows;
  readonly #vector: Float64Array;
  readonly #scales: ArrayLike<number> | undefined;
  #row = 0;

  /** @param scales - one a row of the file: its int8s are kept as they are */
  constructor(plan: PlannedEmbedding, options: TargetOptions, scales?: ArrayLike<number>) {
    this.#plan = plan;
    this.#options = options;
    this.#matrix = allocateMatrix({ dtype: plan.dtype, rows: options.rows, dim: plan.dim });
    this.#rows = new MatrixRows(this.#matrix);
    this.#vector = new Float64Array(plan.dim);
    this.#scales = scales;
  }

  write(batch: RowBatch, columns: readonly ColumnValues[], picked: Picked): void {
    const { from, dim, dtype } = this.#plan;
    const sources = from.map((at) => columns[at]).filter((values) => values !== undefined);
    const [only] = sources;
    for (const index of picked) {
      if (only?.kind === 'numeric' && sources.length === 1 && this.#isRaw(only.dtype)) {
        const scale = this.#scales?.[batch.firstRow + index] ?? 1;
        this.#rows.writeRaw(this.#row, only.data as ArrayLike<number>, index * dim, scale);
        if (dtype === 'FP16' && !this.#options.allowNonFinite) this.#checkRow(batch, index);
      } else {
        this.#readVector(batch, index, sources);
        this.#rows.write(this.#row, this.#vector, 0);
      }
      this.#row += 1;
    }
  }

  /** Halves stay halves; int8s stay int8s, with the file's scales or a scale of 1. */
  #isRaw(dtype: string): boolean {
    return dtype === this.#plan.dtype && dtype !== 'FP32';
  }

  #readVector(batch: RowBatch, index: number, sources: readonly ColumnValues[]): void {
    const { dim } = this.#plan;
    const [only] = sources;
    if (sources.length > 1 || only === undefined) {
      for (const [column, values] of sources.entries()) this.#put(batch, index, column, values.kind === 'numeric' ? numberAt(values, index) : values.values[index]);
      return;
    }
    if (only.kind === 'numeric') {
      for (let column = 0; column < dim; column += 1) this.#put(batch, index, column, numberAt(only, index * dim + column));
      return;
    }
    const value = only.values[index];
    // A single column of numbers is a vector of one.
    const vector = dim === 1 && !Array.isArray(value) && !ArrayBuffer.isView(value) ? [value] : (value as ArrayLike<unknown> | null | undefined);
    if (vector === null || vector === undefined) throw rowError(this.#options.path, batch, index, `'${this.#plan.name}' has no vector`);
    if (vector.length !== dim) throw rowError(this.#options.path, batch, index, `'${this.#plan.name}' has ${vector.length} numbers, others have ${dim}`);
    for (let column = 0; column < dim; column += 1) this.#put(batch, index, column, vector[column]);
  }

  #put(batch: RowBatch, index: number, column: number, value: unknown): void {
    const number = toNumber(value);
    if (number === undefined) throw rowError(this.#options.path, batch, index, `number ${column + 1} of '${this.#plan.name}' is ${quoted(value)}, which is no number`);
    if (!Number.isFinite(number) && !this.#options.allowNonFinite) throw this.#nonFinite(batch, index, column, number);
    this.#vector[column] = number;
  }

  #checkRow(batch: RowBatch, index: number): void {
    const values = new Float32Array(this.#plan.dim);
    this.#rows.read(this.#row, values, 0);
    const column = values.findIndex((value) => !Number.isFinite(value));
    if (column >= 0) throw this.#nonFinite(batch, index, column, values[column] ?? 0);
  }

  #nonFinite(batch: RowBatch, index: number, column: number, value: number): Error {
    const reason = `number ${column + 1} of '${this.#plan.name}' is ${value}, which would spoil every search: set "allowNonFinite": true in table.json to keep it`;
    return rowError(this.#options.path, batch, index, reason);
  }

  finish(): Matrix {
    return this.#matrix;
  }
}

function numberAt(values: ColumnValues & { readonly kind: 'numeric' }, at: number): unknown {
  const value = values.data[at];
  return values.dtype === 'FP16' && typeof value === 'number' ? halfValue(value) : value;
}

/** @throws ServingError `SRV_TABLE_FILE_INVALID` */
export function checkScales(path: string, scales: ArrayLike<number>, rows: number): void {
  if (scales.length !== rows) throw tableError('SRV_TABLE_FILE_INVALID', [path, `it has ${scales.length} scales for ${rows} rows`]);
  for (let row = 0; row < rows; row += 1) {
    const scale = scales[row] ?? Number.NaN;
    if (!Number.isFinite(scale)) throw tableError('SRV_TABLE_ROW_INVALID', [path, `row ${row + 1}`, `the scale is ${scale}`]);
  }
}
