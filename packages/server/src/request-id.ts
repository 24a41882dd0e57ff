import { randomUUID } from 'node:crypto';

/** What goes into logs and headers as it is. */
const SANE_ID = /^[\w.:/+=@-]{1,128}$/;

/** The header, and gRPC metadata key, that a request's id travels in. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** The id that the client gave when it is up to 128 letters, digits or `_.:/+=@-`; else a new one. */
export function requestIdOf(given: unknown): string {
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
}
