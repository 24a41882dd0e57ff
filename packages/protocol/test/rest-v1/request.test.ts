import { type DType, type NamedTensors, type Signature, type Status } from '@servable/core';
import { expect, it } from 'vitest';
import {
  parsePredictBody,
  parsePredictBodyInSlices,
  resolvePredictBody,
  resolvePredictBodyInSlices,
  type RestInputs,
} from '../../src/rest-v1/request.ts';
import { selectRestSignature } from '../../src/rest-v1/signature.ts';
import { bytesOf, plain, signatureOf, thrownBy } from './rest-fixture.ts';

const X = signatureOf({ x: 'FP32' });
const TWO = signatureOf({ b: 'FP32', a: 'BYTES' });

function read(body: string, signature: Signature, compat: 'default' | 'strict' = 'default'): RestInputs {
  return resolvePredictBody(parsePredictBody(bytesOf(body), { compat }), signature, { compat });
}

const inputsOf = (body: string, signature: Signature, compat?: 'default' | 'strict'): Record<string, unknown> =>
  plain(read(body, signature, compat).inputs);

const longText = 'long'.repeat(100);

// One line for each line of the contract's tables of errors.
it.each<[string, Signature, string, Status?]>([
  ['[1, 2]', X, 'JSON Value: [1, 2] Is not object'],
  ['"a"', X, 'JSON Value: "a" Is not object'],
  ['{"signature_name": 5}', X, `JSON Value: {\n    "signature_name": 5\n} not formatted correctly. 'signature_name' key must be a string value.`],
  ['{"instances": [1], "inputs": 1}', X, `JSON Value: {\n    "instances": [1],\n    "inputs": 1\n} Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist `],
  ['{}', X, "Missing 'inputs' or 'instances' key"],
  ['{"instances": 5}', X, `JSON Value: {\n    "instances": 5\n} Expecting 'instances' to be an list/array`],
  ['{"instances": []}', X, `JSON Value: {\n    "instances": []\n} No values in 'instances' array`],
  ['{"instances": [1]}', TWO, 'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map'],
  ['{"inputs": [1]}', TWO, 'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map'],
  ['{"instances": [{"x": 1}, 2]}', X, 'Expecting object but got list at item 1 of input list'],
  ['{"instances": [1, {"x": 2}]}', X, 'Expecting value/list but got object at item 1 of input list'],
  ['{"instances": [1, "a"]}', X, `Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: JSON Value: "a" Type: String is not of expected type: float`],
  ['{"instances": [{"x": true}]}', X, `Failed to process element: 0 key: x of 'instances' list. Error: INVALID_ARGUMENT: JSON Value: true Type: True is not of expected type: float`],
  ['{"instances": [{"x": 1, "y": 2}]}', X, `Failed to process element: 0 key: y of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have named input: y`],
  ['{"instances": [{"b": 1}]}', TWO, `Failed to process element: 0 of 'instances' list. JSON object: {\n    "b": 1\n} keys must be equal to: a,b`],
  ['{"inputs": {"b": 1}}', TWO, "Missing named input: a in 'inputs' object."],
  ['{"inputs": null}', X, 'JSON Value: null Type: Null is not of expected type: float'],
  ['{"inputs": [false]}', X, 'JSON Value: false Type: False is not of expected type: float'],
  ['{"inputs": [1.0]}', signatureOf({ x: 'INT32' }), 'JSON Value: 1.0 Type: Number is not of expected type: int32'],
  ['{"inputs": [2147483648]}', signatureOf({ x: 'INT32' }), 'JSON Value: 2147483648 Type: Number is not of expected type: int32'],
  ['{"inputs": ["1"]}', signatureOf({ x: 'INT64' }), 'JSON Value: "1" Type: String is not of expected type: int64'],
  ['{"inputs": [9223372036854775808]}', signatureOf({ x: 'INT64' }), 'JSON Value: 9223372036854775808 Type: Number is not of expected type: int64'],
  ['{"inputs": [-1]}', signatureOf({ x: 'UINT32' }), 'JSON Value: -1 Type: Number is not of expected type: uint32'],
  ['{"inputs": [-1]}', signatureOf({ x: 'UINT64' }), 'JSON Value: -1 Type: Number is not of expected type: uint64'],
  ['{"inputs": [1]}', signatureOf({ x: 'BOOL' }), 'JSON Value: 1 Type: Number is not of expected type: bool'],
  ['{"inputs": [5]}', signatureOf({ x: 'BYTES' }), 'JSON Value: 5 Type: Number is not of expected type: string'],
  ['{"inputs": [{"b64": "YQ=="}]}', X, 'JSON Value: {\n    "b64": "YQ=="\n} Type: Object is not of expected type: float'],
  ['{"inputs": [[1], 2]}', X, 'JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2'],
  ['{"inputs": [1, [2]]}', X, 'Encountered list at unexpected level: 1 expected < 1'],
  ['{"inputs": [[1, 2], [3]]}', X, 'Encountered list at unexpected size: 1 at level: 1 expected size: 2'],
  ['{"instances": [[1, 2], [3]]}', X, "Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: Expecting tensor size: 2 but got: 1"],
  ['{"instances": [[[1, 2]], [[1], [2]]]}', X, "Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: Expecting shape [1,2] but got: [2,1]"],
  ['{"inputs": [{"b64": 1}]}', signatureOf({ x: 'BYTES' }), 'JSON Value: {\n    "b64": 1\n} not formatted correctly for base64 data'],
  ['{"inputs": [{"b64": "a-_b"}]}', signatureOf({ x: 'BYTES' }), 'Unable to base64 decode'],
  ['{"inputs": [1]}', signatureOf({ x: 'COMPLEX64' }), 'Conversion of JSON Value: 1 to type: complex64', 'UNIMPLEMENTED'],
  ['{"instances": [1]}', signatureOf({ x: 'QINT8' }), "Failed to process element: 0 of 'instances' list. Error: UNIMPLEMENTED: Conversion of JSON Value: 1 to type: qint8"],
  ['{"signature_name": "s", "inputs": 1}', signatureOf({}), 'Failed to get input map for signature: s'],
  ['{"inputs": 1}', signatureOf({}), 'Failed to get input map for signature: DEFAULT'],
  // The quotation ends with the first token after 256 bytes, and before NaN.
  ['[1, NaN, 2]', X, 'JSON Value: [1,  Is not object'],
  ['[1e21, 1e20, 0.1, 5e-324, -0.0, 1e-7]', X, 'JSON Value: [1e21, 100000000000000000000.0, 0.1, 5e-324, -0.0, 1e-7] Is not object'],
  ['["a\\u0001\\/\\n\\u00e9"]', X, 'JSON Value: ["a\\u0001/\\né"] Is not object'],
  ['[[], {}, [{"a": []}]]', X, 'JSON Value: [[], {}, [{\n            "a": []\n        }]] Is not object'],
])('refuses %j in the words of the reference', (body, signature, message, status = 'INVALID_ARGUMENT') => {
  for (const compat of ['default', 'strict'] as const) {
    const error = thrownBy(() => read(body, signature, compat));
    expect([error.status, error.message]).toEqual([status, message]);
  }
});

