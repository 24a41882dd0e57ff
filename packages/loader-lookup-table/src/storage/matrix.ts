import { halfBits, halfValue, roundHalfEven } from './half.ts';
import { allocateShared } from './shared-arrays.ts';
import { type WasmMemory, webAssembly } from './web-assembly.ts';

/** How vectors are kept. `INT8` has one scale a row: value = scale × int8. */
export type MatrixDType = 'FP32' | 'FP16' | 'INT8';
export type MatrixArray = Float32Array | Uint16Array | Int8Array;

/**
 * Vectors, one a row, in shared WebAssembly memories, so that the search kernel reads them where they are. A row is padded with
 * zeros to whole SIMD registers. Behind the rows of each chunk there is room for what search threads compute with.
 */
export interface Matrix {
  readonly dtype: MatrixDType;
  readonly rows: number;
  readonly dim: number;
  /** Elements from one row to the next. */
  readonly stride: number;
  readonly rowsPerChunk: number;
  readonly chunks: readonly WasmMemory[];
  /** `INT8` only. */
  readonly scales: Float32Array | undefined;
  /** 1 / length of each row (of the int8s themselves for `INT8`); 0 for a row of zeros. */
  readonly inverseNorms: Float32Array;
}

/** Elements in the widest step of the search kernel. */
const ELEMENTS_PER_STEP: Readonly<Record<MatrixDType, number>> = { FP32: 4, FP16: 8, INT8: 16 };
const BYTES_PER_ELEMENT: Readonly<Record<MatrixDType, number>> = { FP32: 4, FP16: 2, INT8: 1 };
const PAGE_BYTES = 65536;
/** A WebAssembly memory can have 4 GiB; half of that leaves no offset negative as int32. */
const MAX_CHUNK_BYTES = 2 ** 31 - 2 ** 24;

/** Rows whose scores are computed by one call of the kernel. */
export const BLOCK_ROWS = 1024;
/** Threads that may search one table at the same time: the event loop, and the search thread. */
export const MAX_SEARCH_THREADS = 2;

export interface MatrixShape {
  readonly dtype: MatrixDType;
  readonly rows: number;
  readonly dim: number;
  /** Default: what fits one memory. */
  readonly rowsPerChunk?: number;
}

export function allocateMatrix({ dtype, rows, dim, rowsPerChunk }: MatrixShape): Matrix {
  const stride = strideOf(dtype, dim);
  const perChunk = rowsPerChunk ?? Math.max(1, Math.floor(MAX_CHUNK_BYTES / Math.max(rowBytes({ dtype, stride }), 1)));
  const chunks: WasmMemory[] = [];
  for (let from = 0; from < rows || from === 0; from += perChunk) chunks.push(allocateChunk(Math.min(perChunk, rows - from) * rowBytes({ dtype, stride }), stride));
  const scales = dtype === 'INT8' ? (allocateShared('FP32', rows) as Float32Array) : undefined;
  return { dtype, rows, dim, stride, rowsPerChunk: perChunk, chunks, scales, inverseNorms: allocateShared('FP32', rows) as Float32Array };
}

export function strideOf(dtype: MatrixDType, dim: number): number {
  const step = ELEMENTS_PER_STEP[dtype];
  return Math.ceil(dim / step) * step;
}

/** Bytes of one row in a chunk. */
export function rowBytes({ dtype, stride }: Pick<Matrix, 'dtype' | 'stride'>): number {
  return stride * BYTES_PER_ELEMENT[dtype];
}

/** Bytes of one search thread's room: the query in float32, a block of scores, and the scales of a block. */
export function scratchBytes(stride: number): number {
  return (stride + 2 * BLOCK_ROWS) * 4;
}

