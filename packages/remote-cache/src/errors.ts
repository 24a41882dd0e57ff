import { defineErrors, ServingError, type Status } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface RemoteErrorArguments {
  SRV_REMOTE_OPTION_INVALID: [source: string, option: string, value: string, wanted: string];
  SRV_REMOTE_PATH_INVALID: [model: string, path: string, reason: string];
  SRV_REMOTE_BASE_PATH_MISSING: [model: string, path: string];
  SRV_REMOTE_UNREACHABLE: [model: string, path: string, reason: string];
  SRV_REMOTE_NAME_UNUSABLE: [model: string, version: string, name: string, reason: string];
  SRV_REMOTE_READ_FAILED: [file: string, reason: string];
  SRV_REMOTE_CHECKSUM: [file: string, algorithm: string, wanted: string, got: string];
  SRV_REMOTE_ARCHIVE_BROKEN: [file: string, reason: string];
  SRV_REMOTE_CACHE_UNUSABLE: [directory: string, reason: string];
  SRV_REMOTE_DISK_FULL: [model: string, version: string, directory: string, bytes: number];
}

/** Makes one of this package's errors. */
export const remoteError: ReturnType<typeof defineErrors<RemoteErrorArguments>> = defineErrors<RemoteErrorArguments>({
  SRV_REMOTE_OPTION_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (source, option, value, wanted) => `${source}: ${option} must be ${wanted}, got ${value}`,
  },
  SRV_REMOTE_PATH_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (model, path, reason) => `The path '${path}' of model '${model}' cannot be used: ${reason}`,
  },
  SRV_REMOTE_BASE_PATH_MISSING: {
    status: 'NOT_FOUND',
    message: (model, path) => `Could not find base path '${path}' of model '${model}': there is nothing below it. Upload a version, or correct the model's path`,
  },
  SRV_REMOTE_UNREACHABLE: {
    status: 'UNAVAILABLE',
    message: (model, path, reason) => `Base path '${path}' of model '${model}' cannot be looked at: ${reason}`,
  },
  SRV_REMOTE_NAME_UNUSABLE: {
    status: 'INVALID_ARGUMENT',
    message: (model, version, name, reason) => `'${name}' of ${model}/${version} cannot be a file here: ${reason}. Upload it under another name`,
  },
  SRV_REMOTE_READ_FAILED: { status: 'UNAVAILABLE', message: (file, reason) => `'${file}' cannot be downloaded: ${reason}` },
  SRV_REMOTE_CHECKSUM: {
    status: 'DATA_LOSS',
    message: (file, algorithm, wanted, got) =>
      `'${file}' is damaged: its ${algorithm} is ${got}, not ${wanted}, after several downloads. Upload it again, or look for what changes bytes on the way`,
  },
  SRV_REMOTE_ARCHIVE_BROKEN: {
    status: 'DATA_LOSS',
    message: (file, reason) => `'${file}' cannot be unpacked: ${reason}. Make the archive again, with tar -czf`,
  },
  SRV_REMOTE_CACHE_UNUSABLE: {
    status: 'FAILED_PRECONDITION',
    message: (directory, reason) =>
      `The cache directory '${directory}' cannot be used: ${reason}. Set the source's cacheDirectory to a directory that this user may write`,
  },
  SRV_REMOTE_DISK_FULL: {
    status: 'RESOURCE_EXHAUSTED',
    message: (model, version, directory, bytes) =>
      `No space is left for ${model}/${version} (${bytes} bytes) under '${directory}', although unused versions were removed: free some, or set the source's cacheDirectory to a larger disk`,
  },
});

/** The system's code of a failed call, such as `ENOENT`; empty for anything else. */
export function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const FINAL: ReadonlySet<Status> = new Set<Status>([
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'ABORTED',
  'DATA_LOSS',
]);

/** Whether trying the same again at once makes no sense. */
export function isFinal(error: unknown): boolean {
  return ServingError.is(error) && FINAL.has(error.status);
}