it('quotes a long string only in part, and whole in strict mode', () => {
  const body = `["${longText}", 1]`;
  expect(thrownBy(() => read(body, X)).message).toBe(`JSON Value: ["${'long'.repeat(64)}" Is not object`);
  expect(thrownBy(() => read(body, X, 'strict')).message).toBe(`JSON Value: ["${longText}" Is not object`);
});

it.each<[string, DType, unknown]>([
  ['{"inputs": 5}', 'FP32', { shape: [], values: [5] }],
  ['{"inputs": []}', 'FP32', { shape: [0], values: [] }],
  ['{"instances": [[], []]}', 'FP32', { shape: [2, 0], values: [] }],
  ['{"instances": [1, 2.5]}', 'FP64', { shape: [2], values: [1, 2.5] }],
  ['{"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}', 'INT16', { shape: [2, 2], values: [1, 2, 3, 4] }],
  ['{"inputs": {"x": [[1]], "other": "ignored"}}', 'UINT8', { shape: [1, 1], values: [1] }],
  ['{"inputs": [1e39, -1e-50, NaN]}', 'FP32', { shape: [3], values: [Infinity, -0, NaN] }],
  ['{"inputs": [18446744073709551615, 0]}', 'UINT64', { shape: [2], values: [18446744073709551615n, 0n] }],
  ['{"inputs": [-9223372036854775808, 9007199254740993]}', 'INT64', { shape: [2], values: [-9223372036854775808n, 9007199254740993n] }],
  ['{"inputs": [4294967295]}', 'UINT32', { shape: [1], values: [4294967295] }],
  ['{"inputs": [true, false]}', 'BOOL', { shape: [2], values: [1, 0] }],
  ['{"instances": [{"b64": "AP8="}, "é", {"b64": " A P 8 "}]}', 'BYTES', { shape: [3], values: ['00ff', 'c3a9', '00ff'] }],
  ['{"inputs": {"b64": "YWI"}}', 'BYTES', { shape: [], values: ['6162'] }],
  ['{"inputs": ["\\ud83d\\ude00\\n\\u0000"]}', 'BYTES', { shape: [1], values: ['f09f98800a00'] }],
  ['{"inputs": 7, "inputs": 8, "unknown": [[[]]]}', 'INT8', { shape: [], values: [7] }],
])('reads %s as %s', (body, dtype, tensor) => {
  for (const compat of ['default', 'strict'] as const) {
    expect(inputsOf(body, signatureOf({ x: dtype }), compat)).toEqual({ x: { dtype, ...(tensor as object) } });
  }
});

