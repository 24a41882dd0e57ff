import { allocateData, type DType, type NamedTensors, storageOf, type TensorData } from '@servable/core';

/** Smaller memory is cheaper to make than to look for. */
const SMALLEST_KEPT_BYTES = 64 * 1024;
/** What one servable keeps for its next batches. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/**
 * Memory for the inputs of one servable's batches, used again once a batch is answered: new memory has to be cleared and mapped page by
 * page, which costs more than copying the rows into it.
 */
export class BatchBuffers {
  readonly #free: ArrayBuffer[] = [];
  readonly #lent = new Set<ArrayBufferLike>();
  #freeBytes = 0;

  /** As `allocateData`, but what it gives may hold anything: every value is to be written. */
  allocate(dtype: DType, elements: number): TensorData {
    const storage = storageOf(dtype);
    const entries = elements * (storage?.entriesPerElement ?? 0);
    const bytes = entries * (storage?.array.BYTES_PER_ELEMENT ?? 0);
    if (storage === undefined || bytes < SMALLEST_KEPT_BYTES || bytes > MAX_KEPT_BYTES) return allocateData(dtype, elements);
    const buffer = this.#take(bytes);
    this.#lent.add(buffer);
    return new storage.array(buffer, 0, entries);
  }

  /** The run of a batch with these inputs has ended, and nothing reads them any more; its outputs may be views of them. */
  giveBack(inputs: NamedTensors, outputs: NamedTensors): void {
    for (const { data } of outputs.values()) if (ArrayBuffer.isView(data)) this.#lent.delete(data.buffer);
    for (const { data } of inputs.values()) {
      if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer && this.#lent.delete(data.buffer)) this.#keep(data.buffer);
    }
  }

  /** A run that failed, or was left, may still read its inputs. */
  forget(inputs: NamedTensors): void {
    for (const { data } of inputs.values()) if (ArrayBuffer.isView(data)) this.#lent.delete(data.buffer);
  }

  #take(bytes: number): ArrayBuffer {
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 4 * bytes);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    if (found === undefined) return new ArrayBuffer(2 ** Math.ceil(Math.log2(bytes)));
    this.#freeBytes -= found.byteLength;
    return found;
  }

  #keep(buffer: ArrayBuffer): void {
    // A detached buffer was given to another thread.
    if (buffer.byteLength === 0 || this.#freeBytes + buffer.byteLength > MAX_KEPT_BYTES) return;
    this.#free.push(buffer);
    this.#freeBytes += buffer.byteLength;
  }
}
