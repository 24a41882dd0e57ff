import type { Signature } from '@servable/core';
import { writeModelFile } from '@servable/onnx-graph';
import { savedModelError } from '../errors.ts';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { hostOpsOf } from './cut/describe-plan.ts';
import { prepareSignature } from './compile-model.ts';
import { variablesOf } from './model-variables.ts';

/** Compiles one signature into an ONNX file of its own; inputs and outputs have the names that clients use. */
export async function convertSignature(model: OpenSavedModel, { signature: name, path }: { readonly signature: string; readonly path: string }, signal: AbortSignal): Promise<undefined> {
  const signature: Signature | undefined = model.signatures.signatures.get(name);
  if (signature === undefined) {
    const known = Array.from(model.signatures.signatures.keys(), (each) => `'${each}'`).join(', ');
    throw savedModelError('SRV_SAVEDMODEL_SIGNATURE_UNKNOWN', [name, known]);
  }
  const emitted = await prepareSignature(model, { signature, store: await variablesOf(model, signal), signal });
  if ('kind' in emitted) throw savedModelError('SRV_SAVEDMODEL_UNCOVERED', [name, emitted.kind === 'uncovered' ? emitted.reason : emitted.message]);
  if ('steps' in emitted) throw savedModelError('SRV_SAVEDMODEL_NOT_ONE_GRAPH', [name, hostOpsOf(emitted).join(', ')]);
  await writeModelFile(path, emitted.model, { signal });
  return undefined;
}