it('checks narrow integers against their range, and wraps them in strict mode', () => {
  const signature = signatureOf({ x: 'INT8' });
  const { status, message } = thrownBy(() => read('{"inputs": [1, 300]}', signature));
  expect([status, message]).toEqual(['INVALID_ARGUMENT', 'JSON Value: 300 is out of range for int8: give -128 to 127']);
  expect(inputsOf('{"inputs": [300]}', signature, 'strict')).toEqual({ x: { dtype: 'INT8', shape: [1], values: [44] } });
  expect(inputsOf('{"inputs": [-1]}', signatureOf({ x: 'UINT8' }), 'strict')).toEqual({ x: { dtype: 'UINT8', shape: [1], values: [255] } });
});

it.each<[DType, string, readonly number[], string]>([
  ['UINT16', '[0, 65535]', [0, 65535], 'uint16'],
  ['FP16', '[1.5, 65504, 65519.99, 65520, 0.1, 5.960464477539063e-8, 2.9802322387695312e-8, NaN]', [0x3e00, 0x7bff, 0x7bff, 0x7c00, 0x2e66, 1, 0, 0x7e00], 'half'],
  ['FP16', '[1.00048828125, 1.00146484375, -0.0, -1e9]', [0x3c00, 0x3c02, 0x8000, 0xfc00], 'half'],
  ['BF16', '[1, 1.00390625, 1.01171875, 1e-45, 3.4e38]', [0x3f80, 0x3f80, 0x3f82, 0, 0x7f80], 'bfloat16'],
])('reads %s as numbers in default mode and refuses it in strict mode', (dtype, list, bits, name) => {
  const signature = signatureOf({ x: dtype });
  expect(inputsOf(`{"inputs": ${list}}`, signature)).toEqual({ x: { dtype, shape: [bits.length], values: bits } });
  const error = thrownBy(() => read(`{"inputs": ${list}}`, signature, 'strict'));
  expect([error.status, error.message.endsWith(` to type: ${name}`)]).toEqual(['UNIMPLEMENTED', true]);
});

const K: NamedTensors = new Map([['k', { dtype: 'INT32', shape: [], data: Int32Array.of(2) }]]);
const WITH_DEFAULT = signatureOf({ x: 'FP32', k: 'INT32' }, K);

it('fills in the defaults of the signature, but not in strict mode', () => {
  const filled = { x: { dtype: 'FP32', shape: [1], values: [1] }, k: { dtype: 'INT32', shape: [], values: [2] } };
  expect(inputsOf('{"inputs": {"x": [1]}}', WITH_DEFAULT)).toEqual(filled);
  expect(inputsOf('{"instances": [{"x": 1}]}', WITH_DEFAULT)).toEqual(filled);
  expect(thrownBy(() => read('{"inputs": {"x": [1]}}', WITH_DEFAULT, 'strict')).message).toBe("Missing named input: k in 'inputs' object.");
  expect(thrownBy(() => read('{"instances": [{"x": 1}]}', WITH_DEFAULT, 'strict')).code).toBe('SRV_REST_V1_ELEMENT_KEYS');
});

