import { messageOf, type ServingError } from '@servable/core';
import { serverError } from './errors.ts';

/** Where a listener should have opened, and the setting that says so. */
export interface WantedAddress {
  readonly protocol: 'REST' | 'gRPC';
  readonly host?: string;
  readonly port?: number;
  /** Of a UNIX socket. */
  readonly path?: string;
}

/** `SRV_LISTEN_FAILED` with what to do about the usual reasons. */
export function listenFailure({ protocol, host = '', port = 0, path }: WantedAddress, cause: unknown): ServingError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const cure = path === undefined ? cureOf(code, protocol.toLowerCase()) : socketCureOf(code);
  const reason = cure === undefined ? messageOf(cause) : `${messageOf(cause)}. ${cure}`;
  return serverError('SRV_LISTEN_FAILED', [protocol, path ?? `${host}:${port}`, reason], { cause });
}

function cureOf(code: unknown, group: string): string | undefined {
  if (code === 'EADDRINUSE') return `Stop the program that has this port, or choose another with --${group}-port`;
  if (code === 'EACCES') return `Choose a port from 1024 up with --${group}-port, or allow this user to open low ports`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `Give an address of this machine with --${group}-host, or 0.0.0.0 for all`;
  return undefined;
}

function socketCureOf(code: unknown): string | undefined {
  if (code === 'EADDRINUSE') return 'Stop the program that listens there, or remove what stands in its place';
  return code === 'ENOENT' || code === 'EACCES' ? 'Give a path in a folder that is there and that this user may write to, with --grpc-socket-path' : undefined;
}
