import { STATUS_CODES } from 'node:http';

/** One answer over HTTP. */
export interface RestReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the connection ends with it. */
  readonly close?: boolean;
}

export const JSON_TYPE = 'application/json';
/** What libevent says when the application sets no type. */
export const UNTYPED = 'text/html; charset=ISO-8859-1';

/** Where TensorFlow Serving's phrase is not the usual one. */
const REASONS: Readonly<Record<number, string>> = {
  413: 'Request Entity Too Large',
  429: 'Client Error',
  499: 'Client Error',
  504: 'Gateway Time-out',
};

/** The words beside a status number. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? STATUS_CODES[status] ?? 'Unknown';
}

/** The page that TensorFlow Serving's HTTP layer answers with where its REST API is not reached. */
export function htmlPage(status: number): RestReply {
  const reason = reasonOf(status);
  const body = `<HTML><HEAD>\n<TITLE>${status} ${reason}</TITLE>\n</HEAD><BODY>\n<H1>${reason}</H1>\n</BODY></HTML>\n`;
  return { status, contentType: 'text/html', body, close: true };
}
