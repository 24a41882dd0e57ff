import type { Batching, Inspection } from '@servable/core';
import type { OnnxEngine } from '@servable/engine-onnxruntime';
import { basename } from 'node:path';
import { BatchingDecision } from './batching-decision.ts';
import type { ModelFacts } from './model-facts.ts';
import { readGraphFile } from '@servable/onnx-graph';
import { graphOf, readModel } from './onnx-loader.ts';
import { resolveSignatures, unservableNotes } from './onnx-signatures.ts';
import { readManifest } from './servable-manifest.ts';

/** What a version's files say, without loading the model. */
export async function inspectModel(directory: string, batching: Batching | undefined, engine: OnnxEngine): Promise<Inspection> {
  const { signal } = new AbortController();
  const { path, facts, externalBytes } = await readModel(directory, signal);
  const graph = graphOf(path, facts, engine);
  const decision = new BatchingDecision(batching, await readGraphFile(path, signal));
  const signatures = resolveSignatures(graph, await readManifest(directory), decision);
  const batchingFacts = Array.from(signatures, ([name, { batched }]) => ({ label: `batching of ${name}`, value: decision.explain(batched) }));
  const batchingNotes = Array.from(signatures, ([name, { batched }]) => decision.noteOf(name, batched));
  return {
    signatures: new Map(Array.from(signatures, ([name, { signature }]) => [name, signature])),
    facts: [...describeFacts(basename(path), facts, externalBytes), ...batchingFacts],
    notes: [...unservableNotes(graph.outputs), ...batchingNotes.filter((note) => note !== undefined)],
  };
}

function describeFacts(name: string, facts: ModelFacts, externalBytes: number): Inspection['facts'] {
  const rows: [label: string, value: string][] = [
    ['file', `${name}, ${facts.fileBytes} bytes`],
    ['external data', externalBytes === 0 ? '' : `${new Set(facts.externalData.map((each) => each.location)).size} files, ${externalBytes} bytes`],
    ['IR version', String(facts.irVersion)],
    ['opsets', Array.from(facts.opsets, ([domain, version]) => `${domain} ${version}`).join(', ')],
    ['producer', `${facts.producer} ${facts.producerVersion}`.trim()],
    ['graph', `${facts.graphName}, ${facts.nodes} nodes`],
    ['operators', Array.from(facts.operators, ([operator, count]) => `${operator} ×${count}`).sort().join(', ')],
    ['parameters', String(facts.parameters)],
    ...Array.from(facts.metadata, ([key, value]): [string, string] => [`metadata ${key}`, value]),
  ];
  return rows.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}
