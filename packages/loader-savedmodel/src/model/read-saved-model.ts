import { type SavedModel, SavedModelSchema } from '@servable/protos/saved-model';
import { savedModelError } from '../errors.ts';
import { readBinaryProto, readTextProto } from '../proto/read-proto-file.ts';
import { findSavedModel } from './find-saved-model.ts';

/** A SavedModel's graph file, parsed. */
export interface SavedModelFile {
  /** Of `saved_model.pb` or `saved_model.pbtxt`. */
  readonly path: string;
  readonly format: 'binary' | 'text';
  readonly bytes: number;
  readonly message: SavedModel;
}

/**
 * Reads `saved_model.pb`, else `saved_model.pbtxt`, of a version directory. Values of constants are views of the file's bytes.
 *
 * @throws ServingError `SRV_SAVEDMODEL_NOT_FOUND`, `SRV_SAVEDMODEL_SESSION_BUNDLE`, `SRV_SAVEDMODEL_UNSUPPORTED`,
 * `SRV_SAVEDMODEL_UNREADABLE`, `SRV_SAVEDMODEL_TRUNCATED`, `SRV_SAVEDMODEL_MALFORMED`; the signal's reason
 */
export async function readSavedModelFile(directory: string, signal?: AbortSignal): Promise<SavedModelFile> {
  const { path, format } = await findSavedModel(directory);
  const read = format === 'binary' ? readBinaryProto : readTextProto;
  const file = await read(path, SavedModelSchema, signal);
  if (file === undefined) throw savedModelError('SRV_SAVEDMODEL_NOT_FOUND', [directory]);
  return { path, format, ...file };
}
