import type { Artifact, Loader, LoaderContext, ResourceEstimate, Servable } from '@servable/core';
import type { OnnxEngine, OnnxSession } from '@servable/engine-onnxruntime';
import { BatchingDecision } from './batching-decision.ts';
import { EmptyInputs } from './empty-inputs.ts';
import { estimateResources } from './estimate.ts';
import { checkExternalFiles } from './external-files.ts';
import { findModelFile } from './find-model-file.ts';
import { graphValues } from './graph-values.ts';
import { type ModelFacts, readModelFacts } from './model-facts.ts';
import { readGraphFile } from '@servable/onnx-graph';
import type { OnnxOptions } from './onnx-options.ts';
import { OnnxServable } from './onnx-servable.ts';
import { resolveSignatures, unservableNotes } from './onnx-signatures.ts';
import { readManifest } from './servable-manifest.ts';

export interface OnnxLoaderParts {
  readonly artifact: Artifact;
  readonly options: OnnxOptions;
  readonly context: LoaderContext;
  /** Asked for only when a model's files are good. */
  readonly engine: () => OnnxEngine;
}

/** Engines cannot interrupt a load, and one that is left behind would hold memory that nobody counts. */
const NEVER = new AbortController().signal;

/** Loads one ONNX model. */
export class OnnxLoader implements Loader {
  readonly #parts: OnnxLoaderParts;
  /** Also of a load that was aborted: `unload` waits for what the engine could not interrupt. */
  #session: Promise<OnnxSession> | undefined;

  constructor(parts: OnnxLoaderParts) {
    this.#parts = parts;
  }

  async estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    const { artifact, options, engine } = this.#parts;
    const { facts, externalBytes } = await readModel(artifact.path, signal);
    return estimateResources(facts.fileBytes + externalBytes, options, engine());
  }

  async load(signal: AbortSignal): Promise<Servable> {
    const { artifact, options, engine } = this.#parts;
    const { path, facts } = await readModel(artifact.path, signal);
    const manifest = await readManifest(artifact.path);
    const { batching, allowEmptyInputs, ...session } = options;
    const decision = new BatchingDecision(batching, batching === undefined ? await readGraphFile(path, signal) : undefined);
    // Before the engine is troubled: a wrong servable.json should not cost a load.
    resolveSignatures(graphOf(path, facts, engine()), manifest, decision);
    const creating = engine().createSession(path, { ...session, hasLoops: hasLoops(facts) }, NEVER);
    this.#session = creating;
    const loaded = await untilAborted(creating, signal);
    const graph = graphOf(path, facts, engine(), loaded);
    this.#warnOf([...unservableNotes(graph.outputs), ...deviceNotes(loaded)]);
    const empties = new EmptyInputs(facts, { isAllowed: allowEmptyInputs });
    return new OnnxServable({ session: loaded, signatures: resolveSignatures(graph, manifest, decision), empties });
  }

  async unload(): Promise<void> {
    const creating = this.#session;
    this.#session = undefined;
    if (creating === undefined) return;
    const session = await creating.catch(() => undefined); // Its fault was load()'s to tell.
    await session?.close();
  }

  #warnOf(notes: readonly string[]): void {
    const { id, logger } = this.#parts.context;
    for (const note of notes) logger.warn({ model: id.name, version: String(id.version) }, note);
  }
}

function deviceNotes({ device, deviceFaults }: OnnxSession): string[] {
  return deviceFaults.map((fault) => `Runs on '${device}' instead of ${fault}`);
}

/** Rejects with the signal's reason as soon as it aborts; the promise goes on by itself. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Whether equal sizes may take any time: loops, and branches of which another may be taken next time. */
function hasLoops({ operators }: ModelFacts): boolean {
  return ['If', 'Loop', 'Scan', 'SequenceMap'].some((operator) => operators.has(operator));
}

/** The model's file, what it says, and the size of the files it refers to; all checked. */
export async function readModel(
  directory: string,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly facts: ModelFacts; readonly externalBytes: number }> {
  const path = await findModelFile(directory);
  const facts = await readModelFacts(path, signal);
  const externalBytes = await checkExternalFiles(path, facts.externalData);
  signal.throwIfAborted();
  return { path, facts, externalBytes };
}

/** The graph's inputs and outputs, and which of them can be served. */
export function graphOf(
  path: string,
  facts: ModelFacts,
  engine: OnnxEngine,
  session?: OnnxSession,
): Parameters<typeof resolveSignatures>[0] {
  return {
    path,
    inputs: engine.describeInputs(graphValues(facts.inputs, session?.graph.inputs)),
    outputs: engine.describeOutputs(graphValues(facts.outputs, session?.graph.outputs)),
  };
}
