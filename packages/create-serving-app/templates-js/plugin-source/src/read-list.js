import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, parseVersion, } from '@servable/core';
import { listError } from './errors.js';

/**
 * Reads a list: version numbers to directories, relative to the list's own.
 *
 * @throws ServingError `LIST_UNREADABLE`, `LIST_INVALID`
 */
export async function readList(uri) {
  const file = resolve(uri.replace(/^list:\/\//, ''));
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw listError('LIST_UNREADABLE', [file, messageOf(error)], { cause: error });
  }
  try {
    const entries = Object.entries(JSON.parse(text));
    return new Map(entries.map(([version, path]) => [parseVersion(version), directoryOf(file, version, path)]));
  } catch (error) {
    throw listError('LIST_INVALID', [file, messageOf(error)], { cause: error });
  }
}

function directoryOf(file, version, path) {
  if (typeof path !== 'string' || path === '') throw new Error(`version ${version} must be the path of a directory`);
  return resolve(dirname(file), path);
}
