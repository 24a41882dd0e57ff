import { createTensor, type Dimension, type DType, METHOD_NAMES, type NamedTensors, type Signature, type Tensor, type TensorSpec } from '@servable/core';
import { create, fromBinary, toBinary } from '@servable/protos';
import { ExampleSchema } from '@servable/protos/tensorflow';
import { describe, expect, it } from 'vitest';
import { exampleInputs, exampleInputsInSlices } from '../../src/examples/task.ts';
import { bytesField, joinFields } from '../../src/grpc-v1/message-bytes.ts';
import { fromGolden } from '../grpc-v1/golden.ts';
import { plain, readFixture, thrownBy } from '../rest-v1/rest-fixture.ts';

interface OracleFeature {
  readonly dtype: 'DT_FLOAT' | 'DT_INT64' | 'DT_STRING';
  readonly shape: readonly number[];
  readonly default: number | readonly number[] | null;
}
interface OracleCase {
  readonly title: string;
  readonly features: Readonly<Record<string, OracleFeature>>;
  readonly examples_b64: readonly string[];
  readonly error?: string;
  readonly tensors?: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly unknown[] }>>;
}

const DTYPES = { DT_FLOAT: 'FP32', DT_INT64: 'INT64', DT_STRING: 'BYTES' } as const;
const { cases } = readFixture('parse_example.json') as { readonly cases: readonly OracleCase[] };

function signatureOf(inputs: Readonly<Record<string, TensorSpec>>, defaults: NamedTensors = new Map()): Signature {
  return { methodName: METHOD_NAMES.predict, inputs: new Map(Object.entries(inputs)), outputs: new Map(), defaults, batching: 'rows' };
}

function oracleSignature(features: OracleCase['features']): Signature {
  const entries = Object.entries(features);
  const defaults = entries.flatMap(([name, feature]): [string, Tensor][] => {
    const values = feature.default === null ? [] : [feature.default].flat();
    return values.length === 0 ? [] : [[name, createTensor('FP32', feature.shape, Float32Array.from(values))]];
  });
  return signatureOf(Object.fromEntries(entries.map(([name, { dtype, shape }]) => [name, { dtype: DTYPES[dtype], shape: ['batch', ...shape] }])), new Map(defaults));
}

describe('as TensorFlow’s ParseExample', () => {
  it.each(cases.map((each) => [each.title, each] as const))('reads %s', (_title, { features, examples_b64, error, tensors }) => {
    const list = { examples: examples_b64.map((text) => Buffer.from(text, 'base64')), context: undefined };
    const signature = oracleSignature(features);
    if (error !== undefined) {
      expect(thrownBy(() => exampleInputs(list, signature)).message).toBe(error);
      return;
    }
    const expected = Object.entries(tensors ?? {}).map(([name, { shape, values }]): [string, Tensor] => {
      return [name, fromGolden({ dtype: features[name]?.dtype ?? '', shape, values })];
    });
    expect(plain(exampleInputs(list, signature))).toEqual(plain(new Map(expected)));
  });
});

type Values = { readonly float: readonly number[] } | { readonly int64: readonly bigint[] } | { readonly bytes: readonly string[] };

function example(features: Readonly<Record<string, Values>>): Uint8Array {
  const feature = Object.entries(features).map(([name, values]) => {
    if ('float' in values) return [name, { kind: { case: 'floatList', value: { value: [...values.float] } } }] as const;
    if ('int64' in values) return [name, { kind: { case: 'int64List', value: { value: [...values.int64] } } }] as const;
    return [name, { kind: { case: 'bytesList', value: { value: values.bytes.map((text) => Buffer.from(text)) } } }] as const;
  });
  return toBinary(ExampleSchema, create(ExampleSchema, { features: { feature: Object.fromEntries(feature) } }));
}

const listOf = (...features: Readonly<Record<string, Values>>[]) => ({ examples: features.map(example), context: undefined });
const inputOf = (dtype: DType, shape: readonly Dimension[] | undefined, ...features: Readonly<Record<string, Values>>[]): unknown =>
  plain(exampleInputs(listOf(...features), signatureOf({ x: { dtype, shape } })))['x'];

