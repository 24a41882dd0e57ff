import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, parseVersion, type Version } from '@servable/core';
import { listError } from './errors.ts';

/**
 * Reads a list: version numbers to directories, relative to the list's own.
 *
 * @throws ServingError `LIST_UNREADABLE`, `LIST_INVALID`
 */
export async function readList(uri: string): Promise<ReadonlyMap<Version, string>> {
  const file = resolve(uri.replace(/^list:\/\//, ''));
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw listError('LIST_UNREADABLE', [file, messageOf(error)], { cause: error });
  }
  try {
    const entries = Object.entries(JSON.parse(text) as Readonly<Record<string, unknown>>);
    return new Map(entries.map(([version, path]) => [parseVersion(version), directoryOf(file, version, path)]));
  } catch (error) {
    throw listError('LIST_INVALID', [file, messageOf(error)], { cause: error });
  }
}

function directoryOf(file: string, version: string, path: unknown): string {
  if (typeof path !== 'string' || path === '') throw new Error(`version ${version} must be the path of a directory`);
  return resolve(dirname(file), path);
}
