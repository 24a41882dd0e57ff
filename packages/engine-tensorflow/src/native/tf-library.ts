import { type NativeFunction, type NativeMemory, openMemory, preloadLibrary } from '@servable/engine-threads/native';
import koffi from 'koffi';
import { checkLibraryFile } from './check-library-file.ts';
import { TF_FUNCTIONS, type TfFunctionName } from './tf-functions.ts';

/** The two files of a libtensorflow. */
export interface LibraryFiles {
  /** `libtensorflow_cc.so.2` of a wheel, else `libtensorflow.so.2`. */
  readonly main: string;
  /** `libtensorflow_framework.so.2`. */
  readonly framework: string;
}

/** The functions that this package calls, bound in this thread. */
export interface TfLibrary extends NativeMemory {
  readonly tf: Readonly<Record<TfFunctionName, NativeFunction>>;
}

/** TensorFlow's own log: faults are answers of ours. What the user has set wins. */
const QUIET = { name: 'TF_CPP_MIN_LOG_LEVEL', value: '3' };
const KEEP_WHAT_IS_SET = 0;

/** Before the library is opened, which reads it once; in the main thread, before others read the environment. */
export function quietLog(): void {
  const setenv: NativeFunction = koffi.load('libc.so.6').func('int setenv(const char *name, const char *value, int overwrite)');
  setenv(QUIET.name, QUIET.value, KEEP_WHAT_IS_SET);
}

/** Opens the library and binds its functions, in each thread anew; the first time takes half a second. @throws Error when it cannot be used */
export function openLibrary({ main, framework }: LibraryFiles): TfLibrary {
  for (const path of [framework, main]) {
    checkLibraryFile(path);
    preloadLibrary(path);
  }
  const libraries = [koffi.load(main), koffi.load(framework)];
  const bound = Object.entries(TF_FUNCTIONS).map(([name, prototype]): [string, NativeFunction] => [name, bind(libraries, prototype)]);
  return { tf: Object.fromEntries(bound) as Record<TfFunctionName, NativeFunction>, ...openMemory() };
}

/** Which of the two files defines a function changes with the version. */
function bind([library, ...others]: readonly ReturnType<typeof koffi.load>[], prototype: string): NativeFunction {
  if (library === undefined) throw new Error(`it has no function '${prototype}'`);
  try {
    return library.func(prototype);
  } catch {
    return bind(others, prototype);
  }
}
