export { defineRemoteSource, type RemoteSourceDefinition } from './define-remote-source.ts';
export { type RemoteErrorArguments, remoteError } from './errors.ts';
export type { RemoteOptions } from './remote-options.ts';
export type { ByteRange, Checksum, ReadRequest, RemoteLocation, RemoteObject, RemoteStore } from './remote-store.ts';
export { parseRetryAfter } from './waiting.ts';
