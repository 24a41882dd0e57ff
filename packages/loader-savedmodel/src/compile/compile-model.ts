import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signature } from '@servable/core';
import { WeightFile, writeModelFile } from '@servable/onnx-graph';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { emitGraph, type GraphSource } from './emit-graph.ts';
import { type CompiledModel, type CompiledSignature, type NotCompiled, writtenConstants } from './compiled-model.ts';
import { describePlan } from './cut/describe-plan.ts';
import type { EmittedPlan } from './cut/emitted-plan.ts';
import { writePlan } from './cut/write-plan.ts';
import type { EmittedGraph } from './emitted-graph.ts';
import { emitOr, flatten, servedGraph } from './flat-signature.ts';
import { withoutUnobserved } from './flow/observed-nodes.ts';
import { whyTooNew } from './graph-version.ts';
import { variablesOf } from './model-variables.ts';
import { EXTERNAL_FROM, type GraphPlace, hasLoops, provesRows } from './prove-rows.ts';
import { TwinFinder } from './twin-finder.ts';
import type { VariableStore } from './variable-store.ts';

/** What can be compiled of a model. */
export interface Coverage {
  /** Signatures that cannot be compiled, and why. */
  readonly uncovered: ReadonlyMap<string, string>;
  /** Those of which a part runs in TypeScript, and which. */
  readonly cut: ReadonlyMap<string, string>;
}

/** Which signatures can be compiled, and how. Nothing of the variables' values is read. */
export async function findCoverage(model: OpenSavedModel, signal: AbortSignal): Promise<Coverage> {
  const tooNew = whyTooNew(model);
  if (tooNew !== undefined) return { uncovered: new Map(Array.from(model.signatures.signatures.keys(), (name) => [name, tooNew])), cut: new Map() };
  const store = await variablesOf(model, signal);
  const [uncovered, cut] = [new Map<string, string>(), new Map<string, string>()];
  const twins = new TwinFinder(model, store);
  for (const [name, signature] of model.signatures.signatures) {
    const twin = twins.find(name, signature);
    if (twin !== undefined) {
      for (const known of [uncovered, cut]) if (known.has(twin)) known.set(name, known.get(twin) ?? '');
      continue;
    }
    const tried = shapesToTry(signature).map((shapes) => tryToEmit(model, withShapes(signature, shapes), store));
    const covered = tried.find((each) => !('kind' in each) || each.kind !== 'uncovered');
    const [first] = tried;
    if (covered !== undefined && 'steps' in covered) cut.set(name, describePlan(covered));
    else if (covered === undefined && first !== undefined && 'reason' in first) uncovered.set(name, first.reason);
  }
  return { uncovered, cut };
}

function tryToEmit(model: OpenSavedModel, signature: Signature, store: VariableStore): EmittedGraph | EmittedPlan | NotCompiled {
  return emitOr(() => {
    const graph = withoutUnobserved(flatten(model, signature), store.observed);
    return emitGraph({ graph, signature, ...findersOf(store) });
  });
}

/** The signature's own, and where it does not say how many axes an input has, some that requests may bring. */
function shapesToTry({ inputs }: Signature): readonly InputShapes[] {
  const unknown = Array.from(inputs).flatMap(([alias, { shape }]) => (shape === undefined ? [alias] : []));
  const ranks = unknown.length === 0 ? [] : [1, 2, 3, 4, 0];
  return [{}, ...ranks.map((rank) => Object.fromEntries(unknown.map((alias) => [alias, Array.from({ length: rank }, () => -1)])))];
}

/** Shapes of inputs, by alias; -1 is any size. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** What of a model is compiled. */
export interface CompileScope {
  readonly names: readonly string[];
  /** Of inputs, where others than the signatures' are meant. */
  readonly shapes?: InputShapes | undefined;
  readonly signal: AbortSignal;
}

function withShapes(signature: Signature, shapes: InputShapes): Signature {
  const inputs = Array.from(signature.inputs, ([alias, info]) => [alias, { ...info, shape: Object.hasOwn(shapes, alias) ? shapes[alias] : info.shape }] as const);
  return { ...signature, inputs: new Map(inputs) };
}

/** Compiles signatures into files of a folder. */
export async function compileModel(model: OpenSavedModel, folder: string, { names, shapes = {}, signal }: CompileScope): Promise<CompiledModel> {
  await mkdir(folder, { recursive: true });
  const store = await variablesOf(model, signal);
  const compiled: Record<string, CompiledSignature> = {};
  const twins = new TwinFinder(model, store);
  const weights = new WeightFile(join(folder, 'weights.data'));
  try {
    for (const [at, name] of names.entries()) {
      const signature = model.signatures.signatures.get(name);
      if (signature === undefined) continue;
      const twin = compiled[twins.find(name, signature) ?? ''];
      compiled[name] = twin ?? (await compileSignature(model, { signature: withShapes(signature, shapes), store, signal }, { folder, file: `${at}.onnx`, weights, signal }));
    }
  } finally {
    await weights.close();
  }
  return compiled;
}

function findersOf(store: VariableStore): Pick<GraphSource, 'findVariable' | 'findTable'> {
  return { findVariable: (node) => store.find(node), findTable: (node) => store.tables.find(node) };
}

interface SignatureParts {
  readonly signature: Signature;
  readonly store: VariableStore;
  readonly signal: AbortSignal;
}

/** Emits a signature with the values of its variables at hand. */
export async function prepareSignature(model: OpenSavedModel, { signature, store, signal }: SignatureParts): Promise<EmittedGraph | EmittedPlan | NotCompiled> {
  signal.throwIfAborted();
  const tooNew = whyTooNew(model);
  if (tooNew !== undefined) return { kind: 'uncovered', reason: tooNew };
  const graph = servedGraph(model, signature, store);
  if ('kind' in graph) return graph;
  await store.load(graph, signal);
  await store.tables.load(graph, signal);
  return emitOr(() => emitGraph({ graph, signature, ...findersOf(store) }));
}

async function compileSignature(model: OpenSavedModel, parts: SignatureParts, place: GraphPlace): Promise<CompiledSignature> {
  const emitted = await prepareSignature(model, parts);
  if ('kind' in emitted) return emitted;
  const { folder, file, weights, signal } = place;
  if ('steps' in emitted) return writePlan(emitted, place);
  if (emitted.outputs.size === 0) return describe(emitted, undefined, emitted.constants.size === 0);
  await writeModelFile(join(folder, file), emitted.model, { externalFrom: EXTERNAL_FROM, weights, signal });
  return describe(emitted, file, await provesRows(join(folder, file), { inputs: [...emitted.inputs.values()], outputs: [...emitted.outputs.values()] }, signal));
}

function describe({ inputs, outputs, passed, constants, model }: EmittedGraph, file: string | undefined, isProvenRows: boolean): CompiledSignature {
  const [names, made, given] = [inputs, outputs, passed].map((map) => Object.fromEntries(map));
  return { kind: 'graph', file, inputs: names ?? {}, outputs: made ?? {}, passed: given ?? {}, constants: writtenConstants(constants), isProvenRows: isProvenRows && constants.size === 0, hasLoops: hasLoops(model) };
}
