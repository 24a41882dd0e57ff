import { Int64ValueSchema } from '@bufbuild/protobuf/wkt';
import { allocateData, createTensor, type DType, elementCount, type NamedTensors, type Tensor } from '@servable/core';
import { create, fromBinary, toBinary } from '@servable/protos';
import { TensorProtoSchema } from '@servable/protos/tensorflow';
import { ModelSpecSchema, PredictRequestSchema, PredictResponseSchema } from '@servable/protos/tensorflow-serving';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePredictRequest } from '../../src/grpc-v1/request.ts';
import { encodePredictResponse } from '../../src/grpc-v1/response.ts';
import { decodeTensor, encodeTensor } from '../../src/grpc-v1/tensor-proto.ts';
import { hexOf } from './golden.ts';
import { ALL_DTYPES, comparable, headOf, protoOfTensor, tensorOfProto } from './oracle.ts';

const runs = { numRuns: 500, seed: 20_260_801 };

const dtypes: fc.Arbitrary<DType> = fc.constantFrom(...ALL_DTYPES);
const shapes = fc.array(fc.nat({ max: 5 }), { maxLength: 4 });
const int32s = fc.oneof(fc.integer(), fc.integer({ min: -200, max: 300 }));
const int64s = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -300n, max: 2n ** 36n }));
const strings = fc.uint8Array({ maxLength: 40 });
// Without a lone half of a surrogate pair, which no UTF-8 can say.
const names = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('', '__proto__', 'x')).filter((text) => !/\p{Surrogate}/u.test(text));

/** Tensors of any dtype whose bytes are any bytes; NaN only with the one payload that every reader keeps. */
const tensors: fc.Arbitrary<Tensor> = fc.tuple(dtypes, shapes).chain(([dtype, shape]) => {
  const elements = elementCount(shape);
  if (dtype === 'BYTES') {
    return fc.array(strings, { minLength: elements, maxLength: elements }).map((data) => createTensor(dtype, shape, data));
  }
  const data = allocateData(dtype, elements);
  const byteLength = ArrayBuffer.isView(data) ? data.byteLength : 0;
  return fc.uint8Array({ minLength: byteLength, maxLength: byteLength }).map((bytes) => createTensor(dtype, shape, fill(dtype, elements, bytes)));
});

function fill(dtype: DType, elements: number, bytes: Uint8Array): Tensor['data'] {
  const numbers = allocateData(dtype, elements);
  if (!ArrayBuffer.isView(numbers)) return numbers;
  new Uint8Array(numbers.buffer).set(dtype === 'BOOL' ? bytes.map((byte) => byte & 1) : bytes);
  if (numbers instanceof Float32Array || numbers instanceof Float64Array) {
    numbers.forEach((value, index) => (numbers[index] = Number.isNaN(value) ? Number.NaN : value));
  }
  return numbers;
}

const values = {
  floatVal: fc.array(fc.float({ noNaN: true }), { maxLength: 9 }),
  doubleVal: fc.array(fc.double({ noNaN: true }), { maxLength: 9 }),
  scomplexVal: fc.array(fc.float({ noNaN: true }), { maxLength: 9 }),
  dcomplexVal: fc.array(fc.double({ noNaN: true }), { maxLength: 9 }),
  intVal: fc.array(int32s, { maxLength: 9 }),
  halfVal: fc.array(int32s, { maxLength: 9 }),
  int64Val: fc.array(int64s, { maxLength: 9 }),
  uint64Val: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 9 }),
  uint32Val: fc.array(fc.nat({ max: 2 ** 32 - 1 }), { maxLength: 9 }),
  boolVal: fc.array(fc.boolean(), { maxLength: 9 }),
  stringVal: fc.array(strings, { maxLength: 9 }),
  float8Val: strings,
};

/** Some of a TensorProto's values, as bytes: packed by the generated code, or one float or int at a time. */
const pieces: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.record(values, { requiredKeys: [] }).map((fields) => toBinary(TensorProtoSchema, create(TensorProtoSchema, fields as object))),
  fc.float({ noNaN: true }).map((value) => Buffer.concat([Uint8Array.of(0x2d), new Uint8Array(Float32Array.of(value).buffer)])),
  fc.double({ noNaN: true }).map((value) => Buffer.concat([Uint8Array.of(0x31), new Uint8Array(Float64Array.of(value).buffer)])),
  fc.integer({ min: 0, max: 127 }).map((value) => Uint8Array.of(0x38, value)),
  fc.bigInt({ min: 0n, max: 127n }).map((value) => Uint8Array.of(0x50, Number(value))),
  fc.boolean().map((value) => Uint8Array.of(0x58, Number(value))),
  fc.constant(Uint8Array.of(0xf8, 0x3f, 7)),
);