function allocateChunk(dataBytes: number, stride: number): WasmMemory {
  const pages = Math.max(1, Math.ceil((dataBytes + scratchBytes(stride) * MAX_SEARCH_THREADS) / PAGE_BYTES));
  return new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

export function chunkRows(matrix: Matrix, chunk: number): number {
  return Math.min(matrix.rowsPerChunk, matrix.rows - chunk * matrix.rowsPerChunk);
}

/** The rows of one chunk, `stride` elements each. */
export function chunkData(matrix: Matrix, chunk: number): MatrixArray {
  const { buffer } = matrix.chunks[chunk] ?? { buffer: new ArrayBuffer(0) };
  const length = chunkRows(matrix, chunk) * matrix.stride;
  if (matrix.dtype === 'FP32') return new Float32Array(buffer, 0, length);
  return matrix.dtype === 'FP16' ? new Uint16Array(buffer, 0, length) : new Int8Array(buffer, 0, length);
}

/** Reads and writes the rows of a matrix. */
export class MatrixRows {
  readonly #matrix: Matrix;
  readonly #data: readonly MatrixArray[];

  constructor(matrix: Matrix) {
    this.#matrix = matrix;
    this.#data = matrix.chunks.map((_, chunk) => chunkData(matrix, chunk));
  }

  /** Writes row `row` as float32 to `out` from `at` on. */
  read(row: number, out: Float32Array, at: number): void {
    const { rowsPerChunk, stride, dim, dtype, scales } = this.#matrix;
    const chunk = Math.floor(row / rowsPerChunk);
    const data = this.#data[chunk];
    if (data === undefined) return;
    const from = (row - chunk * rowsPerChunk) * stride;
    if (dtype === 'FP32') {
      copyRow(data, from, dim, out, at);
    } else if (dtype === 'FP16') {
      for (let column = 0; column < dim; column += 1) out[at + column] = halfValue(data[from + column] ?? 0);
    } else {
      const scale = scales?.[row] ?? 0;
      for (let column = 0; column < dim; column += 1) out[at + column] = (data[from + column] ?? 0) * scale;
    }
  }

  /** Keeps `dim` numbers of `values` from `at` on as row `row`, in the matrix's own form. */
  write(row: number, values: ArrayLike<number>, at: number): void {
    const { rowsPerChunk, stride, dim, dtype } = this.#matrix;
    const chunk = Math.floor(row / rowsPerChunk);
    const data = this.#data[chunk];
    if (data === undefined) return;
    const from = (row - chunk * rowsPerChunk) * stride;
    if (dtype === 'INT8') this.#quantize(row, values, at, data, from);
    else if (dtype === 'FP16') for (let column = 0; column < dim; column += 1) data[from + column] = halfBits(values[at + column] ?? 0);
    else for (let column = 0; column < dim; column += 1) data[from + column] = values[at + column] ?? 0;
    this.updateNorm(row);
  }

  /** Keeps int8s and their scale, or halves, as they are. */
  writeRaw(row: number, values: ArrayLike<number>, at: number, scale: number): void {
    const { rowsPerChunk, stride, dim, scales } = this.#matrix;
    const chunk = Math.floor(row / rowsPerChunk);
    const data = this.#data[chunk];
    if (data === undefined) return;
    const from = (row - chunk * rowsPerChunk) * stride;
    for (let column = 0; column < dim; column += 1) data[from + column] = values[at + column] ?? 0;
    if (scales !== undefined) scales[row] = scale;
    this.updateNorm(row);
  }

  /** Copies a row as it is kept to a matrix of the same dtype and size. */
  copyTo(row: number, target: MatrixRows, to: number): void {
    const { rowsPerChunk, stride, scales } = this.#matrix;
    const chunk = Math.floor(row / rowsPerChunk);
    const data = this.#data[chunk];
    if (data !== undefined) target.writeRaw(to, data, (row - chunk * rowsPerChunk) * stride, scales?.[row] ?? 1);
  }

  updateNorm(row: number): void {
    const { rowsPerChunk, stride, dim, dtype, inverseNorms } = this.#matrix;
    const chunk = Math.floor(row / rowsPerChunk);
    const data = this.#data[chunk];
    if (data === undefined) return;
    const from = (row - chunk * rowsPerChunk) * stride;
    let sum = 0;
    for (let column = 0; column < dim; column += 1) {
      const stored = data[from + column] ?? 0;
      const value = dtype === 'FP16' ? halfValue(stored) : stored;
      sum += value * value;
    }
    const inverse = Math.fround(1 / Math.sqrt(sum));
    // Nor has a row that is too short for float32 a direction.
    inverseNorms[row] = Number.isFinite(inverse) ? inverse : 0;
  }

  /** Source of the rounding: NumPy's `round(row / scale)` in float32 with scale = max(|row|) / 127. */
  #quantize(row: number, values: ArrayLike<number>, at: number, data: MatrixArray, from: number): void {
    const { dim, scales } = this.#matrix;
    let largest = 0;
    for (let column = 0; column < dim; column += 1) largest = Math.max(largest, Math.abs(values[at + column] ?? 0));
    const scale = Math.fround(Math.fround(largest) / 127);
    if (scales !== undefined) scales[row] = scale;
    for (let column = 0; column < dim; column += 1) {
      const quotient = scale === 0 ? 0 : Math.fround(Math.fround(values[at + column] ?? 0) / scale);
      data[from + column] = Math.max(-127, Math.min(127, roundHalfEven(quotient)));
    }
  }
}

/** Below some 50 numbers a loop is faster than making a view to copy from. */
function copyRow(data: MatrixArray, from: number, dim: number, out: Float32Array, at: number): void {
  if (dim > 48) out.set(data.subarray(from, from + dim), at);
  else for (let column = 0; column < dim; column += 1) out[at + column] = data[from + column] ?? 0;
}
