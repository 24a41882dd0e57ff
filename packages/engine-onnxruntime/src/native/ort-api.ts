import koffi from 'koffi';
import type { Address, OrtLibrary } from './ort-library.ts';

/** What ONNX Runtime answered instead of success. Codes are `OrtErrorCode`'s. */
export class OrtFault extends Error {
  readonly ortCode: number;

  constructor(message: string, ortCode: number) {
    super(message);
    this.ortCode = ortCode;
  }
}

/** Codes that this package tells apart. Source: `onnxruntime_c_api.h`. */
export const ORT_CODES: { readonly invalidArgument: 2; readonly noSuchFile: 3; readonly invalidProtobuf: 7; readonly notImplemented: 9; readonly invalidGraph: 10 } = {
  invalidArgument: 2,
  noSuchFile: 3,
  invalidProtobuf: 7,
  notImplemented: 9,
  invalidGraph: 10,
};

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

  constructor(library: OrtLibrary) {
    this.library = library;
    this.memoryInfo = this.out('createCpuMemoryInfo', ORT_DEVICE_ALLOCATOR, ORT_MEMORY_DEFAULT);
    this.allocator = this.out('defaultAllocator');
  }

  /** Calls a function that returns a status. @throws OrtFault */
  call(name: keyof OrtLibrary['ort'], ...args: unknown[]): void {
    const status = this.library.ort[name](...args);
    if (status !== null) this.#throwFault(status);
  }

  /** Calls one whose last parameter takes a pointer's address, and returns that pointer. @throws OrtFault */
  out(name: keyof OrtLibrary['ort'], ...args: unknown[]): Address {
    const result: [unknown] = [null];
    this.call(name, ...args, result);
    return result[0] as Address;
  }

  /** The same for a number. @throws OrtFault */
  outNumber(name: keyof OrtLibrary['ort'], ...args: unknown[]): number {
    const result: [unknown] = [0];
    this.call(name, ...args, result);
    return Number(result[0]);
  }

  /** Frees by one of the release functions; address 0 is nothing. */
  release(name: keyof OrtLibrary['ort'], address: Address): void {
    if (address !== 0n) this.library.ort[name](address);
  }

  /** The process has one environment; every call counts one more user of it, for as long as the process lives. */
  createEnvironment(): Address {
    const environment = this.out('createEnv', LOG_FATAL_ONLY, 'servable');
    this.call('disableTelemetry', environment);
    return environment;
  }

  #throwFault(status: unknown): never {
    const { getErrorCode, getErrorMessage, releaseStatus } = this.library.ort;
    const fault = new OrtFault(String(getErrorMessage(status)), Number(getErrorCode(status)));
    releaseStatus(status);
    throw fault;
  }
}

/** The text at an address, up to its NUL. */
export function textAt(address: Address): string {
  return String(koffi.decode(address, 'char', -1));
}

/** The bytes at an address, as a view that must not outlive them. */
export function viewAt(address: Address, bytes: number): Uint8Array {
  return new Uint8Array(koffi.view(address, bytes));
}

/** Memory with a NUL-ended text; freed with {@link freeText}. */
export function allocateText(text: string): Address {
  const bytes = new TextEncoder().encode(`${text}\0`);
  const address: unknown = koffi.alloc('char', bytes.byteLength);
  viewAt(address as Address, bytes.byteLength).set(bytes);
  return koffi.address(address);
}

export function freeText(address: Address): void {
  koffi.free(address);
}

