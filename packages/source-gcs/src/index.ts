import { Storage, type StorageOptions } from '@google-cloud/storage';
import type { SourcePlugin } from '@servable/core';
import { defineRemoteSource, type RemoteOptions } from '@servable/remote-cache';
import { PassThroughClient } from 'google-auth-library';
import { gcsError } from './errors.ts';
import { GcsStore } from './gcs-store.ts';

export { type GcsErrorArguments, gcsError } from './errors.ts';

/** Options of this source. */
export interface GcsOptions extends RemoteOptions {
  /** Asks without credentials, for public buckets. Default: false, application-default credentials. */
  readonly anonymous?: boolean;
  /** A file with the credentials of a service account. Default: application-default credentials. */
  readonly keyFilename?: string;
  /** Another server that speaks the JSON API, such as an emulator; it gets credentials only with `keyFilename`. Default: Google's. */
  readonly apiEndpoint?: string;
  /** The project that pays, for buckets where the requester does. Default: the bucket's owner pays. */
  readonly userProject?: string;
}

/**
 * Finds versions in Google Cloud Storage: `gs://bucket/prefix/<version>/…`. Models side by side are listed by one request for every
 * 1000 objects, whatever their number; objects are downloaded by their generation and held to their CRC32C.
 *
 * @throws ServingError `SRV_GCS_OPTION_INVALID`, `SRV_REMOTE_OPTION_INVALID`
 */
export default function gcs(options: GcsOptions = {}): SourcePlugin {
  const { anonymous = false, apiEndpoint, keyFilename, userProject, ...remote } = options;
  if (apiEndpoint !== undefined && !/^https?:\/\/./.test(apiEndpoint)) throw gcsError('SRV_GCS_OPTION_INVALID', ['apiEndpoint', `a URL such as 'http://127.0.0.1:4443', got '${apiEndpoint}'`]);
  if (anonymous && keyFilename !== undefined) throw gcsError('SRV_GCS_OPTION_INVALID', ['anonymous', 'left out when keyFilename is given']);
  const storageOptions: StorageOptions = {
    // Tries again are the cache's business: it counts them, and goes on where a read stopped.
    retryOptions: { autoRetry: false, maxRetries: 0 },
    ...(apiEndpoint === undefined ? {} : { apiEndpoint, useAuthWithCustomEndpoint: keyFilename !== undefined }),
    ...(keyFilename === undefined ? {} : { keyFilename }),
    ...(anonymous ? { authClient: new PassThroughClient() } : {}),
  };
  return defineRemoteSource({
    name: '@servable/source-gcs',
    schemes: ['gs'],
    options: remote,
    createStore: () => new GcsStore(new Storage(storageOptions), { hasCredentials: !anonymous && (apiEndpoint === undefined || keyFilename !== undefined), userProject }),
  });
}