it.each(['{"instances": [{"x": 1}, {"x": 1, "k": 3}]}', '{"instances": [{"x": 1, "k": 3}, {"x": 1}]}'])(
  'wants an input with a default in all rows or in none: %s',
  (body) => {
    const { code, args } = thrownBy(() => read(body, WITH_DEFAULT));
    expect([code, args[0]]).toEqual(['SRV_REST_V1_ELEMENT_KEYS', 1]);
  },
);

it('calls a signature without inputs with an empty object, but not in strict mode', () => {
  expect(read('{"inputs": {}}', signatureOf({}))).toEqual({ inputs: new Map(), style: 'columnar' });
  expect(thrownBy(() => read('{"inputs": {}}', signatureOf({}), 'strict')).code).toBe('SRV_REST_V1_SIGNATURE_NO_INPUTS');
});

it('feeds a leading base64 value to the first of several inputs in strict mode only', () => {
  const body = '{"instances": [{"b64": "YQ=="}]}';
  const signature = signatureOf({ a: 'BYTES', b: 'FP32' });
  expect(thrownBy(() => read(body, signature)).code).toBe('SRV_REST_V1_INSTANCES_PLAIN');
  expect(thrownBy(() => read(body, signature, 'strict')).message).toBe(
    'input size does not match signature: 1!=2 len({a}) != len({a,b}). Sent extra: {}. Missing but required: {b}.',
  );
  expect(inputsOf(body, signatureOf({ a: 'BYTES', k: 'INT32' }, K), 'strict')).toHaveProperty('k.values', [2]);
});

it('takes the first of keys that stand twice', () => {
  expect(inputsOf('{"instances": [{"x": 1, "x": 2}, {"x": 3}]}', X)).toEqual({ x: { dtype: 'FP32', shape: [2], values: [1, 3] } });
});

it('limits the depth to 64, and not at all in strict mode', () => {
  const body = `{"instances": [1], "nested": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(thrownBy(() => read(body, X)).code).toBe('SRV_REST_V1_JSON_TOO_DEEP');
  expect(inputsOf(body, X, 'strict')).toEqual({ x: { dtype: 'FP32', shape: [1], values: [1] } });
  const deep = `{"instances": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(thrownBy(() => read(deep, X, 'strict')).message).toBe('tensor parsing error: x');
});

it('takes names that objects have of themselves for names', () => {
  const signature = signatureOf({});
  const inputs = new Map(['__proto__', 'constructor'].map((name) => [name, { dtype: 'FP32', shape: undefined } as const]));
  const { inputs: tensors } = read('{"instances": [{"__proto__": 1, "constructor": 2}]}', { ...signature, inputs });
  expect([...tensors].map(([name, { data }]) => [name, data[0]])).toEqual([['__proto__', 1], ['constructor', 2]]);
});

it('does not reserve what a shape claims but what is there', () => {
  const first = `[${'0,'.repeat(99_999)}0]`;
  const rows = '1,'.repeat(99_999);
  const { message } = thrownBy(() => read(`{"instances": [${first},${rows}1]}`, X));
  expect(message).toBe("Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: Expecting tensor size: 100000 but got: 1");
});

it('finds the signature by name, and serving_default when there is none', () => {
  const signatures = new Map([['serving_default', X], ['other', TWO]]);
  expect(selectRestSignature(signatures, '')).toEqual({ name: 'serving_default', signature: X });
  expect(selectRestSignature(signatures, 'other').signature).toBe(TWO);
  const error = thrownBy(() => selectRestSignature(signatures, 'x'));
  expect([error.status, error.message]).toEqual(['INVALID_ARGUMENT', 'Serving signature name: "x" not found in signature def']);
});

it('reads the same in slices, pausing on the way', async () => {
  const rows = Array.from({ length: 300 }, (_, row) => Array.from({ length: 300 }, (__, column) => row * column + 0.25));
  const body = bytesOf(JSON.stringify({ signature_name: 's', instances: rows }));
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
  };
  const parsed = await parsePredictBodyInSlices(body, { sliceBytes: 10_000, pause });
  expect([parsed.signatureName, pauses]).toEqual(['s', Math.ceil(body.length / 10_000) - 1]);
  const { inputs, style } = await resolvePredictBodyInSlices(parsed, X, { pause });
  expect(style).toBe('row');
  expect(inputs.get('x')).toEqual({ dtype: 'FP32', shape: [300, 300], data: Float32Array.from(rows.flat()) });
});