describe('beyond ParseExample', () => {
  const one = { x: { int64: [1n] } };
  it.each<[string, DType, Values, readonly unknown[]]>([
    ['float64', 'FP64', { float: [1.5] }, [1.5]],
    ['float16', 'FP16', { float: [1.5] }, [0x3e00]],
    ['bfloat16', 'BF16', { float: [1.5] }, [0x3fc0]],
    ['int8', 'INT8', { int64: [-128n] }, [-128]],
    ['uint8', 'UINT8', { int64: [255n] }, [255]],
    ['uint16', 'UINT16', { int64: [65535n] }, [65535]],
    ['int32', 'INT32', { int64: [-(2n ** 31n)] }, [-(2 ** 31)]],
    ['uint32', 'UINT32', { int64: [2n ** 32n - 1n] }, [2 ** 32 - 1]],
    ['uint64', 'UINT64', { int64: [2n ** 63n - 1n] }, [2n ** 63n - 1n]],
    ['bool', 'BOOL', { int64: [1n] }, [1]],
    ['float, whole numbers', 'FP32', { int64: [-3n] }, [-3]],
    ['double, whole numbers', 'FP64', { int64: [2n ** 53n] }, [2 ** 53]],
    ['half, whole numbers', 'FP16', { int64: [2048n] }, [0x6800]],
  ])('makes %s', (_title, dtype, values, expected) => {
    expect(inputOf(dtype, ['n'], { x: values })).toEqual({ dtype, shape: [1], values: expected });
  });

  it.each<[DType, bigint, string]>([
    ['INT8', 128n, 'int8'],
    ['UINT8', -1n, 'uint8'],
    ['INT32', 2n ** 31n, 'int32'],
    ['UINT64', -1n, 'uint64'],
    ['BOOL', 2n, 'bool'],
    ['FP32', 16_777_217n, 'float'],
    ['FP64', 2n ** 53n + 1n, 'double'],
    ['FP16', 2049n, 'half'],
  ])('refuses what %s cannot hold', (dtype, value, text) => {
    expect(thrownBy(() => inputOf(dtype, ['n'], one, { x: { int64: [value] } })).message).toBe(`Name: <unknown>, Key: x, Index: 1.  ${value} cannot be held by ${text}`);
  });

  it('takes an open size from the first example that has the feature', () => {
    const rows = [{ x: { float: [1, 2, 3, 4] } }, { x: { float: [5, 6, 7, 8] } }];
    expect(inputOf('FP32', ['n', 2, -1], ...rows)).toMatchObject({ shape: [2, 2, 2] });
    expect(inputOf('FP32', ['n', 'length'], ...rows)).toMatchObject({ shape: [2, 4] });
    expect(inputOf('FP32', undefined, ...rows)).toMatchObject({ shape: [2, 4] });
  });

  it('refuses examples of different lengths', () => {
    const ragged = thrownBy(() => inputOf('FP32', ['n', -1], { x: { float: [1, 2] } }, { x: { float: [1] } }));
    expect(ragged.message).toBe('Name: <unknown>, Key: x, Index: 1.  Number of float values != expected.  Values size: 1 but output shape: [2]');
    const odd = thrownBy(() => inputOf('FP32', ['n', 2, -1], { x: { float: [1, 2, 3] } }));
    expect(odd.message).toBe('Name: <unknown>, Key: x, Index: 0.  Number of float values != expected.  Values size: 3 but output shape: [2,2]');
  });

  it.each<[string, DType, readonly Dimension[], string]>([
    ['a scalar', 'FP32', [], "Input 'x' cannot be made of examples: it is a scalar, without an axis for the examples. Use Predict with tensors"],
    ['two open sizes', 'FP32', ['n', -1, 'w'], "Input 'x' cannot be made of examples: [n,-1,w] leaves more than one size of an example's part open. Use Predict with tensors"],
    ['complex numbers', 'COMPLEX64', ['n'], "Input 'x' cannot be made of examples: no feature holds complex64. Use Predict with tensors"],
  ])('refuses %s', (_title, dtype, shape, message) => {
    expect(thrownBy(() => inputOf(dtype, shape, one)).message).toBe(message);
  });

  it('fills in one default value for all values of an example, and a whole default when no example has the feature', () => {
    const seven = createTensor('FP32', [1], Float32Array.of(7));
    const signature = signatureOf({ x: { dtype: 'FP32', shape: ['n', 2] } }, new Map([['x', seven]]));
    expect(plain(exampleInputs(listOf({ x: { float: [1, 2] } }, {}), signature))['x']).toMatchObject({ shape: [2, 2], values: [1, 2, 7, 7] });
    const whole = createTensor('INT64', [2, 1, 1], BigInt64Array.of(1n, 2n));
    const other = signatureOf({ x: { dtype: 'INT64', shape: ['n', -1, -1] } }, new Map([['x', whole]]));
    expect(exampleInputs(listOf({}, {}), other).get('x')).toBe(whole);
  });

  it('does not let few bytes ask for much memory', () => {
    const huge = signatureOf({ x: { dtype: 'FP32', shape: ['n', 2 ** 25] } }, new Map([['x', createTensor('FP32', [1], Float32Array.of(7))]]));
    const error = thrownBy(() => exampleInputs({ examples: Array.from({ length: 100 }, () => new Uint8Array(0)), context: undefined }, huge));
    expect(error).toMatchObject({ code: 'SRV_EXAMPLE_TOO_MANY', status: 'RESOURCE_EXHAUSTED' });
  });

  it('joins pieces of one list, packed or not, and takes the last of two kinds', () => {
    const fixed = (value: number): Uint8Array => joinFields([Uint8Array.of(0x0d), new Uint8Array(Float32Array.of(value).buffer)]);
    const packed = bytesField(1, new Uint8Array(Float32Array.of(2, 3).buffer));
    const entry = (...lists: Uint8Array[]): Uint8Array => bytesField(1, bytesField(1, joinFields([bytesField(1, Buffer.from('x')), bytesField(2, joinFields(lists))])));
    const bytes = entry(bytesField(3, bytesField(1, Uint8Array.of(9))), bytesField(2, fixed(1)), bytesField(2, joinFields([packed, fixed(4)])));
    const oracle = fromBinary(ExampleSchema, bytes).features?.feature['x']?.kind;
    expect(oracle).toMatchObject({ case: 'floatList', value: { value: [1, 2, 3, 4] } });
    const inputs = exampleInputs({ examples: [bytes], context: undefined }, signatureOf({ x: { dtype: 'FP32', shape: ['n', 4] } }));
    expect(plain(inputs)['x']).toMatchObject({ values: [1, 2, 3, 4] });
  });

  it('makes the same of many examples in slices', async () => {
    const rows = Array.from({ length: 5000 }, (_none, index) => ({ x: { float: [index, -index] }, y: { int64: [BigInt(index)] } }));
    const signature = signatureOf({ x: { dtype: 'FP32', shape: ['n', 2] }, y: { dtype: 'INT32', shape: ['n'] } });
    let pauses = 0;
    const pause = (): Promise<void> => {
      pauses += 1;
      return Promise.resolve();
    };
    const list = listOf(...rows);
    expect(await exampleInputsInSlices(list, signature, { pause })).toEqual(exampleInputs(list, signature));
    expect(pauses).toBeGreaterThan(10);
  });

  it.each([
    ['bytes that are no message', 'ffff'],
    ['features that end early', '0a0568656c6c6f'],
  ])('says which example has %s', (_title, hex) => {
    const error = thrownBy(() => exampleInputs({ examples: [example(one), Buffer.from(hex, 'hex')], context: undefined }, signatureOf({ x: { dtype: 'INT64', shape: ['n'] } })));
    expect(error.code).toBe('SRV_EXAMPLE_UNREADABLE');
    expect(error.message).toMatch(/^Could not parse example input, Index: 1\. {2}Cannot read a tensorflow\.Example: /);
  });
});
