import { type Address, NativeFault, NativeWords } from '@servable/engine-threads/native';
import type { TfFunctionName } from './tf-functions.ts';
import type { TfLibrary } from './tf-library.ts';

/** TensorFlow's C API in one thread, with statuses turned into NativeFaults whose codes are `TF_Code`'s. */
export class TfApi {
  readonly library: TfLibrary;
  /** Written by every call that can fail. */
  readonly #status: Address;

  constructor(library: TfLibrary) {
    this.library = library;
    this.#status = Number(library.tf.newStatus());
  }

  /** Calls a function that cannot fail, and returns its number or address; 0 is none. */
  get(name: TfFunctionName, ...args: unknown[]): number {
    return Number(this.library.tf[name](...args));
  }

  /** Calls one whose last parameter is a status. @throws NativeFault */
  call(name: TfFunctionName, ...args: unknown[]): unknown {
    const result = this.library.tf[name](...args, this.#status);
    this.#check();
    return result;
  }

  /** The same for one that returns a pointer. @throws NativeFault */
  out(name: TfFunctionName, ...args: unknown[]): Address {
    return Number(this.call(name, ...args));
  }

  /** Memory that the library copies a message into; freed by `deleteBuffer`. */
  newBuffer(bytes: Uint8Array): Address {
    // An empty message has no first byte to point at.
    return this.get('newBufferFromString', bytes.byteLength > 0 ? bytes : new Uint8Array(1), bytes.byteLength);
  }

  /** A tensor's sizes. */
  shapeOf(tensor: Address): number[] {
    return Array.from({ length: this.get('rank', tensor) }, (_, axis) => this.get('size', tensor, axis));
  }

  /** Makes a tensor with memory of its own. @throws NativeFault when there is none left */
  allocateTensor(type: number, shape: readonly number[], bytes: number): Address {
    const sizes = new NativeWords(shape.length);
    sizes.setAll(shape);
    const tensor = this.get('allocateTensor', type, sizes.address, shape.length, bytes);
    if (tensor === 0) throw new NativeFault(`memory allocation failed: ${bytes} bytes for a tensor of shape [${shape}]`, RESOURCE_EXHAUSTED);
    return tensor;
  }

  /** Frees what this object made. */
  close(): void {
    this.library.tf.deleteStatus(this.#status);
  }

  #check(): void {
    const code = this.get('getCode', this.#status);
    if (code === 0) return;
    const message = String(this.library.tf.message(this.#status));
    // Some functions leave the status alone when they succeed.
    this.library.tf.setStatus(this.#status, 0, '');
    throw new NativeFault(message, code);
  }
}

const RESOURCE_EXHAUSTED = 8;
