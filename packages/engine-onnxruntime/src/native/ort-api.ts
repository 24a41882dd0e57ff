import { type Address, NativeFault, NativeWords } from '@servable/engine-threads/native';
import type { OrtLibrary } from './ort-library.ts';

/** What ONNX Runtime answered instead of success. Codes are `OrtErrorCode`'s. */
export class OrtFault extends NativeFault {}

const ORT_DEVICE_ALLOCATOR = 0;
const ORT_MEMORY_DEFAULT = 0;
/** Errors are answers of ours; its own log would say them again. */
const LOG_FATAL_ONLY = 4;

/** ONNX Runtime's C API in one thread, with statuses turned into {@link OrtFault}s. */
export class OrtApi {
  readonly library: OrtLibrary;
  /** Says that tensors over our memory lie in main memory. */
  readonly memoryInfo: Address;
  readonly allocator: Address;
  readonly #shape = new NativeWords(3);

  constructor(library: OrtLibrary) {
    this.library = library;
    this.memoryInfo = this.out('createCpuMemoryInfo', ORT_DEVICE_ALLOCATOR, ORT_MEMORY_DEFAULT);
    this.allocator = this.out('defaultAllocator');
  }

  /** Calls a function that returns a status. @throws OrtFault */
  call(name: keyof OrtLibrary['ort'], ...args: unknown[]): void {
    this.check(this.library.ort[name](...args));
  }

  /** Calls one whose last parameter takes a pointer's address, and returns that pointer; 0 is none. @throws OrtFault */
  out(name: keyof OrtLibrary['ort'], ...args: unknown[]): Address {
    const result: [unknown] = [null];
    this.call(name, ...args, result);
    return Number(result[0]);
  }

  /** The same for a number. @throws OrtFault */
  outNumber(name: keyof OrtLibrary['ort'], ...args: unknown[]): number {
    const result: [unknown] = [0];
    this.call(name, ...args, result);
    return Number(result[0]);
  }

  /** Frees by one of the release functions; address 0 is nothing. */
  release(name: keyof OrtLibrary['ort'], address: Address): void {
    if (address !== 0) this.library.ort[name](address);
  }

  /** @throws OrtFault when a status is an error */
  check(status: unknown): void {
    if (status !== null) this.#throwFault(status);
  }

  /** A tensor's element type and sizes. @throws OrtFault */
  tensorShape(value: Address): { readonly type: number; readonly shape: readonly number[] } {
    const { address } = this.#shape;
    this.#shape.set(0, 0);
    this.check(this.library.ort.tensorTypeAndShape(value, address, address + 8, address + 16));
    const sizes = new NativeWords(this.#shape.get(2));
    this.library.copy(sizes.address, this.#shape.get(1), sizes.bytes);
    return { type: this.#shape.get(0), shape: sizes.toArray() };
  }

  /** Where a tensor's elements are. @throws OrtFault */
  tensorData(value: Address): Address {
    this.check(this.library.ort.tensorData(value, this.#shape.address));
    return this.#shape.get(0);
  }

  /** The process has one environment; every call counts one more user of it, for as long as the process lives. */
  createEnvironment(): Address {
    const environment = this.out('createEnv', LOG_FATAL_ONLY, 'servable');
    this.call('disableTelemetry', environment);
    return environment;
  }

  /** Frees what this object made. */
  close(): void {
    this.release('releaseMemoryInfo', this.memoryInfo);
  }

  #throwFault(status: unknown): never {
    const { getErrorCode, getErrorMessage, releaseStatus } = this.library.ort;
    const fault = new OrtFault(String(getErrorMessage(status)), Number(getErrorCode(status)));
    releaseStatus(status);
    throw fault;
  }
}
