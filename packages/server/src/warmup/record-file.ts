import { messageOf, ServingError } from '@servable/core';
import { decodePredictionLog, type PredictionLog } from '@servable/protocol';
import { readRecords, type TfRecord } from '@servable/tfrecord';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { serverError } from '../errors.ts';
import { runPredictionLog } from './run-prediction-log.ts';
import { unlessMissing } from './unless-missing.ts';
import { MAX_WARMUP_REQUESTS, type WarmupFile, type WarmupRequest } from './warmup-request.ts';

/** Where TensorFlow Serving keeps a version's warm-up requests. */
const RECORD_FILE = join('assets.extra', 'tf_serving_warmup_requests');

/**
 * Opens `assets.extra/tf_serving_warmup_requests` of a version's folder, a TFRecord file of PredictionLogs; `undefined` when it is
 * not there. Reading its requests to the end, or to an error, closes it.
 *
 * Source: TF Serving, `servables/tensorflow/saved_model_warmup_util.cc`.
 */
export async function openRecordFile(folder: string, compat: 'default' | 'strict'): Promise<WarmupFile | undefined> {
  const path = join(folder, RECORD_FILE);
  const handle = await open(path).catch(unlessMissing);
  return handle === undefined ? undefined : { path, requests: requestsOf(handle, path, compat) };
}

/** @throws ServingError `SRV_WARMUP_UNREADABLE`, `SRV_WARMUP_RECORD_MALFORMED`, `SRV_WARMUP_TOO_MANY`; the requests before are given first */
async function* requestsOf(handle: FileHandle, path: string, compat: 'default' | 'strict'): AsyncGenerator<WarmupRequest> {
  try {
    for await (const record of readRecords(handle.createReadStream())) {
      if (record.index >= MAX_WARMUP_REQUESTS) throw serverError('SRV_WARMUP_TOO_MANY', [path, MAX_WARMUP_REQUESTS]);
      const log = decode(record, path);
      const place = `record ${record.index} (byte ${record.offset})`;
      const onMalformed = (error: ServingError): ServingError => malformed(record, path, error);
      yield { place, run: (servable, context) => runPredictionLog(log, servable, { context, compat, onMalformed }) };
    }
  } catch (error) {
    if (ServingError.is(error) && error.status === 'DATA_LOSS') throw serverError('SRV_WARMUP_UNREADABLE', [path, messageOf(error)], { cause: error });
    throw error;
  } finally {
    await handle.close();
  }
}

function decode(record: TfRecord, path: string): PredictionLog {
  try {
    return decodePredictionLog(record.data);
  } catch (error) {
    throw malformed(record, path, error);
  }
}

function malformed({ data, index, offset }: TfRecord, path: string, cause: unknown): ServingError {
  return serverError('SRV_WARMUP_RECORD_MALFORMED', [data, path, { record: index, offset, reason: messageOf(cause) }], { cause });
}
