import { create, fromBinary } from '@servable/protos';
import { TensorProtoSchema } from '@servable/protos/tensorflow';
import { describe, expect, it } from 'vitest';
import { tensorFromProto } from '../../src/tensor/tensor-from-proto.ts';
import { roundAs, valuesOf } from '../checkpoint/checkpoint-values.ts';
import { fixtureJson, refusal } from '../fixtures.ts';

interface Entry {
  readonly name: string;
  readonly hex: string;
  readonly message: string;
  readonly decoded?: { readonly dtype: string; readonly shape: readonly number[]; readonly values?: readonly unknown[]; readonly raw?: string };
  readonly decode_error?: string;
}
const { entries } = fixtureJson('wire/tensor_proto.json') as { readonly entries: readonly Entry[] };
const titled = entries.filter(({ message }) => message === 'tensorflow.TensorProto').map((entry) => [entry.name, entry] as const);

const protoOf = ({ hex }: Entry): ReturnType<typeof fromBinary<typeof TensorProtoSchema>> => fromBinary(TensorProtoSchema, Uint8Array.from(Buffer.from(hex, 'hex')));

describe('a TensorProto', () => {
  const good = titled.filter(([, { decoded }]) => decoded?.values !== undefined);
  it.each(good)('is the tensor that TensorFlow makes of it: %s', (name, entry) => {
    const tensor = tensorFromProto(name, protoOf(entry));
    expect(tensor.shape).toEqual(entry.decoded?.shape);
    expect(valuesOf(tensor)).toEqual(entry.decoded?.values?.map((value) => roundAs(tensor, value)));
  });

  const bad = titled.filter(([, entry]) => entry.decode_error !== undefined);
  it.each(bad)('is refused where TensorFlow refuses it: %s', async (name, entry) => {
    const error = await refusal(() => tensorFromProto(name, protoOf(entry)));
    expect(error).toMatchObject({ code: 'SRV_SAVEDMODEL_TENSOR_INVALID', status: 'INVALID_ARGUMENT' });
    expect(error.message).toContain(`'${name}'`);
  });

  it('is looked at in enough forms', () => {
    expect(good.length).toBeGreaterThan(30);
    expect(bad.length).toBeGreaterThan(2);
  });
});

const shapeOf = (...sizes: readonly number[]): { readonly dim: { readonly size: bigint }[] } => ({ dim: sizes.map((size) => ({ size: BigInt(size) })) });

it('repeats complex numbers as pairs', () => {
  const proto = create(TensorProtoSchema, { dtype: 8, tensorShape: shapeOf(3), scomplexVal: [1, 2, 3, 4] });
  expect(tensorFromProto('c', proto).data).toEqual(Float32Array.of(1, 2, 3, 4, 3, 4));
});

it('takes no more memory than it may for values that are not there', async () => {
  const proto = create(TensorProtoSchema, { dtype: 1, tensorShape: shapeOf(1_000_000_000, 1000), floatVal: [1] });
  expect((await refusal(() => tensorFromProto('c', proto))).message).toContain('its shape asks for');
  const strings = create(TensorProtoSchema, { dtype: 7, tensorShape: shapeOf(1_000_000_000), stringVal: [] });
  expect((await refusal(() => tensorFromProto('s', strings))).message).toContain('its shape asks for');
  const small = create(TensorProtoSchema, { dtype: 1, tensorShape: shapeOf(100), floatVal: [1] });
  expect((await refusal(() => tensorFromProto('c', small, { maxExpandedBytes: 100 }))).message).toContain('396 bytes that it has no values for, more than 100');
  expect(tensorFromProto('c', small, { maxExpandedBytes: 396 }).data).toEqual(new Float32Array(100).fill(1));
});

it.each([
  ['resource', { dtype: 20 as const }, 'DT_RESOURCE holds no plain values'],
  ['sizes beyond counting', { dtype: 1 as const, tensorShape: shapeOf(2 ** 40, 2 ** 40, 0) }, 'too many elements'],
  ['more dimensions than TensorFlow has', { dtype: 1 as const, tensorShape: shapeOf(...Array.from({ length: 255 }, () => 1)) }, 'more than 254 dimensions'],
])('is refused with %s', async (_title, fields, reason) => {
  expect((await refusal(() => tensorFromProto('t', create(TensorProtoSchema, fields)))).message).toContain(reason);
});
