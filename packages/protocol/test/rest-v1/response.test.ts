import { createTensor, type DType, type NamedTensors, servableError, type Tensor } from '@servable/core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodePredict, encodePredictInSlices } from '../../src/rest-v1/response.ts';
import { restErrorOf } from '../../src/rest-v1/error.ts';
import { fromGolden, type GoldenTensor, numbersOf } from '../grpc-v1/golden.ts';
import { bytesOf, readShared, textOf, thrownBy } from './rest-fixture.ts';

interface RestText {
  readonly name: string;
  readonly kind: string;
  readonly tensors?: Readonly<Record<string, GoldenTensor>>;
  readonly error?: string;
  readonly text: string;
}

const { cases } = readShared('wire/rest_text.json') as { readonly cases: readonly RestText[] };
const named = (tensors: Readonly<Record<string, GoldenTensor>>): NamedTensors =>
  new Map(Object.entries(tensors).map(([name, tensor]) => [name, fromGolden(tensor)]));
const floats = (shape: readonly number[], values: readonly number[]): Tensor => ({ dtype: 'FP32', shape, data: Float32Array.from(values) });

const predictions = cases.filter(({ kind }) => kind === 'row' || kind === 'columnar');

it.each(predictions.map((each) => [`${each.kind} ${each.name}`, each] as const))('writes %s byte for byte', async (_name, each) => {
  const style = each.kind === 'row' ? 'row' : 'columnar';
  const outputs = named(each.tensors ?? {});
  expect(textOf(encodePredict(outputs, style, { compat: 'strict' }))).toBe(each.text);
  expect(textOf(encodePredict(outputs, style))).toBe(each.text);
  const pause = () => Promise.resolve();
  expect(textOf(await encodePredictInSlices(outputs, style, { sliceBytes: 1, pause }))).toBe(each.text);
});

it.each(cases.filter(({ kind }) => kind === 'error').map((each) => [each.name, each] as const))('writes the error body %s', (_name, each) => {
  const error = servableError('SRV_INTERNAL', ['']);
  const { body } = restErrorOf(Object.assign(error, { message: each.error, code: 'TEST' }));
  expect(textOf(body)).toBe(each.text);
});

it.each<[string, NamedTensors, string]>([
  ['no outputs', new Map(), 'Cannot convert empty tensor map to JSON'],
  ['a scalar', new Map([['s', floats([], [1])]]), 'Tensor name: s has no shape information '],
  [
    'rows that differ',
    new Map([['a', floats([2], [1, 2])], ['b', floats([3], [1, 2, 3])]]),
    'Tensor name: b has inconsistent batch size: 3 expecting: 2',
  ],
  ['a complex output', new Map([['c', { dtype: 'COMPLEX64', shape: [1], data: Float32Array.of(1, 2) }]]), 'Failed to write JSON value for tensor type: complex64'],
])('refuses %s in row style', (_what, outputs, message) => {
  const error = thrownBy(() => encodePredict(outputs, 'row'));
  expect([error.status, error.message]).toEqual(['INVALID_ARGUMENT', message]);
});

it.each<[DType, number, string]>([
  ['UINT16', 65535, '65535'],
  ['FP16', 0x3e00, '1.5'],
  ['FP16', 0x2e66, '0.0999755859'],
  ['FP16', 0x7c00, 'Infinity'],
  ['FP16', 0x0001, '5.96046448e-08'],
  ['BF16', 0xc049, '-3.140625'],
  ['BF16', 0x7fc0, 'NaN'],
])('writes %s %i as a number in default mode and refuses it in strict mode', (dtype, bits, text) => {
  if (dtype === 'BYTES') return;
  const outputs = new Map([['y', createTensor(dtype, [], numbersOf(dtype, [bits]))]]);
  expect(textOf(encodePredict(outputs, 'columnar'))).toBe(`{\n    "outputs": ${text}\n}`);
  const { message } = thrownBy(() => encodePredict(outputs, 'columnar', { compat: 'strict' }));
  expect(message).toMatch(/^Failed to write JSON value for tensor type: (uint16|half|bfloat16)$/);
});

it('writes a string that is not UTF-8 as base64, and as it is in strict mode', () => {
  const outputs: NamedTensors = new Map([['y', { dtype: 'BYTES', shape: [2], data: [Uint8Array.of(0x41, 0xff), bytesOf('é')] }]]);
  expect(textOf(encodePredict(outputs, 'row'))).toBe('{\n    "predictions": [{\n            "b64": "Qf8="\n        }, "é"\n    ]\n}');
  const strict = encodePredict(outputs, 'row', { compat: 'strict' });
  expect(Buffer.from(strict).toString('latin1')).toContain('["A\xff", "Ã©"');
});

it('writes nothing for the rows of a dtype it cannot write when there are none', () => {
  const outputs: NamedTensors = new Map([['c', { dtype: 'COMPLEX64', shape: [0, 2], data: new Float32Array(0) }]]);
  expect(textOf(encodePredict(outputs, 'row'))).toBe('{\n    "predictions": []\n}');
});

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 });

it('writes tensors that JSON.parse reads as they were', () => {
  const tensors = shapes.chain((shape) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: count, maxLength: count });
    return values.map((list): Tensor => ({ dtype: 'FP64', shape, data: Float64Array.from(list) }));
  });
  fc.assert(
    fc.property(tensors, fc.constantFrom('row' as const, 'columnar' as const), (tensor, style) => {
      const parsed = JSON.parse(textOf(encodePredict(new Map([['y', tensor]]), style))) as Record<string, unknown>;
      const nested = parsed[style === 'row' ? 'predictions' : 'outputs'];
      expect(nested).toEqual(nestedOf(tensor.shape, [...tensor.data]));
    }),
    { numRuns: 2_000, seed: 5 },
  );
});

/** The nested arrays of a flat list, the slow way. */
function nestedOf(shape: readonly number[], values: readonly unknown[]): unknown {
  const [size, ...rest] = shape;
  if (size === undefined) return values[0];
  const each = rest.reduce((product, next) => product * next, 1);
  return Array.from({ length: size }, (_, index) => nestedOf(rest, values.slice(index * each, (index + 1) * each)));
}

it('pauses between slices of a large answer', async () => {
  const data = Float32Array.from({ length: 200_000 }, (_, index) => index / 7);
  const outputs: NamedTensors = new Map([['y', { dtype: 'FP32', shape: [2, 100_000], data }]]);
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
  };
  const sliced = await encodePredictInSlices(outputs, 'columnar', { sliceBytes: 100_000, pause });
  expect(Buffer.from(sliced).equals(encodePredict(outputs, 'columnar'))).toBe(true);
  expect(pauses).toBeGreaterThan(20);
});
