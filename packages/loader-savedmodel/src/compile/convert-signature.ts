import type { Signature } from '@servable/core';
import { type ModelToWrite, type NodeToWrite, writeModelFile } from '@servable/onnx-graph';
import { savedModelError } from '../errors.ts';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { hostOpsOf } from './cut/describe-plan.ts';
import type { EmittedGraph } from './emitted-graph.ts';
import { prepareSignature } from './compile-model.ts';
import { variablesOf } from './model-variables.ts';

/**
 * Compiles one signature into an ONNX file of its own. Inputs and outputs have the names that clients use, but for outputs that are called as an input
 * is: of those it says what they are called.
 */
export async function convertSignature(model: OpenSavedModel, { signature: name, path }: { readonly signature: string; readonly path: string }, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const signature: Signature | undefined = model.signatures.signatures.get(name);
  if (signature === undefined) {
    const known = Array.from(model.signatures.signatures.keys(), (each) => `'${each}'`).join(', ');
    throw savedModelError('SRV_SAVEDMODEL_SIGNATURE_UNKNOWN', [name, known]);
  }
  const emitted = await prepareSignature(model, { signature, store: await variablesOf(model, signal), signal });
  if ('kind' in emitted) throw savedModelError('SRV_SAVEDMODEL_UNCOVERED', [name, emitted.kind === 'uncovered' ? emitted.reason : emitted.message]);
  if ('steps' in emitted) throw savedModelError('SRV_SAVEDMODEL_NOT_ONE_GRAPH', [name, hostOpsOf(emitted).join(', ')]);
  await writeModelFile(path, withPassed(emitted), { signal });
  return new Map([...emitted.outputs].filter(([alias, given]) => alias !== given));
}

/** With the outputs that are what an input is, which a server passes on by itself. */
function withPassed({ model, inputs, passed }: EmittedGraph): ModelToWrite {
  const { graph } = model;
  const pairs = Array.from(passed, ([alias, input]) => ({ alias, input: inputs.get(input) ?? input }));
  const nodes = pairs.filter(({ alias, input }) => alias !== input).map(({ alias, input }): NodeToWrite => ({ name: alias, operator: 'Identity', domain: '', inputs: [input], outputs: [alias], attributes: {} }));
  const outputs = pairs.flatMap(({ alias, input }) => graph.inputs.filter(({ name }) => name === input).map((value) => ({ ...value, name: alias })));
  return { ...model, graph: { ...graph, nodes: [...graph.nodes, ...nodes], outputs: [...graph.outputs, ...outputs] } };
}
