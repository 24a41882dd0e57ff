import { allocateData, createTensor, type DType, elementCount, type NumericData, type Tensor } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import type { HostAttributes } from '../host/host-op.ts';
import type { RefusedStatus } from './refused-run.ts';

/** One graph of ONNX. */
export interface CompiledGraph {
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

/** A part of a plan that is a graph of ONNX. */
export interface CompiledSegment {
  readonly kind: 'segment';
  readonly file: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly hasLoops: boolean;
}

/** A part of a plan that runs in TypeScript. */
export interface CompiledHost {
  readonly kind: 'host';
  /** Its name in the table of host ops. */
  readonly op: string;
  /** TensorFlow's node. */
  readonly node: string;
  readonly attributes: HostAttributes;
  /** An empty name stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Graphs of ONNX with nodes between them that run in TypeScript. Values are known by their names in the graph. */
export interface CompiledPlan {
  readonly kind: 'plan';
  /** Each after those that it needs. */
  readonly steps: readonly (CompiledSegment | CompiledHost)[];
  /** By alias. */
  readonly inputs: Readonly<Record<string, { readonly name: string; readonly dtype: DType }>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, WrittenConstant>>;
  /** Values that every call computes. */
  readonly guards: readonly string[];
  readonly isProvenRows: boolean;
}

/** What became of a signature that runs nothing. */
export type NotCompiled =
  | { readonly kind: 'uncovered'; readonly reason: string }
  /** TensorFlow loads it, and refuses every call. */
  | { readonly kind: 'refused'; readonly status: RefusedStatus; readonly message: string };

/** What became of one signature. */
export type CompiledSignature = CompiledGraph | CompiledPlan | NotCompiled;

/** Signatures by name. */
export type CompiledModel = Readonly<Record<string, CompiledSignature>>;

/** A tensor in the manifest: bytes in base64, of strings those of each. */
export type WrittenConstant = { readonly shape: readonly number[] } & (
  | { readonly dtype: Exclude<DType, 'BYTES'>; readonly base64: string }
  | { readonly dtype: 'BYTES'; readonly strings: readonly string[] }
);

/** Tensors for the manifest, by the same names. */
export function writtenConstants(constants: ReadonlyMap<string, StoredTensor>): Readonly<Record<string, WrittenConstant>> {
  return Object.fromEntries(Array.from(constants, ([name, stored]) => [name, writeConstant(stored)]));
}

function writeConstant(stored: StoredTensor): WrittenConstant {
  const { dtype, shape } = stored;
  const data = stored.read();
  if (dtype === 'BYTES') return { dtype, shape, strings: Array.from(data as readonly Uint8Array[], base64) };
  return { dtype, shape, base64: base64(data as NumericData) };
}

function base64({ buffer, byteOffset, byteLength }: NumericData): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** A tensor of the manifest. */
export function readConstant(written: WrittenConstant): Tensor {
  const { shape } = written;
  if (written.dtype === 'BYTES') return { dtype: 'BYTES', shape, data: written.strings.map((text) => new Uint8Array(Buffer.from(text, 'base64'))) };
  const data = allocateData(written.dtype, elementCount(shape)) as NumericData;
  new Uint8Array(data.buffer).set(Buffer.from(written.base64, 'base64'));
  return createTensor(written.dtype, shape, data);
}

/** The files of graphs, and whether they have loops: each once. */
export function graphFiles(compiled: CompiledModel): ReadonlyMap<string, { readonly hasLoops: boolean }> {
  const files = new Map<string, { readonly hasLoops: boolean }>();
  for (const each of Object.values(compiled)) {
    if (each.kind === 'graph' && each.file !== undefined) files.set(each.file, each);
    if (each.kind === 'plan') for (const step of each.steps) if (step.kind === 'segment') files.set(step.file, step);
  }
  return files;
}
