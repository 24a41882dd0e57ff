import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation } from '@servable/protos/onnx';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Sizes = readonly (bigint | string)[];

const FLOAT = 1;
const INT64 = 7;

function tensorValue(name: string, elemType: number, sizes: Sizes) {
  const dim = sizes.map((size) => ({ value: typeof size === 'bigint' ? { case: 'dimValue' as const, value: size } : { case: 'dimParam' as const, value: size } }));
  return { name, type: { value: { case: 'tensorType' as const, value: { elemType, shape: { dim } } } } };
}

/** Numbers without a pattern, and no two arrays alike: ONNX Runtime keeps equal weights once. */
function weightBytes(bytes: number, seed: number): Uint8Array {
  const values = new Float32Array(bytes / 4);
  let state = seed + 1;
  for (let at = 0; at < values.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[at] = (state / 2 ** 32 - 0.5) / 50;
  }
  return new Uint8Array(values.buffer);
}

function weights(name: string, dims: readonly bigint[], seed: number) {
  return { name, dataType: FLOAT, dims: [...dims], rawData: weightBytes(Number(dims.reduce((product, size) => product * size, 4n)), seed) };
}

function directoryWith(files: Readonly<Record<string, Uint8Array>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'servable-bench-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

function modelBytes(graph: object): Uint8Array {
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph: { name: 'bench', ...graph } }));
}

/** A perceptron of two layers, 784 to 128 to 10, in a directory of its own. Input `x`, output `y`. */
export function perceptronDirectory(): string {
  const node = [
    { opType: 'Gemm', input: ['x', 'w1', 'b1'], output: ['h'] },
    { opType: 'Relu', input: ['h'], output: ['r'] },
    { opType: 'Gemm', input: ['r', 'w2', 'b2'], output: ['l'] },
    { opType: 'Softmax', input: ['l'], output: ['y'] },
  ];
  const initializer = [weights('w1', [784n, 128n], 1), weights('b1', [128n], 2), weights('w2', [128n, 10n], 3), weights('b2', [10n], 4)];
  const graph = { node, initializer, input: [tensorValue('x', FLOAT, ['batch', 784n])], output: [tensorValue('y', FLOAT, ['batch', 10n])] };
  return directoryWith({ 'model.onnx': modelBytes(graph) });
}

export type LayerKind = 'MatMul' | 'Conv' | 'Gather';

const LAYER_SIZES: Readonly<Record<LayerKind, readonly bigint[]>> = {
  MatMul: [1024n, 1024n],
  Conv: [512n, 512n, 3n, 3n],
  Gather: [65_536n, 64n],
};

/** Layers of a kind, with weights of about `megabytes` together, in the model's file or beside it. */
export function layersDirectory(kind: LayerKind, megabytes: number, isExternal: boolean): string {
  const dims = LAYER_SIZES[kind];
  const bytes = Number(dims.reduce((product, size) => product * size, 4n));
  const names = Array.from({ length: Math.round((megabytes * 2 ** 20) / bytes) }, (_, at) => `w${at}`);
  const inline = names.map((name, at) => weights(name, dims, at));
  const external = inline.map(({ name, dataType }, at) => {
    const entries = Object.entries({ location: 'weights.bin', offset: String(at * bytes), length: String(bytes) });
    return { name, dataType, dims: [...dims], dataLocation: TensorProto_DataLocation.EXTERNAL, externalData: entries.map(([key, value]) => ({ key, value })) };
  });
  const node = names.map((name, at) => {
    if (kind === 'Gather') return { opType: kind, input: [name, 'x'], output: [`y${at}`] };
    return { opType: kind, input: [at === 0 ? 'x' : `y${at - 1}`, name], output: [`y${at}`] };
  });
  const input = { MatMul: tensorValue('x', FLOAT, [1n, 1024n]), Conv: tensorValue('x', FLOAT, [1n, 512n, 64n, 64n]), Gather: tensorValue('x', INT64, [1n]) }[kind];
  const output = (kind === 'Gather' ? names.map((_, at) => at) : [names.length - 1]).map((at) => ({
    name: `y${at}`,
    type: { value: { case: 'tensorType' as const, value: { elemType: FLOAT } } },
  }));
  const model = modelBytes({ node, initializer: isExternal ? external : inline, input: [input], output });
  return directoryWith({ 'model.onnx': model, ...(isExternal ? { 'weights.bin': Buffer.concat(inline.map(({ rawData }) => rawData)) } : {}) });
}
