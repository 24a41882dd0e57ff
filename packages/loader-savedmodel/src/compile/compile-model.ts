import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signature } from '@servable/core';
import { writeModelFile } from '@servable/onnx-graph';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { boundVariables } from './bound-variables.ts';
import { emitGraph } from './emit-graph.ts';
import { type CompiledModel, type CompiledSignature, type NotCompiled, writtenConstants } from './compiled-model.ts';
import { describePlan } from './cut/describe-plan.ts';
import type { EmittedPlan } from './cut/emitted-plan.ts';
import { writePlan } from './cut/write-plan.ts';
import type { EmittedGraph } from './emitted-graph.ts';
import { whyTooNew } from './graph-version.ts';
import { inlineFunctions } from './flow/inline-functions.ts';
import { allEffects, type FlatGraph } from './flow/flat-graph.ts';
import { EXTERNAL_FROM, hasLoops, provesRows } from './prove-rows.ts';
import { observedNodes, withoutUnobserved } from './flow/observed-nodes.ts';
import { RefusedRun } from './refused-run.ts';
import { UncoveredNodes } from './uncovered.ts';
import { VariableStore } from './variable-store.ts';

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
  for (const [name, signature] of model.signatures.signatures) {
    const tried = shapesToTry(signature).map((shapes) => tryToEmit(model, withShapes(signature, shapes), store));
    const covered = tried.find((each) => !('kind' in each) || each.kind !== 'uncovered');
    const [first] = tried;
    if (covered !== undefined && 'steps' in covered) cut.set(name, describePlan(covered));
    else if (covered === undefined && first !== undefined && 'reason' in first) uncovered.set(name, first.reason);
  }
  return { uncovered, cut };
}

function tryToEmit(model: OpenSavedModel, signature: Signature, store: VariableStore): EmittedGraph | EmittedPlan | NotCompiled {
  return emitOr(() => emitGraph({ graph: withoutUnobserved(flatten(model, signature), store.observed), signature, findVariable: (node) => store.find(node) }));
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
  for (const [at, name] of names.entries()) {
    const signature = model.signatures.signatures.get(name);
    if (signature !== undefined) compiled[name] = await compileSignature(model, { signature: withShapes(signature, shapes), store, signal }, { folder, file: `${at}.onnx` });
  }
  return compiled;
}

/** What variables hold, but of those that some signature changes. */
export async function variablesOf(model: OpenSavedModel, signal: AbortSignal): Promise<VariableStore> {
  const graphs = Array.from(model.signatures.signatures.values()).flatMap((signature) => {
    const graph = emitOr(() => flatten(model, signature));
    return 'kind' in graph ? [] : [graph];
  });
  const observed = observedNodes(graphs);
  const changed = changedVariables(graphs.map((graph) => withoutUnobserved(graph, observed)));
  return new VariableStore(model, { changed, observed, bound: await boundVariables(model, signal) });
}

function changedVariables(graphs: readonly FlatGraph[]): ReadonlyMap<string, string> {
  const changes = graphs.flatMap(({ effects }) => allEffects(effects)).filter(({ op }) => op !== 'Assert');
  return new Map(changes.flatMap(({ name, inputs: [target] }) => (target === undefined ? [] : [[target.node, name] as const])));
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
  const graph = emitOr(() => withoutUnobserved(flatten(model, signature), store.observed));
  if ('kind' in graph) return graph;
  await store.load(graph, signal);
  return emitOr(() => emitGraph({ graph, signature, findVariable: (node) => store.find(node) }));
}

async function compileSignature(model: OpenSavedModel, parts: SignatureParts, { folder, file }: { readonly folder: string; readonly file: string }): Promise<CompiledSignature> {
  const emitted = await prepareSignature(model, parts);
  if ('kind' in emitted) return emitted;
  const { signal } = parts;
  if ('steps' in emitted) return writePlan(emitted, { folder, file, signal });
  if (emitted.outputs.size === 0) return describe(emitted, undefined, emitted.constants.size === 0);
  await writeModelFile(join(folder, file), emitted.model, { externalFrom: EXTERNAL_FROM, signal });
  return describe(emitted, file, await provesRows(join(folder, file), { inputs: [...emitted.inputs.values()], outputs: [...emitted.outputs.values()] }, signal));
}

function describe({ inputs, outputs, passed, constants, model }: EmittedGraph, file: string | undefined, isProvenRows: boolean): CompiledSignature {
  const [names, made, given] = [inputs, outputs, passed].map((map) => Object.fromEntries(map));
  return { kind: 'graph', file, inputs: names ?? {}, outputs: made ?? {}, passed: given ?? {}, constants: writtenConstants(constants), isProvenRows: isProvenRows && constants.size === 0, hasLoops: hasLoops(model) };
}

function flatten(model: OpenSavedModel, { inputs, outputs }: Signature): FlatGraph {
  const names = [...inputs, ...outputs].map(([alias, { graphName = alias }]) => graphName);
  return inlineFunctions(model.graph, names);
}

function emitOr<T extends object>(emit: () => T): T | NotCompiled {
  try {
    return emit();
  } catch (error) {
    if (error instanceof UncoveredNodes) return { kind: 'uncovered', reason: error.message };
    if (error instanceof RefusedRun) return { kind: 'refused', status: error.status, message: error.message };
    throw error;
  }
}
