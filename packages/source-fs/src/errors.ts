import { defineErrors } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface FsErrorArguments {
  SRV_FS_OPTION_INVALID: [option: string, value: string];
  SRV_FS_PATH_INVALID: [model: string, path: string, reason: string];
  SRV_FS_BASE_PATH_MISSING: [model: string, path: string];
  SRV_FS_BASE_PATH_NOT_DIRECTORY: [model: string, path: string];
  SRV_FS_BASE_PATH_DENIED: [model: string, path: string];
  SRV_FS_BASE_PATH_UNREADABLE: [model: string, path: string, reason: string];
  SRV_FS_VERSION_UNREADABLE: [model: string, path: string, reason: string];
}

/** Makes one of this package's errors. */
export const fsError: ReturnType<typeof defineErrors<FsErrorArguments>> = defineErrors<FsErrorArguments>({
  SRV_FS_OPTION_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (option, value) => `source-fs: ${option} must be a number of milliseconds, 0 or more, got ${value}`,
  },
  SRV_FS_PATH_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (model, path, reason) => `The path '${path}' of model '${model}' cannot be used: ${reason}`,
  },
  SRV_FS_BASE_PATH_MISSING: {
    status: 'NOT_FOUND',
    message: (model, path) => `Could not find base path '${path}' of model '${model}': create it, or correct the model's path`,
  },
  SRV_FS_BASE_PATH_NOT_DIRECTORY: {
    status: 'INVALID_ARGUMENT',
    message: (model, path) =>
      `Base path '${path}' of model '${model}' is a file: give the directory that holds the numbered versions`,
  },
  SRV_FS_BASE_PATH_DENIED: {
    status: 'PERMISSION_DENIED',
    message: (model, path) => `Base path '${path}' of model '${model}' may not be read by this user: grant read and search permission`,
  },
  SRV_FS_BASE_PATH_UNREADABLE: {
    status: 'UNAVAILABLE',
    message: (model, path, reason) => `Base path '${path}' of model '${model}' cannot be read: ${reason}`,
  },
  SRV_FS_VERSION_UNREADABLE: {
    status: 'UNAVAILABLE',
    message: (model, path, reason) => `The files of model '${model}' at '${path}' cannot be read: ${reason}`,
  },
});

/** The system's code of a failed call, such as `ENOENT`; empty for anything else. */
export function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
