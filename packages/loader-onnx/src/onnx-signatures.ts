import { DEFAULT_SIGNATURE_NAME, messageOf, METHOD_NAMES, type Signature, type Tensor, type TensorSpec } from '@servable/core';
import type { OnnxValueInfo } from '@servable/engine-onnxruntime';
import type { BatchedSignature, BatchingDecision } from './batching-decision.ts';
import { defaultTensor } from './default-tensor.ts';
import { loaderError } from './errors.ts';
import { MANIFEST_FILE, type ManifestSignature, type ServableManifest } from './servable-manifest.ts';

/** A signature, and what its names mean in the graph. */
export interface OnnxSignature {
  readonly signature: Signature;
  /** Graph names by alias. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
  /** What its batching is decided by. */
  readonly batched: BatchedSignature;
}

export interface GraphValues {
  /** For messages. */
  readonly path: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

/**
 * The signatures of a graph: those of `servable.json`, and `serving_default` with every name of the graph when it does
 * not write that one itself. Outputs that the engine cannot give are left out. Pure.
 *
 * @param decision - whether requests may be joined
 * @throws ServingError `SRV_ONNX_NOTHING_TO_SERVE`, `SRV_ONNX_MANIFEST_INVALID`
 */
export function resolveSignatures(graph: GraphValues, manifest: ServableManifest, decision: BatchingDecision): ReadonlyMap<string, OnnxSignature> {
  checkServable(graph);
  const written = new Map(Object.entries(manifest.signatures ?? {}));
  const names = new Set([DEFAULT_SIGNATURE_NAME, ...written.keys()]);
  return new Map(Array.from(names, (name) => [name, resolveSignature(graph, { name, ...written.get(name) }, decision)]));
}

/** What is left out of every signature, and why: for logs and `servable inspect`. */
export function unservableNotes(outputs: readonly OnnxValueInfo[]): string[] {
  const left = outputs.filter((output) => output.unservable !== undefined);
  return left.map((output) => `Output '${output.name}' is left out: ${output.unservable ?? ''}`);
}

function checkServable({ path, inputs, outputs }: GraphValues): void {
  for (const { name, unservable } of inputs) {
    if (unservable !== undefined) throw loaderError('SRV_ONNX_NOTHING_TO_SERVE', [path, `input '${name}': ${unservable}`]);
  }
  if (outputs.some((output) => output.unservable === undefined)) return;
  const reason = outputs.length === 0 ? 'it has no outputs' : unservableNotes(outputs).join('; ');
  throw loaderError('SRV_ONNX_NOTHING_TO_SERVE', [path, reason]);
}

type WrittenSignature = ManifestSignature & { readonly name: string };

function resolveSignature(graph: GraphValues, written: WrittenSignature, decision: BatchingDecision): OnnxSignature {
  const where = `/signatures/${written.name}`;
  const servable = graph.outputs.filter((output) => output.unservable === undefined);
  const inputs = resolveNames(graph.inputs, written.inputs, `${where}/inputs`);
  const outputs = resolveNames(servable, written.outputs, `${where}/outputs`, graph.outputs);
  checkAllInputs(graph.inputs, inputs, `${where}/inputs`);
  const inputSpecs = specsOf(inputs);
  const [inputNames, outputNames] = [graphNames(inputs), graphNames(outputs)];
  const batched = {
    inputs: [...inputNames.values()],
    outputs: [...outputNames.values()],
    written: written.batching,
    defaulted: Object.keys(written.defaults ?? {}).map((alias) => inputNames.get(alias) ?? alias),
  };
  return {
    signature: {
      methodName: METHOD_NAMES[written.method ?? 'predict'],
      inputs: inputSpecs,
      outputs: specsOf(outputs),
      defaults: resolveDefaults(written, inputSpecs, `${where}/defaults`),
      batching: decision.batchingOf(batched),
    },
    inputs: inputNames,
    outputs: outputNames,
    batched,
  };
}

/** Values of the graph by alias. `all` holds those too that cannot be served, to tell them from those that are not there. */
function resolveNames(
  servable: readonly OnnxValueInfo[],
  written: Readonly<Record<string, string>> | undefined,
  where: string,
  all: readonly OnnxValueInfo[] = servable,
): ReadonlyMap<string, OnnxValueInfo> {
  if (written === undefined) return new Map(servable.map((info) => [info.name, info]));
  return new Map(
    Object.entries(written).map(([alias, name]) => {
      const info = servable.find((each) => each.name === name);
      if (info !== undefined) return [alias, info];
      const reason = all.find((each) => each.name === name)?.unservable ?? `the model has ${all.map((each) => `'${each.name}'`).join(', ')}`;
      throw manifestError(`${where}/${alias}`, `'${name}' cannot be served: ${reason}`);
    }),
  );
}

/** A run needs every input of the graph, each once. */
function checkAllInputs(needed: readonly OnnxValueInfo[], inputs: ReadonlyMap<string, OnnxValueInfo>, where: string): void {
  for (const info of needed) {
    const times = [...inputs.values()].filter((each) => each === info).length;
    if (times === 1) continue;
    if (times > 1) throw manifestError(where, `the model's input '${info.name}' stands under ${times} names: keep one`);
    throw manifestError(where, `the model's input '${info.name}' is left out: list it too, with a default if clients should not have to send it`);
  }
}

function resolveDefaults(written: WrittenSignature, inputs: ReadonlyMap<string, TensorSpec>, where: string): ReadonlyMap<string, Tensor> {
  return new Map(
    Object.entries(written.defaults ?? {}).map(([alias, tensor]) => {
      const spec = inputs.get(alias);
      if (spec === undefined) throw manifestError(`${where}/${alias}`, `the signature's inputs are ${[...inputs.keys()].join(', ')}`);
      try {
        return [alias, defaultTensor(spec.dtype, tensor)];
      } catch (error) {
        throw manifestError(`${where}/${alias}`, messageOf(error));
      }
    }),
  );
}

function specsOf(values: ReadonlyMap<string, OnnxValueInfo>): ReadonlyMap<string, TensorSpec> {
  const specs = new Map<string, TensorSpec>();
  for (const [alias, { name, dtype, shape }] of values) {
    if (dtype !== undefined) specs.set(alias, { dtype, shape, graphName: name });
  }
  return specs;
}

function graphNames(values: ReadonlyMap<string, OnnxValueInfo>): ReadonlyMap<string, string> {
  return new Map(Array.from(values, ([alias, info]) => [alias, info.name]));
}

function manifestError(where: string, reason: string): ReturnType<typeof loaderError> {
  return loaderError('SRV_ONNX_MANIFEST_INVALID', [MANIFEST_FILE, where, reason]);
}
