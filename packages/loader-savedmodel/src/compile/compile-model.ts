import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DType, NumericData, Signature } from '@servable/core';
import { proveRowIndependence, readGraphFile, type StoredTensor, writeModelFile } from '@servable/onnx-graph';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { emitGraph } from './emit-graph.ts';
import type { EmittedGraph } from './emitted-graph.ts';
import { inlineFunctions } from './flow/inline-functions.ts';
import { allEffects, type FlatGraph } from './flow/flat-graph.ts';
import { RefusedRun, type RefusedStatus } from './refused-run.ts';
import { UncoveredNodes } from './uncovered.ts';
import { VariableStore } from './variable-store.ts';

/** What became of one signature. */
export type CompiledSignature =
  | {
      readonly kind: 'graph';
      /** Of the `.onnx` file, relative to the folder; `undefined`: nothing has to be computed. */
      readonly file: string | undefined;
      /** Names in the graph, by alias. */
      readonly inputs: Readonly<Record<string, string>>;
      readonly outputs: Readonly<Record<string, string>>;
      /** Outputs that are what an input is: its alias, by that of the output. */
      readonly passed: Readonly<Record<string, string>>;
      readonly constants: Readonly<Record<string, WrittenConstant>>;
      readonly isProvenRows: boolean;
      readonly hasLoops: boolean;
    }
  | { readonly kind: 'uncovered'; readonly reason: string }
  /** TensorFlow loads it, and refuses every call. */
  | { readonly kind: 'refused'; readonly status: RefusedStatus; readonly message: string };

/** A tensor in the manifest. */
export interface WrittenConstant {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly base64: string;
}

/** Signatures by name. */
export type CompiledModel = Readonly<Record<string, CompiledSignature>>;

/** Weights of at least this many bytes are kept beside the graph, where ONNX Runtime maps them into memory. */
const EXTERNAL_FROM = 2 ** 16;

/** Which signatures cannot be compiled, by name, and why. Nothing of the variables' values is read. */
export function findUncovered(model: OpenSavedModel): ReadonlyMap<string, string> {
  const store = variablesOf(model);
  const uncovered = new Map<string, string>();
  for (const [name, signature] of model.signatures.signatures) {
    const reasons = shapesToTry(signature).map((shapes) => whyUncovered(model, withShapes(signature, shapes), store));
    if (!reasons.includes(undefined)) uncovered.set(name, reasons[0] ?? '');
  }
  return uncovered;
}

function whyUncovered(model: OpenSavedModel, signature: Signature, store: VariableStore): string | undefined {
  const emitted = emitOr(() => emitGraph({ graph: flatten(model, signature), signature, findVariable: (node) => store.find(node) }));
  return 'kind' in emitted && emitted.kind === 'uncovered' ? emitted.reason : undefined;
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
  const store = variablesOf(model);
  const compiled: Record<string, CompiledSignature> = {};
  for (const [at, name] of names.entries()) {
    const signature = model.signatures.signatures.get(name);
    if (signature !== undefined) compiled[name] = await compileSignature(model, { signature: withShapes(signature, shapes), store, signal }, { folder, file: `${at}.onnx` });
  }
  return compiled;
}

/** What variables hold, but of those that some signature changes. */
export function variablesOf(model: OpenSavedModel): VariableStore {
  return new VariableStore(model, changedVariables(model));
}

function changedVariables(model: OpenSavedModel): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (const signature of model.signatures.signatures.values()) {
    const graph = emitOr(() => flatten(model, signature));
    if ('kind' in graph) continue;
    for (const { op, name, inputs: [target] } of allEffects(graph.effects)) if (op !== 'Assert' && target !== undefined) changed.set(target.node, name);
  }
  return changed;
}

interface SignatureParts {
  readonly signature: Signature;
  readonly store: VariableStore;
  readonly signal: AbortSignal;
}

type NotCompiled = Exclude<CompiledSignature, { kind: 'graph' }>;

/** Emits a signature with the values of its variables at hand. */
export async function prepareSignature(model: OpenSavedModel, { signature, store, signal }: SignatureParts): Promise<EmittedGraph | NotCompiled> {
  signal.throwIfAborted();
  const graph = emitOr(() => flatten(model, signature));
  if ('kind' in graph) return graph;
  await store.load(graph, signal);
  return emitOr(() => emitGraph({ graph, signature, findVariable: (node) => store.find(node) }));
}

async function compileSignature(model: OpenSavedModel, parts: SignatureParts, { folder, file }: { readonly folder: string; readonly file: string }): Promise<CompiledSignature> {
  const emitted = await prepareSignature(model, parts);
  if ('kind' in emitted) return emitted;
  const { signal } = parts;
  if (emitted.outputs.size === 0) return describe(emitted, undefined, emitted.constants.size === 0);
  await writeModelFile(join(folder, file), emitted.model, { externalFrom: EXTERNAL_FROM, signal });
  return describe(emitted, file, await isProven(join(folder, file), emitted, signal));
}

/** Of what was written, as any other model's file: what is proven is what runs. */
async function isProven(path: string, { inputs, outputs }: EmittedGraph, signal: AbortSignal): Promise<boolean> {
  const model = await readGraphFile(path, signal);
  return proveRowIndependence(model, { inputs: [...inputs.values()], outputs: [...outputs.values()] }).isProven;
}

function describe({ inputs, outputs, passed, constants, model }: EmittedGraph, file: string | undefined, isProvenRows: boolean): CompiledSignature {
  const hasLoops = model.graph.nodes.some(({ operator }) => ['If', 'Loop', 'Scan'].includes(operator));
  const [names, made, given] = [inputs, outputs, passed].map((map) => Object.fromEntries(map));
  const written = Object.fromEntries(Array.from(constants, ([alias, stored]) => [alias, writeConstant(stored)]));
  return { kind: 'graph', file, inputs: names ?? {}, outputs: made ?? {}, passed: given ?? {}, constants: written, isProvenRows: isProvenRows && constants.size === 0, hasLoops };
}

function writeConstant(stored: StoredTensor): WrittenConstant {
  const { dtype, shape } = stored;
  const { buffer, byteOffset, byteLength } = stored.read() as NumericData;
  return { dtype, shape, base64: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
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
