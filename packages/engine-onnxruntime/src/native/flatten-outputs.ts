import type { Dimension, DType } from '@servable/core';
import type { OnnxGraphValue, OnnxType, OnnxValueInfo, OnnxValueKind } from '../engine.ts';
import { elementTypeOf } from './element-types.ts';

/**
 * How a graph output becomes tensors.
 *
 * - `tensor`: as it is
 * - `stack`: a sequence of tensors of one shape, as one tensor with a new first axis
 * - `maps`: a sequence of maps with the same keys, as values `[maps, keys]` and `<name>_keys` `[keys]`
 * - `map`: one map, as values `[keys]` and `<name>_keys` `[keys]`
 */
export type OutputForm = 'tensor' | 'stack' | 'maps' | 'map';

/** One output of the graph, with the tensors it is given as. */
export interface GraphOutput {
  readonly name: string;
  readonly form: OutputForm;
  readonly parts: readonly OnnxValueInfo[];
}

/** What the tensors of a graph's outputs are. Keys that would take another output's name end in more underscores. Pure. */
export function flattenOutputs(outputs: readonly OnnxGraphValue[]): readonly GraphOutput[] {
  const taken = new Set(outputs.map(({ name }) => name));
  return outputs.map((value) => {
    const output = flattenOutput(value, keysName(value.name, taken));
    for (const { name } of output.parts) taken.add(name);
    return output;
  });
}

/** What a run must be given for an input of a graph. Pure. */
export function tensorInput(value: OnnxGraphValue): OnnxValueInfo {
  if (value.kind === 'tensor') return tensorInfo(value.name, value);
  return unservable(value, `it is ${nameOf(value.kind)}: requests carry tensors only`);
}

function flattenOutput(value: OnnxGraphValue, keys: string): GraphOutput {
  const { name, kind, element } = value;
  if (kind === 'tensor') return { name, form: 'tensor', parts: [tensorInfo(name, value)] };
  if (kind === 'map') return mapOutput(name, 'map', { map: value, keys });
  if (kind === 'sequence' && element?.kind === 'map') return mapOutput(name, 'maps', { map: element, keys });
  // Even the rank of the elements may vary from run to run.
  if (kind === 'sequence' && element?.kind === 'tensor') return { name, form: 'stack', parts: [{ ...tensorInfo(name, element), kind, shape: undefined }] };
  const reason = kind === 'sequence' ? 'it is a sequence of neither tensors nor maps' : `it is ${nameOf(kind)}, neither a tensor, a sequence nor a map`;
  return { name, form: 'tensor', parts: [unservable(value, reason)] };
}

function mapOutput(name: string, form: 'map' | 'maps', { map, keys }: { readonly map: OnnxType; readonly keys: string }): GraphOutput {
  const kind = form === 'maps' ? 'sequence' : 'map';
  const shape = form === 'maps' ? [-1, -1] : [-1];
  return { name, form, parts: [partInfo(name, kind, map.element?.dtype, shape), partInfo(keys, kind, map.keyDtype, [-1])] };
}

function partInfo(name: string, kind: OnnxValueKind, dtype: DType | undefined, shape: readonly Dimension[]): OnnxValueInfo {
  return { name, kind, dtype, shape, unservable: whyNoTensor(dtype) };
}

function tensorInfo(name: string, { dtype, shape }: OnnxType): OnnxValueInfo {
  return { name, kind: 'tensor', dtype, shape, unservable: whyNoTensor(dtype) };
}

function unservable({ name, kind }: OnnxGraphValue, reason: string): OnnxValueInfo {
  return { name, kind, dtype: undefined, shape: undefined, unservable: reason };
}

function whyNoTensor(dtype: DType | undefined): string | undefined {
  if (dtype === undefined) return 'its elements are of a type that no dtype stands for';
  return elementTypeOf(dtype) === undefined ? `ONNX Runtime has no ${dtype}` : undefined;
}

function keysName(name: string, taken: ReadonlySet<string>): string {
  let keys = `${name}_keys`;
  while (taken.has(keys)) keys += '_';
  return keys;
}

function nameOf(kind: OnnxValueKind): string {
  if (kind === 'optional') return 'an optional value';
  return kind === 'opaque' ? 'no tensor' : `a ${kind}`;
}
