import type { SourcePlugin } from '@servable/core';
import { defineRemoteSource, type RemoteOptions } from '@servable/remote-cache';
import { httpError } from './errors.ts';
import { HttpStore } from './http-store.ts';

export { type HttpErrorArguments, httpError } from './errors.ts';
export { createHttpIndex, type HttpIndex, type HttpIndexFile } from './http-index.ts';

/** Options of this source. `settleMs` says nothing here: an index, and an archive, come into being at once. */
export interface HttpOptions extends Omit<RemoteOptions, 'settleMs' | 'completionMarker'> {
  /** Sent with every request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Finds versions behind a URL that ends with `.json` or `/` (an index of versions and their files, `index.json`), or with `.tar.gz` or
 * `.tgz` (one version: numbered by its name, else by the second of its last change).
 *
 * @throws ServingError `SRV_HTTP_OPTION_INVALID`, `SRV_REMOTE_OPTION_INVALID`
 */
export default function http(options: HttpOptions = {}): SourcePlugin {
  const { headers = {}, ...remote } = options;
  if (!areHeaders(headers)) throw httpError('SRV_HTTP_OPTION_INVALID', ['headers', 'an object of names and texts that HTTP allows']);
  return defineRemoteSource({
    name: '@servable/source-http',
    schemes: ['http', 'https'],
    options: { ...remote, settleMs: 0 },
    createStore: () => new HttpStore(headers),
  });
}

function areHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    return [...new Headers(headers)].length >= 0;
  } catch {
    return false;
  }
}
