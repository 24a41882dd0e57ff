import { create } from '@bufbuild/protobuf';
import { parseModelName, parseVersion, type Tensor } from '@servable/core';
import { tensorFlowTypeOf } from '@servable/protocol';
import { type DataType, type TensorProto, TensorProtoSchema } from '@servable/protos/tensorflow';
import { join } from 'node:path';
import { FIXTURES, type Golden, type GoldenCase, goldenTensors } from '../../../loader-onnx/test/golden.ts';
import type { ResolvedModel } from '../../src/config/resolved-config.ts';
import { predictBytes } from './predict-messages.ts';
import type { ServerFixture } from './server-fixture.ts';

/** A model as the server is given it, its platform found from the files. */
export function goldenModel({ model, base_path: path }: Pick<Golden, 'model' | 'base_path'>): Partial<ResolvedModel> {
  return { name: parseModelName(model), path: join(FIXTURES, '..', path), platform: undefined };
}

/** Resolves when every version of every golden model is ready. */
export async function untilGoldensReady({ server }: ServerFixture, goldens: readonly Golden[]): Promise<void> {
  const { states } = server.manager;
  const all = goldens.flatMap(({ model, versions }) => Object.keys(versions).map((version) => ({ name: parseModelName(model), version: parseVersion(version) })));
  const timeout = AbortSignal.timeout(45_000);
  await Promise.all(all.map(({ name, version }) => states.waitFor(name, version, ({ state }) => state === 'ready' || state === 'ended', timeout)));
}

/** The case as a `PredictRequest`, written by generated code. */
export function goldenRequest(golden: Golden, each: GoldenCase, outputFilter: readonly string[] = []): Uint8Array {
  const inputs = Object.fromEntries([...goldenTensors(each.inputs)].map(([name, tensor]) => [name, tensorProto(tensor)]));
  const modelSpec = { name: golden.model, versionChoice: { case: 'version', value: { value: BigInt(each.version) } } } as const;
  return predictBytes({ modelSpec, inputs, outputFilter: [...outputFilter] });
}

function tensorProto(tensor: Tensor): TensorProto {
  const { number } = tensorFlowTypeOf(tensor.dtype);
  const header = { dtype: number as DataType, tensorShape: { dim: tensor.shape.map((size) => ({ size: BigInt(size) })) } };
  if (tensor.dtype === 'BYTES') return create(TensorProtoSchema, { ...header, stringVal: tensor.data.map((bytes) => Uint8Array.from(bytes)) });
  const { buffer, byteOffset, byteLength } = tensor.data;
  return create(TensorProtoSchema, { ...header, tensorContent: new Uint8Array(buffer, byteOffset, byteLength).slice() });
}
