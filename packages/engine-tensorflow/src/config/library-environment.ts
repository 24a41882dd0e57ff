/** Where the environment says that a libtensorflow may be. */
export interface LibraryEnvironment {
  /** `SERVABLE_LIBTENSORFLOW`: a library, or the folder that it is in. */
  readonly library: string | undefined;
  /** Python environments that are active. */
  readonly pythonFolders: readonly string[];
  readonly home: string | undefined;
}

/** The variable that names the library. */
export const LIBRARY_VARIABLE = 'SERVABLE_LIBTENSORFLOW';

/** Reads the environment. An empty variable is none. */
export function libraryEnvironment(env: NodeJS.ProcessEnv = process.env): LibraryEnvironment {
  const python = [env['VIRTUAL_ENV'], env['CONDA_PREFIX']].filter((folder) => folder !== undefined && folder !== '');
  return { library: env[LIBRARY_VARIABLE] || undefined, pythonFolders: python.filter((folder) => folder !== undefined), home: env['HOME'] || undefined };
}
