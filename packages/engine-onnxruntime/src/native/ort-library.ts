import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type NativeFunction, type NativeMemory, openMemory, preloadLibrary } from '@servable/engine-threads/native';
import koffi, { type TypeObject } from 'koffi';
import { ORT_API_VERSION, ORT_FUNCTIONS, type OrtFunctionName } from './ort-functions.ts';

/** The functions that this package calls, bound in this thread. */
export interface OrtLibrary extends NativeMemory {
  readonly path: string;
  readonly ort: Readonly<Record<OrtFunctionName, NativeFunction>>;
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

/** Opens the library and binds its functions, in each thread anew. @throws Error when it cannot be loaded */
export function openLibrary(path: string): OrtLibrary {
  preloadLibrary(path);
  return { path, ort: bindFunctions(path), ...openMemory() };
}

function bindFunctions(path: string): OrtLibrary['ort'] {
  const base: unknown = koffi.load(path).func('void *OrtGetApiBase()')();
  const getApi = functionAt(pointerAt(base, 0), 'void *OrtGetApi(uint32_t version)');
  const table = getApi(ORT_API_VERSION);
  if (table === null) throw new Error(`it does not have version ${ORT_API_VERSION} of its C API`);
  const bound = Object.entries(ORT_FUNCTIONS).map(([name, [position, text]]): [string, NativeFunction] => [
    name,
    functionAt(pointerAt(table, position), text),
  ]);
  return Object.fromEntries(bound) as Record<OrtFunctionName, NativeFunction>;
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
