import { messageOf, type ServingError } from '@servable/core';
import { serverError } from './errors.ts';

/** Where a listener should have opened, and the setting that says so. */
export interface WantedAddress {
  readonly protocol: 'REST' | 'gRPC';
  readonly host: string;
  readonly port: number;
}

/** `SRV_LISTEN_FAILED` with what to do about the usual reasons. */
export function listenFailure({ protocol, host, port }: WantedAddress, cause: unknown): ServingError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const cure = cureOf(code, protocol.toLowerCase());
  const reason = cure === undefined ? messageOf(cause) : `${messageOf(cause)}. ${cure}`;
  return serverError('SRV_LISTEN_FAILED', [protocol, `${host}:${port}`, reason], { cause });
}

function cureOf(code: unknown, group: string): string | undefined {
  if (code === 'EADDRINUSE') return `Stop the program that has this port, or choose another with --${group}-port`;
  if (code === 'EACCES') return `Choose a port from 1024 up with --${group}-port, or allow this user to open low ports`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `Give an address of this machine with --${group}-host, or 0.0.0.0 for all`;
  return undefined;
}
