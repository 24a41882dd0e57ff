import { defineSource, type SourcePlugin } from '@servable/core';
import { type FsOptions, resolveFsOptions } from './fs-options.ts';
import { FsSource } from './fs-source.ts';

export { type FsErrorArguments, fsError } from './errors.ts';
export type { FsOptions } from './fs-options.ts';

/**
 * Finds versions in directories: `<base>/<version>`, where `<version>` is a number, as TensorFlow Serving lays them out. A
 * model's path is an absolute path, one relative to the working directory, or a `file:` URL.
 *
 * Changes are seen by file-system events, and by polling where the system gives none. A version whose files are still being
 * written is not stated before they stay the same for `settleMs`; one that is moved into place complete is stated at once.
 * The process stays alive until the source is closed.
 *
 * Faults of a base directory are reported as `SRV_FS_PATH_INVALID`, `SRV_FS_BASE_PATH_MISSING`,
 * `SRV_FS_BASE_PATH_NOT_DIRECTORY`, `SRV_FS_BASE_PATH_DENIED` or `SRV_FS_BASE_PATH_UNREADABLE`, once each, and are looked
 * at again; a version that cannot be read is stated as `SRV_FS_VERSION_UNREADABLE`.
 *
 * @throws ServingError `SRV_FS_OPTION_INVALID`
 *
 * Source: TF Serving, `FileSystemStoragePathSource` in `sources/storage_path/file_system_storage_path_source.cc`.
 */
export default function fs(options: FsOptions = {}): SourcePlugin {
  const resolved = resolveFsOptions(options);
  return defineSource({
    name: '@servable/source-fs',
    schemes: ['file'],
    create: (context) => new FsSource(context, { ...resolved, pollIntervalMs: context.pollIntervalMs ?? resolved.pollIntervalMs }),
  });
}
