import { defineErrors } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface HttpErrorArguments {
  SRV_HTTP_OPTION_INVALID: [option: string, wanted: string];
  SRV_HTTP_DENIED: [url: string, status: number];
  SRV_HTTP_STATUS: [url: string, status: number];
  SRV_HTTP_INDEX_INVALID: [url: string, reason: string];
  SRV_HTTP_ARCHIVE_UNSIZED: [url: string];
  SRV_HTTP_REPLACED: [url: string];
  SRV_HTTP_REDIRECT: [url: string, reason: string];
  SRV_HTTP_RANGE: [url: string, wanted: string, got: string];
  SRV_HTTP_ENCODED: [url: string, encoding: string];
}

/** Makes one of this package's errors. */
export const httpError: ReturnType<typeof defineErrors<HttpErrorArguments>> = defineErrors<HttpErrorArguments>({
  SRV_HTTP_OPTION_INVALID: { status: 'INVALID_ARGUMENT', message: (option, wanted) => `@servable/source-http: ${option} must be ${wanted}` },
  SRV_HTTP_DENIED: {
    status: 'PERMISSION_DENIED',
    message: (url, status) => `'${url}' may not be read (HTTP ${status}): set the source's headers, such as { authorization: 'Bearer …' }`,
  },
  SRV_HTTP_STATUS: { status: 'UNAVAILABLE', message: (url, status) => `'${url}' was answered with HTTP ${status}` },
  SRV_HTTP_INDEX_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (url, reason) => `The index at '${url}' cannot be read: ${reason}. Make it with createHttpIndex() of @servable/source-http`,
  },
  SRV_HTTP_ARCHIVE_UNSIZED: {
    status: 'FAILED_PRECONDITION',
    message: (url) => `'${url}' comes without Content-Length: serve the archive as a file, or list its files in an index`,
  },
  SRV_HTTP_REPLACED: { status: 'ABORTED', message: (url) => `'${url}' was replaced while it was downloaded: the next look takes what is there now` },
  SRV_HTTP_REDIRECT: {
    status: 'FAILED_PRECONDITION',
    message: (url, reason) => `A redirect of '${url}' is not followed: ${reason}. Set the model's path to where its files are`,
  },
  SRV_HTTP_RANGE: {
    status: 'UNAVAILABLE',
    message: (url, wanted, got) => `'${url}' was asked for bytes ${wanted} and answered with '${got}': the server, or a proxy before it, must answer ranges as RFC 9110 says`,
  },
  SRV_HTTP_ENCODED: {
    status: 'FAILED_PRECONDITION',
    message: (url, encoding) => `'${url}' comes with Content-Encoding ${encoding}, although none was asked for: have the server send it as it is stored`,
  },
});
