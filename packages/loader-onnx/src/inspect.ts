import type { Batching, Inspection } from '@servable/core';
import type { OnnxEngine } from '@servable/engine-onnxruntime';
import { basename } from 'node:path';
import type { ModelFacts } from './model/model-facts.ts';
import { graphOf, readModel } from './onnx-loader.ts';
import { resolveSignatures, unservableNotes } from './onnx-signatures.ts';
import { readManifest } from './servable-manifest.ts';

/** What a version's files say, without loading the model. */
export async function inspectModel(directory: string, batching: Batching, engine: OnnxEngine): Promise<Inspection> {
  const { path, facts, externalBytes } = await readModel(directory, new AbortController().signal);
  const graph = graphOf(path, facts, engine);
  const signatures = resolveSignatures(graph, await readManifest(directory), batching);
  return {
    signatures: new Map(Array.from(signatures, ([name, { signature }]) => [name, signature])),
    facts: describeFacts(basename(path), facts, externalBytes),
    notes: unservableNotes(graph.outputs),
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
