import { tableError } from '../errors.ts';
import { type ColumnValues, type RowBatch, rowError } from '../read/table-source.ts';
import { ByteStringsBuilder } from '../storage/byte-strings.ts';
import type { Column } from '../storage/column.ts';
import { allocateShared, type NumericArray, type NumericDType } from '../storage/shared-arrays.ts';
import { quoted, toBytes, toElement } from './convert.ts';
import { cellOf, type Picked } from './key-target.ts';
import type { PlannedColumn } from './table-plan.ts';

/** Collects the values of one column. */
export interface ColumnTarget {
  write(batch: RowBatch, values: ColumnValues, picked: Picked): void;
  finish(): Column;
}

export interface TargetOptions {
  readonly path: string;
  readonly rows: number;
  readonly allowNonFinite: boolean;
}

export function columnTarget(plan: PlannedColumn, options: TargetOptions): ColumnTarget {
  return plan.dtype === 'BYTES' ? new BytesTarget(plan, options) : new NumericTarget(plan, plan.dtype, options);
}

class BytesTarget implements ColumnTarget {
  readonly #plan: PlannedColumn;
  readonly #options: TargetOptions;
  readonly #fallback: Uint8Array;
  readonly #strings: ByteStringsBuilder;

  constructor(plan: PlannedColumn, options: TargetOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#fallback = plan.fallback instanceof Uint8Array ? plan.fallback : new Uint8Array(0);
    this.#strings = new ByteStringsBuilder(options.rows);
  }

  write(batch: RowBatch, values: ColumnValues, picked: Picked): void {
    const { path } = this.#options;
    for (const index of picked) {
      const value = cellOf(values, index);
      const bytes = value === null || value === undefined ? this.#fallback : toBytes(value);
      if (bytes === undefined) throw rowError(path, batch, index, `'${this.#plan.name}' is ${quoted(value)}, which is no text`);
      if (!this.#strings.add(bytes)) throw tableError('SRV_TABLE_TOO_LARGE', [path, `bytes in column '${this.#plan.name}'`, '4 GiB']);
    }
  }

  finish(): Column {
    return { kind: 'bytes', name: this.#plan.name, dtype: 'BYTES', strings: this.#strings.finish(), shape: [], fallback: this.#fallback };
  }
}

class NumericTarget implements ColumnTarget {
  readonly #plan: PlannedColumn;
  readonly #dtype: NumericDType;
  readonly #options: TargetOptions;
  readonly #data: NumericArray;
  readonly #width: number;
  readonly #isFloat: boolean;
  #rows = 0;

  constructor(plan: PlannedColumn, dtype: NumericDType, options: TargetOptions) {
    this.#plan = plan;
    this.#dtype = dtype;
    this.#options = options;
    this.#width = plan.shape[0] ?? 1;
    this.#isFloat = dtype === 'FP32' || dtype === 'FP64';
    this.#data = allocateShared(dtype, options.rows * this.#width);
  }

  write(batch: RowBatch, values: ColumnValues, picked: Picked): void {
    if (values.kind === 'numeric' && values.dtype === this.#dtype && picked.length === batch.rows) this.#copy(batch, values.data);
    else if (this.#plan.shape.length > 0) for (const index of picked) this.#writeVector(batch, values, index);
    else for (const index of picked) this.#writeCell(batch, index, this.#rows++, cellOf(values, index));
  }

  #copy(batch: RowBatch, data: NumericArray): void {
    if (this.#isFloat && !this.#options.allowNonFinite) this.#checkFinite(batch, data);
    // The dtypes are equal, so the arrays are of one kind.
    (this.#data as Float64Array).set(data as Float64Array, this.#rows * this.#width);
    this.#rows += batch.rows;
  }

  #checkFinite(batch: RowBatch, data: NumericArray): void {
    for (let at = 0; at < data.length; at += 1) {
      if (!Number.isFinite(data[at])) throw this.#nonFinite(batch, Math.floor(at / this.#width), data[at]);
    }
  }

  #writeVector(batch: RowBatch, values: ColumnValues, index: number): void {
    const at = this.#rows * this.#width;
    this.#rows += 1;
    if (values.kind === 'numeric') {
      for (let column = 0; column < this.#width; column += 1) this.#writeCell(batch, index, at + column, values.data[index * this.#width + column]);
      return;
    }
    const value = values.values[index];
    if (value === null || value === undefined) {
      for (let column = 0; column < this.#width; column += 1) this.#writeCell(batch, index, at + column, null);
      return;
    }
    const vector = value as unknown as ArrayLike<unknown>;
    if (vector.length !== this.#width) throw rowError(this.#options.path, batch, index, `'${this.#plan.name}' has ${vector.length} values, others have ${this.#width}`);
    for (let column = 0; column < this.#width; column += 1) this.#writeCell(batch, index, at + column, vector[column]);
  }

  #writeCell(batch: RowBatch, index: number, at: number, value: unknown): void {
    const isMissing = value === null || value === undefined || value === '';
    const element = isMissing ? this.#plan.fallback : toElement(this.#dtype, value);
    if (element === undefined || element instanceof Uint8Array) {
      throw rowError(this.#options.path, batch, index, `'${this.#plan.name}' is ${quoted(value)}, which is no ${this.#dtype}`);
    }
    if (this.#isFloat && !this.#options.allowNonFinite && !Number.isFinite(element)) throw this.#nonFinite(batch, index, element);
    this.#data[at] = element;
  }

  #nonFinite(batch: RowBatch, index: number, value: unknown): Error {
    return rowError(this.#options.path, batch, index, `'${this.#plan.name}' is ${String(value)}: set "allowNonFinite": true in table.json to keep it`);
  }

  finish(): Column {
    const { name, shape, fallback } = this.#plan;
    return { kind: 'numeric', name, dtype: this.#dtype, data: this.#data, shape, fallback: fallback instanceof Uint8Array ? 0 : fallback };
  }
}
