import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { messageOf } from '@servable/core';

/** What a listener with TLS needs, as PEM text. */
export interface ResolvedTls {
  /** The server's certificate, and those between it and the root. */
  readonly cert: string;
  readonly key: string;
  /** The roots that clients' certificates are checked with; `undefined`: those that Node knows. */
  readonly clientCa: string | undefined;
  /** Whether a client must show a certificate. */
  readonly requiresClientCert: boolean;
}

/** What is wrong with a certificate or key, and with which. */
export interface TlsFault {
  readonly part: 'cert' | 'key' | 'clientCa';
  readonly problem: string;
  readonly cure: string;
}

/** What is wrong, before a client finds out; `undefined`: nothing. Pure. */
export function tlsFault({ cert, key, clientCa }: ResolvedTls): TlsFault | undefined {
  const certificate = parsed(() => new X509Certificate(cert));
  if (typeof certificate === 'string') {
    return { part: 'cert', problem: `holds no certificate: ${certificate}`, cure: 'Give PEM text that begins with -----BEGIN CERTIFICATE-----' };
  }
  const privateKey = parsed(() => createPrivateKey(key));
  if (typeof privateKey === 'string') {
    return { part: 'key', problem: `holds no private key: ${privateKey}`, cure: 'Give PEM text that begins with -----BEGIN PRIVATE KEY-----, without a passphrase' };
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    return { part: 'key', problem: 'is not the key of the certificate', cure: 'Give the key that the certificate was made for' };
  }
  const root = clientCa === undefined ? undefined : parsed(() => new X509Certificate(clientCa));
  if (typeof root !== 'string') return undefined;
  return { part: 'clientCa', problem: `holds no certificate: ${root}`, cure: 'Give the PEM text of the root certificates of clients' };
}

/** The value, or why there is none. */
function parsed<Value extends X509Certificate | KeyObject>(parse: () => Value): Value | string {
  try {
    return parse();
  } catch (error) {
    return messageOf(error);
  }
}
