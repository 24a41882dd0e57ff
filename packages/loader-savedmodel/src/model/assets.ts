import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fromBinary } from '@servable/protos';
import { type AssetFileDef, AssetFileDefSchema, type MetaGraphDef } from '@servable/protos/saved-model';
import { messageOf } from '@servable/core';
import { savedModelError } from '../errors.ts';

/** A file that a graph reads while it is loaded: a vocabulary, say. */
export interface Asset {
  /** The tensor that is fed the path, such as `asset_path_initializer:0`. */
  readonly tensorName: string;
  /** Inside the folder `assets`. */
  readonly filename: string;
  readonly path: string;
  readonly bytes: number;
}

const COLLECTION = 'saved_model_assets';
const ASSET_TYPE = 'tensorflow.AssetFileDef';

/**
 * The assets of a graph: `asset_file_def`, else the collection that TensorFlow 1 writes. All are there when this answers.
 *
 * @param modelPath - of `saved_model.pb`, for messages
 * @throws ServingError `SRV_SAVEDMODEL_ASSET_MISSING`; `SRV_SAVEDMODEL_ASSET_INVALID` for a path that leads out of `assets`;
 * `SRV_SAVEDMODEL_MALFORMED`
 */
export async function readAssets(modelPath: string, directory: string, metaGraph: MetaGraphDef): Promise<readonly Asset[]> {
  const folder = join(directory, 'assets');
  const definitions = metaGraph.assetFileDef.length > 0 ? metaGraph.assetFileDef : fromCollection(modelPath, metaGraph);
  return Promise.all(definitions.map((definition) => toAsset(modelPath, folder, definition)));
}

function fromCollection(modelPath: string, { collectionDef }: MetaGraphDef): AssetFileDef[] {
  const kind = collectionDef[COLLECTION]?.kind;
  if (kind?.case !== 'anyList') return [];
  return kind.value.value.map(({ typeUrl, value }) => {
    if (!typeUrl.endsWith(`/${ASSET_TYPE}`)) throw malformed(modelPath, `it holds a '${typeUrl}'`);
    try {
      return fromBinary(AssetFileDefSchema, value);
    } catch (error) {
      throw malformed(modelPath, messageOf(error), error);
    }
  });
}

async function toAsset(modelPath: string, folder: string, { filename, tensorInfo }: AssetFileDef): Promise<Asset> {
  const path = join(folder, filename);
  const tensorName = tensorInfo?.encoding.case === 'name' ? tensorInfo.encoding.value : '';
  if (filename.includes('\0') || !isInside(folder, path)) {
    throw savedModelError('SRV_SAVEDMODEL_ASSET_INVALID', [modelPath, filename, "is not a file inside the model's folder 'assets'"]);
  }
  try {
    return { tensorName, filename, path, bytes: (await stat(path)).size };
  } catch (error) {
    throw savedModelError('SRV_SAVEDMODEL_ASSET_MISSING', [path, tensorName], { cause: error });
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function malformed(path: string, reason: string, cause?: unknown): ReturnType<typeof savedModelError> {
  return savedModelError('SRV_SAVEDMODEL_MALFORMED', [path, 'binary', `Collection ${COLLECTION}: ${reason}`], { cause });
}
