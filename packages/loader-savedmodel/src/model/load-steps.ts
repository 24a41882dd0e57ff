import type { MetaGraphDef } from '@servable/protos/saved-model';
import { savedModelError } from '../errors.ts';

/** What TensorFlow runs when it loads a graph, after its variables are made: each once, in this order. */
export interface LoadSteps {
  /** Reads the variables: the node to run, and the tensor to feed with the checkpoint's path. */
  readonly restore: { readonly operation: string; readonly filenameTensor: string } | undefined;
  /** The node that fills tables and the like. */
  readonly initOperation: string | undefined;
}

const INIT_SIGNATURE = '__saved_model_init_op';
const INIT_COLLECTIONS: readonly string[] = ['saved_model_main_op', 'legacy_init_op'];

/**
 * The names of what has to be run: the restore op of the saver; the init op of the signature `__saved_model_init_op`, else of the
 * collection `saved_model_main_op`, else of `legacy_init_op`.
 *
 * @throws ServingError `SRV_SAVEDMODEL_INIT_OP_INVALID` when such a collection does not name exactly one node
 *
 * Source: TensorFlow, `GetInitOp` and `RunRestore` in `cc/saved_model/loader_util.cc` and `loader.cc`.
 */
export function loadStepsOf(path: string, metaGraph: MetaGraphDef): LoadSteps {
  const { restoreOpName = '', filenameTensorName = '' } = metaGraph.saverDef ?? {};
  return {
    restore: restoreOpName === '' ? undefined : { operation: restoreOpName, filenameTensor: filenameTensorName },
    initOperation: fromSignature(metaGraph) ?? fromCollections(path, metaGraph),
  };
}

function fromSignature({ signatureDef }: MetaGraphDef): string | undefined {
  const encoding = signatureDef[INIT_SIGNATURE]?.outputs[INIT_SIGNATURE]?.encoding;
  return encoding?.case === 'name' && encoding.value !== '' ? encoding.value : undefined;
}

function fromCollections(path: string, { collectionDef }: MetaGraphDef): string | undefined {
  const name = INIT_COLLECTIONS.find((collection) => Object.hasOwn(collectionDef, collection));
  if (name === undefined) return undefined;
  const kind = collectionDef[name]?.kind;
  const nodes = kind?.case === 'nodeList' ? kind.value.value : [];
  if (nodes.length !== 1) throw savedModelError('SRV_SAVEDMODEL_INIT_OP_INVALID', [path, `Collection ${name}`, nodes.length]);
  return nodes[0];
}
