import type { MetaGraphDef } from '@servable/protos/saved-model';
import { savedModelError } from '../errors.ts';
import type { SavedModelFile } from './read-saved-model.ts';

/** The tags that a server asks for, unless it is told others. */
export const SERVING_TAGS: readonly string[] = ['serve'];

/** The tags of a file's graphs, each set sorted. */
export function tagSetsOf({ message }: SavedModelFile): readonly (readonly string[])[] {
  return message.metaGraphs.map(tagsOf);
}

/**
 * The graph that has these tags, all of them and no others.
 *
 * @throws ServingError `SRV_SAVEDMODEL_TAGS_NOT_FOUND`, which tells what there is
 *
 * Source: TensorFlow, `FindMetaGraphDef` in `cc/saved_model/reader.cc`.
 */
export function selectMetaGraph(file: SavedModelFile, tags: readonly string[]): MetaGraphDef {
  const wanted = normalized(tags);
  const found = file.message.metaGraphs.find((metaGraph) => String(tagsOf(metaGraph)) === String(wanted));
  if (found === undefined) throw savedModelError('SRV_SAVEDMODEL_TAGS_NOT_FOUND', [file.path, wanted, tagSetsOf(file)]);
  return found;
}

function tagsOf({ metaInfoDef }: MetaGraphDef): readonly string[] {
  return normalized(metaInfoDef?.tags ?? []);
}

function normalized(tags: readonly string[]): readonly string[] {
  return [...new Set(tags)].toSorted();
}
