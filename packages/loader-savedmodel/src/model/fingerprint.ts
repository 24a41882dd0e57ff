import { join } from 'node:path';
import { type FingerprintDef, FingerprintDefSchema } from '@servable/protos/saved-model';
import { readBinaryProto } from '../proto/read-proto-file.ts';

/** The file's name in a version directory. */
const FINGERPRINT = 'fingerprint.pb';

/**
 * Reads `fingerprint.pb`: hashes of the model's parts, and an id of this export. `undefined` when there is none, as before
 * TensorFlow 2.12.
 *
 * @throws ServingError `SRV_SAVEDMODEL_TRUNCATED`, `SRV_SAVEDMODEL_MALFORMED`, `SRV_SAVEDMODEL_UNREADABLE`
 */
export async function readFingerprint(directory: string, signal?: AbortSignal): Promise<FingerprintDef | undefined> {
  return (await readBinaryProto(join(directory, FINGERPRINT), FingerprintDefSchema, signal))?.message;
}