describe('the codec, with generated code as the judge', () => {
  it('reads any TensorProto alike: values in pieces, packed or not, too few or too many, before or after dtype and shape', () => {
    fc.assert(
      fc.property(dtypes, shapes, fc.array(pieces, { maxLength: 4 }), fc.nat(), fc.nat({ max: 7 }), (dtype, shape, parts, split, offset) => {
        const head = toBinary(TensorProtoSchema, create(TensorProtoSchema, headOf(dtype, shape)));
        const at = split % (parts.length + 1);
        const message = Buffer.concat([new Uint8Array(offset), ...parts.slice(0, at), head, ...parts.slice(at)]).subarray(offset);
        expect(comparable(decodeTensor(message))).toEqual(comparable(tensorOfProto(fromBinary(TensorProtoSchema, message))));
      }),
      runs,
    );
  });

  it('writes any tensor to the byte as the generated code does', () => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        expect(hexOf(encodeTensor(tensor))).toBe(hexOf(toBinary(TensorProtoSchema, protoOfTensor(tensor))));
      }),
      runs,
    );
  });

  it('reads back what it writes, in both forms', () => {
    fc.assert(
      fc.property(tensors, fc.boolean(), (tensor, asTensorContent) => {
        expect(comparable(decodeTensor(encodeTensor(tensor, { asTensorContent })))).toEqual(comparable(tensor));
      }),
      runs,
    );
  });

  it('reads any PredictRequest alike', () => {
    const choices = fc.oneof(
      fc.record({ case: fc.constant('version' as const), value: int64s }),
      fc.record({ case: fc.constant('versionLabel' as const), value: names }),
      fc.constant({ case: undefined }),
    );
    const specs = fc.record({ name: names, signatureName: names, versionChoice: choices });
    fc.assert(
      fc.property(fc.option(specs), fc.array(fc.tuple(names, tensors), { maxLength: 4 }), fc.array(names, { maxLength: 3 }), (spec, inputs, outputFilter) => {
        const message = create(PredictRequestSchema, { outputFilter });
        if (spec !== null) {
          const { versionChoice } = spec;
          const choice = versionChoice.case === 'version' ? versionOf(versionChoice.value) : versionChoice;
          message.modelSpec = create(ModelSpecSchema, { ...spec, versionChoice: choice });
        }
        for (const [alias, tensor] of inputs) Object.defineProperty(message.inputs, alias, { value: protoOfTensor(tensor), enumerable: true, configurable: true });
        const decoded = decodePredictRequest(toBinary(PredictRequestSchema, message));
        expect(decoded.outputFilter).toEqual(outputFilter);
        expect(decoded.modelSpec).toEqual(spec === null ? undefined : plainSpec(spec));
        const expected = new Map(inputs.map(([alias, tensor]) => [alias, comparable(tensor)]));
        expect(new Map([...decoded.inputs].map(([alias, bytes]) => [alias, comparable(decodeTensor(bytes))]))).toEqual(expected);
      }),
      runs,
    );
  });

  it('writes any PredictResponse to the byte as the generated code does', () => {
    fc.assert(
      fc.property(fc.dictionary(names, tensors, { maxKeys: 4, noNullPrototype: true }), names, int64s, names, (record, name, version, signatureName) => {
        // An object lists number-like keys first; the map must have the object's order.
        const outputs: NamedTensors = new Map(Object.entries(record));
        const ours = encodePredictResponse({ modelSpec: { name, version, signatureName }, outputs });
        const message = create(PredictResponseSchema, {
          modelSpec: { name, signatureName, versionChoice: versionOf(version) },
        });
        for (const [alias, tensor] of outputs) {
          Object.defineProperty(message.outputs, alias, { value: protoOfTensor(tensor), enumerable: true, configurable: true });
        }
        expect(hexOf(ours)).toBe(hexOf(toBinary(PredictResponseSchema, message)));
      }),
      runs,
    );
  });
});

const versionOf = (value: bigint) => ({ case: 'version' as const, value: create(Int64ValueSchema, { value }) });

interface Spec {
  readonly name: string;
  readonly signatureName: string;
  readonly versionChoice: { readonly case: 'version' | 'versionLabel' | undefined; readonly value?: bigint | string };
}

function plainSpec({ name, signatureName, versionChoice }: Spec): unknown {
  const choice = versionChoice.case === undefined ? {} : { [versionChoice.case]: versionChoice.value };
  return { name, signatureName, ...choice };
}
