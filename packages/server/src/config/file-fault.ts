import { relative } from 'node:path';
import type { ConfigFault } from './config-fault.ts';
import { formatPath } from './config-path.ts';
import type { ConfigFile } from './read-config-file.ts';
import type { SchemaFault } from './validate.ts';

/** A fault of a config file's content, with the place where it stands. */
export function asFileFault({ keys, ...fault }: SchemaFault, file: ConfigFile | undefined, cwd: string): ConfigFault {
  const named = { layer: 'file', path: formatPath(keys), ...fault } as const;
  return file === undefined ? named : { ...named, location: displayPath(file.locate(keys), cwd) };
}

/** Relative to the current folder when it lies in it. */
export function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}
