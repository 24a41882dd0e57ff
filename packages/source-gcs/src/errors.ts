import { defineErrors, messageOf } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface GcsErrorArguments {
  SRV_GCS_OPTION_INVALID: [option: string, wanted: string];
  SRV_GCS_BUCKET_MISSING: [bucket: string];
  SRV_GCS_DENIED: [bucket: string, reason: string];
  SRV_GCS_CREDENTIALS: [bucket: string, reason: string];
  SRV_GCS_REPLACED: [object: string];
  SRV_GCS_ENCODED: [object: string, encoding: string];
}

/** Makes one of this package's errors. */
export const gcsError: ReturnType<typeof defineErrors<GcsErrorArguments>> = defineErrors<GcsErrorArguments>({
  SRV_GCS_OPTION_INVALID: { status: 'INVALID_ARGUMENT', message: (option, wanted) => `@servable/source-gcs: ${option} must be ${wanted}` },
  SRV_GCS_BUCKET_MISSING: { status: 'NOT_FOUND', message: (bucket) => `There is no bucket '${bucket}': create it, or correct the model's path` },
  SRV_GCS_DENIED: {
    status: 'PERMISSION_DENIED',
    message: (bucket, reason) => `Bucket '${bucket}' may not be read: ${reason}. Grant the role Storage Object Viewer (roles/storage.objectViewer)`,
  },
  SRV_GCS_CREDENTIALS: {
    status: 'UNAUTHENTICATED',
    message: (bucket, reason) =>
      `There are no credentials that work for bucket '${bucket}': ${reason}. Run 'gcloud auth application-default login', set GOOGLE_APPLICATION_CREDENTIALS or the source's keyFilename, or anonymous: true for a public bucket`,
  },
  SRV_GCS_REPLACED: { status: 'ABORTED', message: (object) => `'${object}' was replaced or deleted while it was downloaded: the next look takes what is there now` },
  SRV_GCS_ENCODED: {
    status: 'FAILED_PRECONDITION',
    message: (object, encoding) => `'${object}' is stored with Content-Encoding ${encoding}: upload it as it is, without gsutil's -z or -Z`,
  },
});

/** What the library says when it has no account to ask as, or one that is not accepted. */
const CREDENTIAL_FAULT = /default credentials|invalid_grant|invalid_client|invalid_rapt|private key|credential|DECODER routines|ENOENT.*\.json|does not exist, or it is not a file/i;

/** A fault of listing a bucket, as its owner needs it told; others are returned as they are, and tried again. */
export function listFault(bucket: string, error: unknown): unknown {
  const status = statusOf(error);
  const options = { cause: error };
  if (status === 404) return gcsError('SRV_GCS_BUCKET_MISSING', [bucket], options);
  return accessFault(bucket, error);
}

/** The same for reading an object. */
export function readFault(bucket: string, object: string, error: unknown): unknown {
  const status = statusOf(error);
  if (status === 404 || status === 412) return gcsError('SRV_GCS_REPLACED', [`gs://${bucket}/${object}`], { cause: error });
  return accessFault(bucket, error);
}

function accessFault(bucket: string, error: unknown): unknown {
  const status = statusOf(error);
  const reason = firstLine(messageOf(error));
  if (status === 401 || (status === undefined && CREDENTIAL_FAULT.test(reason))) return gcsError('SRV_GCS_CREDENTIALS', [bucket, reason], { cause: error });
  if (status === 403) return gcsError('SRV_GCS_DENIED', [bucket, reason], { cause: error });
  return error;
}

/** The HTTP status of an answer; `undefined` when none came. */
function statusOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' || (typeof code === 'string' && /^\d{3}$/.test(code)) ? Number(code) : undefined;
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/[.\s]+$/, '');
}
