import { expect, it } from 'vitest';
import type { OnnxGraphValue, OnnxType } from '../../src/index.ts';
import { flattenOutputs, tensorInput } from '../../src/native/flatten-outputs.ts';

const tensor = (dtype: OnnxType['dtype'], shape?: OnnxType['shape']): OnnxType => ({ kind: 'tensor', dtype, shape });
const map: OnnxType = { kind: 'map', dtype: undefined, shape: undefined, keyDtype: 'BYTES', element: tensor('FP32') };
const sequence = (element?: OnnxType): OnnxType => ({ kind: 'sequence', dtype: undefined, shape: undefined, element });
const named = (name: string, type: OnnxType): OnnxGraphValue => ({ name, ...type });

function parts(...values: OnnxGraphValue[]): unknown[] {
  return flattenOutputs(values).map(({ form, parts: each }) => [form, ...each.map(({ name, dtype, shape, unservable }) => [name, dtype, shape, unservable])]);
}

it.each<[string, OnnxType, unknown[]]>([
  ['a tensor as it is', tensor('FP16', ['n', 3]), ['tensor', ['y', 'FP16', ['n', 3], undefined]]],
  ['a sequence of tensors as one of unknown rank', sequence(tensor('INT64', [2])), ['stack', ['y', 'INT64', undefined, undefined]]],
  ['a map as values and keys', map, ['map', ['y', 'FP32', [-1], undefined], ['y_keys', 'BYTES', [-1], undefined]]],
  ['a sequence of maps as values and keys', sequence(map), ['maps', ['y', 'FP32', [-1, -1], undefined], ['y_keys', 'BYTES', [-1], undefined]]],
])('gives %s', (_, type, expected) => {
  expect(parts(named('y', type))).toEqual([expected]);
});

it.each<[string, OnnxType, RegExp]>([
  ['4-bit integers', tensor(undefined, [2]), /a type that no dtype stands for/],
  ['a dtype that ONNX Runtime lacks', tensor('QINT8'), /no QINT8/],
  ['a sequence of sequences', sequence(sequence(tensor('FP32'))), /a sequence of neither tensors nor maps/],
  ['a sequence of which nothing is said', sequence(), /a sequence of neither/],
  ['an optional value', { kind: 'optional', dtype: undefined, shape: undefined }, /an optional value, neither/],
  ['what is no tensor', { kind: 'opaque', dtype: undefined, shape: undefined }, /no tensor, neither/],
])('says why it cannot give %s', (_, type, reason) => {
  expect(flattenOutputs([named('y', type)])[0]?.parts[0]?.unservable).toMatch(reason);
});

it('gives keys a name that no output has', () => {
  expect(parts(named('y', map), named('y_keys', tensor('FP32')), named('y_keys_', map)).flat().filter(Array.isArray).map(([name]) => name)).toEqual([
    'y',
    'y_keys__',
    'y_keys',
    'y_keys_',
    'y_keys__keys',
  ]);
});

it('takes tensors only', () => {
  expect(tensorInput(named('x', tensor('FP32', ['n'])))).toEqual({ name: 'x', kind: 'tensor', dtype: 'FP32', shape: ['n'], unservable: undefined });
  expect(tensorInput(named('x', sequence(tensor('FP32')))).unservable).toBe('it is a sequence: requests carry tensors only');
});
