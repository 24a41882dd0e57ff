import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, type MonitoredModel } from '@servable/core';
import { fsError } from './errors.ts';

/**
 * The absolute path that a model's configured path means: a plain path (a relative one from the working directory), or a
 * `file:` URL. On Windows that may be a drive (`C:\models`, `file:///C:/models`) or a share (`\\server\share`, `file://server/share`).
 *
 * @throws ServingError `SRV_FS_PATH_INVALID`
 */
export function resolveBasePath(model: MonitoredModel, platform: NodeJS.Platform = process.platform): string {
  const { name, path: configured } = model;
  if (configured === '') throw fsError('SRV_FS_PATH_INVALID', [name, configured, 'it is empty']);
  if (configured.includes('\0')) throw fsError('SRV_FS_PATH_INVALID', [name, configured, 'it has a NUL character']);
  const isWindows = platform === 'win32';
  if (!/^file:/i.test(configured)) return (isWindows ? path.win32 : path.posix).resolve(configured);
  try {
    return fileURLToPath(configured, { windows: isWindows });
  } catch (error) {
    throw fsError('SRV_FS_PATH_INVALID', [name, configured, messageOf(error)], { cause: error });
  }
}
