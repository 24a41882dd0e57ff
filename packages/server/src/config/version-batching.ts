import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchingOptions } from '@servable/batching';
import { BatchingParametersSchema } from '@servable/protos/tensorflow-serving-config';
import { serverError } from '../errors.ts';
import { readBatchingParameters } from './batching-parameters.ts';
import { formatPath } from './config-path.ts';
import { readTextProtoFile } from './text-proto-file.ts';

/** Source: TF Serving, `kBatchingParamsFilename` in `saved_model_bundle_factory.cc`. */
const FILE_NAME = 'batching_params.pbtxt';

/**
 * What the file beside a version says of its batching; `false`, not at all, when there is none.
 *
 * @throws ServingError `SRV_CONFIG_INVALID`
 */
export async function readVersionBatching(folder: string): Promise<BatchingOptions | false> {
  const isThere = await stat(join(folder, FILE_NAME)).then(() => true, () => false);
  if (!isThere) return false;
  const file = await readTextProtoFile(BatchingParametersSchema, { path: FILE_NAME, namedBy: FILE_NAME, cwd: folder });
  if ('fault' in file) throw serverError('SRV_CONFIG_INVALID', [[file.fault]]);
  const { options, faults } = readBatchingParameters(file.message);
  const told = faults.map(({ keys, ...fault }) => ({ layer: 'file' as const, path: formatPath(keys), ...fault, location: file.locate(keys) }));
  if (told.length > 0) throw serverError('SRV_CONFIG_INVALID', [told]);
  return options;
}
