import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type TypeObject } from 'koffi';
import { ORT_API_VERSION, ORT_FUNCTIONS, type OrtFunctionName } from './ort-functions.ts';

/** A native address; 0 is none. A number, because addresses are below 2^53 and bigints are objects. */
export type Address = number;

/** A function of the C API. Pointers go in as addresses or typed arrays, come out in a one-element array. */
export type NativeFunction = (...args: unknown[]) => unknown;

/** The functions that this package calls, bound in this thread. */
export interface OrtLibrary {
  readonly path: string;
  readonly ort: Readonly<Record<OrtFunctionName, NativeFunction>>;
  /** `memcpy` of the C library: copies between native memory and typed arrays. */
  readonly copy: (target: Uint8Array | Address, source: Uint8Array | Address, bytes: number) => void;
  /** Native memory that begins at a multiple of `alignment`, of which `bytes` is one too; 0 when there is none left. */
  readonly allocate: (alignment: number, bytes: number) => Address;
  readonly free: (address: Address) => void;
  /** Gives memory that was freed back to the system; nothing where the C library cannot. */
  readonly trimMemory: () => void;
}

/** Where `onnxruntime-node` keeps its library, by platform. */
const LIBRARY_NAMES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'libonnxruntime.so.1',
};

/**
 * The library that the installed `onnxruntime-node` ships for this platform.
 *
 * @throws Error when there is none, and on platforms where this form is not tested
 */
export function findLibrary(): string {
  const name = LIBRARY_NAMES[process.platform];
  if (name === undefined) throw new Error(`the native engine is not tested on ${process.platform}`);
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const path = join(dirname(manifest), 'bin', 'napi-v6', process.platform, process.arch, name);
  if (!existsSync(path)) throw new Error(`there is no file '${path}'`);
  return path;
}

const RTLD_NOW = 0x2;
const RTLD_GLOBAL = 0x100;
const RTLD_NODELETE = 0x1000;

/** Opens the library and binds its functions, in each thread anew. @throws Error when it cannot be loaded */
export function openLibrary(path: string): OrtLibrary {
  const libc = koffi.load('libc.so.6');
  // Without NODELETE the library is unmapped at exit while its own threads still run, and the process crashes.
  libc.func('void *dlopen(const char *path, int flags)')(path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  const memcpy: NativeFunction = libc.func('void *memcpy(void *target, const void *source, size_t bytes)');
  const alignedAlloc: NativeFunction = libc.func('void *aligned_alloc(size_t alignment, size_t bytes)');
  const free: NativeFunction = libc.func('void free(void *memory)');
  return {
    path,
    ort: bindFunctions(path),
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

function bindFunctions(path: string): OrtLibrary['ort'] {
  const base: unknown = loadNamed(path).func('void *OrtGetApiBase()')();
  const getApi = functionAt(pointerAt(base, 0), 'void *OrtGetApi(uint32_t version)');
  const table = getApi(ORT_API_VERSION);
  if (table === null) throw new Error(`it does not have version ${ORT_API_VERSION} of its C API`);
  const bound = Object.entries(ORT_FUNCTIONS).map(([name, [position, text]]): [string, NativeFunction] => [
    name,
    functionAt(pointerAt(table, position), text),
  ]);
  return Object.fromEntries(bound) as Record<OrtFunctionName, NativeFunction>;
}

/** The system's own message does not say which file it could not open. */
function loadNamed(path: string): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(path);
  } catch (error) {
    throw new Error(`'${path}': ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function functionAt(address: unknown, prototypeText: string): NativeFunction {
  return koffi.decode(address, prototype(prototypeText)) as NativeFunction;
}

function pointerAt(table: unknown, position: number): unknown {
  return koffi.decode(table, position * 8, 'void *');
}

/** Prototypes are registered under their name once a thread; a second one of the same name would be an error. */
function prototype(text: string): TypeObject {
  return koffi.proto(text.replace(/\b(Ort\w+)\(/, '('));
}
