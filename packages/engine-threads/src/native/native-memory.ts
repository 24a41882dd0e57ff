import koffi from 'koffi';

/** A native address; 0 is none. A number, because addresses are below 2^53 and bigints are objects. */
export type Address = number;

/** A function of a C library. Pointers go in as addresses or typed arrays, come out in a one-element array. */
export type NativeFunction = (...args: unknown[]) => unknown;

/** The C library's memory, bound in this thread. */
export interface NativeMemory {
  /** `memcpy`: copies between native memory and typed arrays. */
  readonly copy: (target: Uint8Array | Address, source: Uint8Array | Address, bytes: number) => void;
  /** Native memory that begins at a multiple of `alignment`, of which `bytes` is one too; 0 when there is none left. */
  readonly allocate: (alignment: number, bytes: number) => Address;
  readonly free: (address: Address) => void;
  /** Gives memory that was freed back to the system; nothing where the C library cannot. */
  readonly trimMemory: () => void;
}

const LIBC = 'libc.so.6';
const RTLD_NOW = 0x2;
const RTLD_GLOBAL = 0x100;
const RTLD_NODELETE = 0x1000;

/**
 * Opens a library so that it stays until the process ends: without that it is unmapped at exit while its own threads still run, and
 * the process crashes. Before `koffi.load` of the same file, which does not open it so.
 *
 * @throws Error with the system's reason, which names the file that is missing
 */
export function preloadLibrary(path: string): void {
  const libc = koffi.load(LIBC);
  const open: NativeFunction = libc.func('void *dlopen(const char *path, int flags)');
  // Bound before: looking a function up forgets the last error.
  const lastError: NativeFunction = libc.func('const char *dlerror()');
  if (open(path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) !== null) return;
  const reason = lastError();
  throw new Error(typeof reason === 'string' ? reason : `'${path}' cannot be opened`);
}

/** @throws Error where the C library is not glibc's or one like it */
export function openMemory(): NativeMemory {
  const libc = koffi.load(LIBC);
  const memcpy: NativeFunction = libc.func('void *memcpy(void *target, const void *source, size_t bytes)');
  const alignedAlloc: NativeFunction = libc.func('void *aligned_alloc(size_t alignment, size_t bytes)');
  const free: NativeFunction = libc.func('void free(void *memory)');
  return {
    copy: (target, source, bytes) => void memcpy(target, source, bytes),
    allocate: (alignment, bytes) => Number(alignedAlloc(alignment, bytes)),
    free: (address) => void free(address),
    trimMemory: trimmer(libc),
  };
}

/** `malloc_trim` is glibc's own. */
function trimmer(libc: ReturnType<typeof koffi.load>): () => void {
  try {
    const trim: NativeFunction = libc.func('int malloc_trim(size_t keep)');
    return () => void trim(0);
  } catch {
    return () => {};
  }
}

/** Native memory as a buffer, which must not be used once the memory is freed. */
export function viewMemory(address: Address, bytes: number): ArrayBuffer {
  return koffi.view(BigInt(address), bytes);
}

/** The text at an address, up to its NUL. */
export function textAt(address: Address | bigint): string {
  return String(koffi.decode(BigInt(address), 'char', -1));
}

/** Memory with a NUL-ended text; freed with {@link freeText}. */
export function allocateText(text: string): Address {
  const bytes = new TextEncoder().encode(`${text}\0`);
  const pointer: unknown = koffi.alloc('char', bytes.byteLength);
  const address = koffi.address(pointer);
  new Uint8Array(koffi.view(address, bytes.byteLength)).set(bytes);
  return Number(address);
}

/** Frees what {@link allocateText} made. */
export function freeText(address: Address): void {
  koffi.free(BigInt(address));
}
