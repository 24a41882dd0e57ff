import type { AddressInfo } from 'node:net';

/** `host:port` of a listening server, IPv6 in brackets; the path of a Unix socket. */
export function formatAddress(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return address ?? '';
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}
