import { create, fromBinary, toBinary } from '@servable/protos';
import { ExampleSchema } from '@servable/protos/tensorflow';
import { describe, expect, it } from 'vitest';
import { serializedExamples } from '../../src/examples/example-list.ts';
import type { Compat } from '../../src/rest-v1/compat.ts';
import { parseExampleBody, parseExampleBodyInSlices } from '../../src/rest-v1/example-request.ts';
import { bytesOf, thrownBy } from './rest-fixture.ts';

type List = { readonly kind?: unknown };
type Features = Readonly<Record<string, List>>;
type ExampleInit = NonNullable<Parameters<typeof create<typeof ExampleSchema>>[1]>;

const int64List = (...value: bigint[]) => ({ kind: { case: 'int64List', value: { value } } }) as const;
const floatList = (...value: number[]) => ({ kind: { case: 'floatList', value: { value } } }) as const;
const bytesList = (...value: string[]) => ({ kind: { case: 'bytesList', value: { value: value.map((text) => new Uint8Array(Buffer.from(text, 'latin1'))) } } }) as const;
const exampleOf = (feature: Features) => (Object.keys(feature).length === 0 ? create(ExampleSchema) : withFeatures(feature));
const withFeatures = (feature: Features) => fromBinary(ExampleSchema, toBinary(ExampleSchema, create(ExampleSchema, { features: { feature } } as ExampleInit)));
const read = (example: string, compat: Compat = 'strict') => {
  const { input } = parseExampleBody(bytesOf(`{"examples": [${example}]}`), { compat });
  return serializedExamples(input).map((bytes) => fromBinary(ExampleSchema, bytes))[0];
};

/** Contract §1.10. */
describe('makes features', () => {
  it.each<[string, Features]>([
    ['{"x": true}', { x: int64List(1n) }],
    ['{"x": [false, 1, true]}', { x: int64List(0n, 1n, 1n) }],
    ['{"x": -9223372036854775808}', { x: int64List(-(2n ** 63n)) }],
    ['{"x": [9007199254740993, -1, 0, 300]}', { x: int64List(9007199254740993n, -1n, 0n, 300n) }],
    ['{"x": 1.0}', { x: floatList(1) }],
    ['{"x": [1e3, -0.0, 0.1]}', { x: floatList(1000, -0, Math.fround(0.1)) }],
    ['{"x": [NaN, -Infinity, Infinity]}', { x: floatList(NaN, -Infinity, Infinity) }],
    ['{"x": 18446744073709551616}', { x: floatList(2 ** 64) }],
    ['{"x": "é"}', { x: bytesList('\u00c3\u00a9') }],
    ['{"x": {"b64": "/wA="}}', { x: bytesList('\u00ff\u0000') }],
    ['{"x": ["a", {"b64": "YmI="}, "\\u0063"]}', { x: bytesList('a', 'bb', 'c') }],
    ['{"x": []}', { x: {} }],
    ['{}', {}],
    ['{"a": 1, "b\\u0020": "t"}', { 'a': int64List(1n), 'b ': bytesList('t') }],
    ['{"x": 1, "x": 2.5}', { x: floatList(2.5) }],
  ])('of %s', (text, features) => {
    expect(read(text)).toEqual(exampleOf(features));
    expect(read(text, 'default')).toEqual(exampleOf(features));
  });

  it('of numbers with and without a fraction, in default mode', () => {
    expect(read('{"x": [1, 2.5, 9007199254740993]}', 'default')).toEqual(exampleOf({ x: floatList(1, 2.5, 2 ** 53) }));
    expect(thrownBy(() => read('{"x": [1, 2.5]}')).message).toBe('Unexpected element type in feature: x expecting type: int64');
  });

  it('of a context', () => {
    const { input } = parseExampleBody(bytesOf('{"context": {"c": 1}, "examples": [{"x": 2}, {"c": 3}]}'));
    const [first, second] = serializedExamples(input).map((bytes) => fromBinary(ExampleSchema, bytes));
    expect([first, second]).toEqual([exampleOf({ c: int64List(1n), x: int64List(2n) }), exampleOf({ c: int64List(3n) })]);
  });
});

it.each<[string, string]>([
  ['', 'JSON Parse error: The document is empty'],
  ['[1]', 'JSON Value: [1] Is not object'],
  ['{"signature_name": 1}', 'JSON Value: {\n    "signature_name": 1\n} not formatted correctly. \'signature_name\' key must be a string value.'],
  ['{"x": 1}', 'JSON Value: {\n    "x": 1\n} When method is classify, key \'examples\' is expected and was not found'],
  ['{"examples": {}}', 'JSON Value: {\n    "examples": {}\n} Expecting \'examples\' value to be an list/array'],
  ['{"examples": []}', 'JSON Value: {\n    "examples": []\n} \'examples\' value is an empty array'],
  ['{"examples": [1.5]}', 'Example must be JSON object but got JSON Number'],
  ['{"examples": [{"x": 1}, []]}', 'Example must be JSON object but got JSON Array'],
  ['{"examples": [{}], "context": "c"}', 'Example must be JSON object but got JSON String'],
  ['{"examples": [], "context": null}', 'Example must be JSON object but got JSON Null'],
  ['{"examples": [{"x": null}]}', 'Feature: x has element with unexpected JSON type: Null'],
  ['{"examples": [{"x": [[1]]}]}', 'Feature: x has element with unexpected JSON type: Array'],
  ['{"examples": [{"x": {"y": 1}}]}', 'Feature: x has element with unexpected JSON type: Object'],
  ['{"examples": [{"x": [1, {}]}]}', 'Feature: x has element with unexpected JSON type: Object'],
  ['{"examples": [{"x": [10, "a"]}]}', 'Unexpected element type in feature: x expecting type: int64'],
  ['{"examples": [{"x": [1.5, true]}]}', 'Unexpected element type in feature: x expecting type: float'],
  ['{"examples": [{"x": ["a", 1.5]}]}', 'Unexpected element type in feature: x expecting type: bytes'],
  ['{"examples": [{"x": 9223372036854775808}]}', 'Feature: x has uint64_t element. Only int64_t is supported.'],
  ['{"examples": [{"x": {"b64": "*"}}]}', 'Unable to base64 decode'],
])('refuses %s in TensorFlow Serving’s words', (body, message) => {
  for (const compat of ['strict', 'default'] as const) {
    const error = thrownBy(() => parseExampleBody(bytesOf(body), { compat }));
    expect([error.status, error.message]).toEqual(['INVALID_ARGUMENT', message]);
  }
});

it('reads large bodies in slices, to the same examples', async () => {
  const rows = Array.from({ length: 5000 }, (_none, index) => `{"x": [${index}, ${index}.5], "t": "t${index}"}`);
  const bytes = bytesOf(`{"signature_name": "s", "examples": [${rows.join(', ')}]}`);
  let pauses = 0;
  const sliced = await parseExampleBodyInSlices(bytes, {
    sliceBytes: 10_000,
    pause: () => {
      pauses += 1;
      return Promise.resolve();
    },
  });
  expect(pauses).toBeGreaterThan(10);
  expect(sliced).toEqual(parseExampleBody(bytes));
});
