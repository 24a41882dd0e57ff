import { createTensor, type NamedTensors, type Signature, type Tensor } from '@servable/core';
import { fakeServable, fakeSignature } from '@servable/plugin-testing';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerFixture, startReadyServer } from '../support/server-fixture.ts';

const HEADER = 'inference-header-content-length';
const BINARY = 'application/octet-stream';
const LARGE = 100_000;

const any = (dtype: Tensor['dtype']) => ({ dtype, shape: undefined });
const signatureOf = (inputs: Readonly<Record<string, Tensor['dtype']>>, defaults: NamedTensors = new Map()): Signature =>
  fakeSignature({ inputs: new Map(Object.entries(inputs).map(([name, dtype]) => [name, any(dtype)])), outputs: new Map(Object.entries(inputs).map(([name, dtype]) => [`${name}_out`, any(dtype)])), defaults, batching: 'none' });
const SIGNATURES = new Map([
  ['serving_default', signatureOf({ x: 'FP32' })],
  ['many', signatureOf({ a: 'INT64', b: 'BYTES', c: 'BOOL', d: 'FP16' }, new Map([['d', createTensor('FP16', [1], Uint16Array.of(0x3c00))]]))],
]);
/** Answers each input with itself. */
const echo = fakeServable({ signatures: SIGNATURES, run: (_name, inputs) => new Map([...inputs].map(([name, tensor]) => [`${name}_out`, tensor])) });

let fixture: ServerFixture;
let strict: ServerFixture;
beforeAll(async () => {
  fixture = await startReadyServer({ loader: { servable: () => echo } });
  strict = await startReadyServer({ loader: { servable: () => echo }, config: { compat: 'strict' } });
});
afterAll(() => Promise.all([fixture.close(), strict.close()]));

interface Described {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly unknown[];
  readonly bytes: Uint8Array;
  readonly size?: unknown;
}

function bodyOf(inputs: readonly Described[], more: object = {}): { readonly body: Buffer<ArrayBuffer>; readonly length: number } {
  const described = inputs.map(({ name, datatype, shape, bytes, size = bytes.length }) => ({ name, datatype, shape, parameters: { binary_data_size: size } }));
  const json = Buffer.from(JSON.stringify({ inputs: described, ...more }));
  return { body: Buffer.concat([json, ...inputs.map(({ bytes }) => bytes)]), length: json.length };
}

const bytesOf = (data: ArrayBufferView): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
const floats = (values: readonly number[], shape: readonly number[] = [values.length]): Described => ({ name: 'x', datatype: 'FP32', shape, bytes: bytesOf(Float32Array.from(values)) });
const strings = (...values: readonly Uint8Array[]): Buffer => Buffer.concat(values.flatMap((value) => [bytesOf(Uint32Array.of(value.length)), value]));

function post(server: ServerFixture, body: Uint8Array<ArrayBuffer> | string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`http://${server.rest}/v1/models/m:predict`, { method: 'POST', body, headers });
}

function send(inputs: readonly Described[], more: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const { body, length } = bodyOf(inputs, more);
  return post(fixture, body, { [HEADER]: String(length), ...headers });
}

interface Answer {
  readonly json: { readonly model_name: string; readonly model_version: string; readonly signature_name: string; readonly outputs: readonly (Omit<Described, 'bytes'> & { readonly parameters: { readonly binary_data_size: number } })[] };
  /** By name. */
  readonly tensors: Readonly<Record<string, Buffer>>;
}

async function binaryAnswer(response: Response): Promise<Answer> {
  expect([response.status, response.headers.get('content-type')]).toEqual([200, BINARY]);
  const bytes = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get(HEADER));
  const json = JSON.parse(bytes.toString('utf8', 0, length)) as Answer['json'];
  let at = length;
  const tensors = json.outputs.map(({ name, parameters }) => {
    at += parameters.binary_data_size;
    return [name, bytes.subarray(at - parameters.binary_data_size, at)] as const;
  });
  expect(at).toBe(bytes.length);
  return { json, tensors: Object.fromEntries(tensors) };
}

const MANY: readonly Described[] = [
  { name: 'c', datatype: 'BOOL', shape: [3], bytes: Uint8Array.of(1, 0, 1) },
  { name: 'a', datatype: 'INT64', shape: [2, 1], bytes: bytesOf(BigInt64Array.of(-(2n ** 63n), 5n)) },
  { name: 'b', datatype: 'BYTES', shape: [3], bytes: strings(Buffer.from('é'), Buffer.alloc(0), Uint8Array.of(0xff)) },
];

it('reads tensors behind JSON, and answers with JSON', async () => {
  const response = await send([floats([1, 2.5, NaN, 4], [2, 2])]);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(await response.text()).toBe('{\n    "outputs": [\n        [\n            1.0,\n            2.5\n        ],\n        [\n            NaN,\n            4.0\n        ]\n    ]\n}');
});

it('answers with tensors behind JSON when the client takes it', async () => {
  const { json, tensors } = await binaryAnswer(await send([floats([1, 2.5, NaN, 4], [2, 2])], {}, { accept: `${BINARY}, application/json;q=0.5` }));
  expect(json).toEqual({ model_name: 'm', model_version: '1', signature_name: 'serving_default', outputs: [{ name: 'x_out', datatype: 'FP32', shape: [2, 2], parameters: { binary_data_size: 16 } }] });
  expect(tensors['x_out']?.equals(bytesOf(Float32Array.of(1, 2.5, NaN, 4)))).toBe(true);
});

it('carries every kind of tensor both ways, with defaults, in any order, for the outputs that are wanted', async () => {
  const accept = { accept: BINARY };
  const all = await binaryAnswer(await send(MANY, { signature_name: 'many' }, accept));
  expect(all.json.outputs.map(({ name }) => name)).toEqual(['a_out', 'b_out', 'c_out', 'd_out']);
  for (const { name, bytes } of MANY) expect(all.tensors[`${name}_out`]?.equals(bytes)).toBe(true);
  expect(all.tensors['d_out']?.toString('hex')).toBe('003c');
  const some = await binaryAnswer(await send(MANY, { signature_name: 'many', outputs: [{ name: 'c_out' }, { name: 'a_out' }] }, accept));
  expect(Object.keys(some.tensors)).toEqual(['c_out', 'a_out']);
});

it('answers a JSON request with tensors, and JSON where any type will do', async () => {
  const { tensors } = await binaryAnswer(await post(fixture, '{"instances": [1, 2]}', { accept: BINARY }));
  expect(tensors['x_out']?.equals(bytesOf(Float32Array.of(1, 2)))).toBe(true);
  expect((await post(fixture, '{"instances": [1, 2]}', { accept: '*/*' })).headers.get('content-type')).toBe('application/json');
});

it('carries large tensors, compressed too', async () => {
  const values = Float32Array.from({ length: LARGE }, (_none, index) => index);
  const { body, length } = bodyOf([{ name: 'x', datatype: 'FP32', shape: [LARGE], bytes: bytesOf(values) }]);
  const response = await post(fixture, gzipSync(body), { [HEADER]: String(length), 'content-encoding': 'gzip', accept: BINARY, 'accept-encoding': 'gzip' });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect((await binaryAnswer(response)).tensors['x_out']?.equals(bytesOf(values))).toBe(true);
});

it('begins tensors at an address that fits every dtype', async () => {
  const response = await send([floats([1])], {}, { accept: BINARY });
  expect(Number(response.headers.get(HEADER)) % 8).toBe(0);
});

it('works as docs/rest.md shows it', async () => {
  const half = await startReadyServer({ models: ['half_plus_two'] });
  const page = readFileSync(new URL('../../../../docs/rest.md', import.meta.url), 'utf8');
  const [, snippet = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', snippet.replace('localhost:8501', half.rest)]);
  expect(stdout).toBe('y [ 2.5, 3, 4.5 ]\n');
  await half.close();
});

it('is not there in strict mode', async () => {
  const { body, length } = bodyOf([floats([1])]);
  const response = await post(strict, body, { [HEADER]: String(length) });
  expect([response.status, await response.json()]).toMatchObject([400, {}]);
  expect((await post(strict, '{"instances": [1.0]}', { accept: BINARY })).headers.get('content-type')).toBe('application/json');
});

describe('refuses', () => {
  const cannotRead = 'Cannot read a body of JSON and tensors: ';
  const { body, length: jsonLength } = bodyOf([floats([1])]);
  it.each([
    ['x', `${HEADER} is 'x', but the body has ${body.length} bytes`],
    ['-1', `${HEADER} is '-1', but the body has ${body.length} bytes`],
    [String(body.length + 1), `${HEADER} is '${body.length + 1}', but the body has ${body.length} bytes`],
    [String(jsonLength - 1), `the first ${jsonLength - 1} bytes are no JSON`],
    ['0', 'the first 0 bytes are no JSON'],
  ])('a length of %s', async (length, reason) => {
    const response = await post(fixture, body, { [HEADER]: length });
    expect([response.status, await response.json()]).toEqual([400, { error: cannotRead + reason }]);
  });

  const x = floats([1]);
  const cannotReadX = "Cannot read input 'x': ";
  it.each<[string, readonly Described[], object, string]>([
    ['JSON that is no object', [], [1], ''],
    ['a signature name that is no string', [x], { signature_name: 1 }, `${cannotRead}'signature_name' must be a string`],
    ['an unknown signature', [x], { signature_name: 's' }, 'Serving signature name: "s" not found in signature def'],
    ['inputs that are no list', [], { inputs: {} }, `${cannotRead}'inputs' must be a list`],
    ['an input that is no object', [], { inputs: [1] }, `${cannotRead}each of 'inputs' must be an object with a 'name'`],
    ['no input', [], {}, "Missing named input: x in 'inputs' object."],
    ['an input twice', [x, x], {}, `${cannotReadX}it stands twice`],
    ['another input', [x, { ...x, name: 'y' }], {}, "Cannot read input 'y': the signature has x"],
    ['an unknown type', [{ ...x, datatype: 'float' }], {}, `${cannotReadX}'datatype' must be one such as FP32, INT64 or BYTES`],
    ['a type that objects have', [{ ...x, datatype: '__proto__' }], {}, `${cannotReadX}'datatype' must be one such as FP32, INT64 or BYTES`],
    ['a negative size', [{ ...x, shape: [-1] }], {}, `${cannotReadX}'shape' must be a list of sizes`],
    ['a size that is no number', [{ ...x, shape: ['1'] }], {}, `${cannotReadX}'shape' must be a list of sizes`],
    ['no size of the data', [{ ...x, size: null }], {}, `${cannotReadX}'parameters' must have 'binary_data_size', its number of bytes`],
    ['too few bytes', [{ ...x, size: 8 }], {}, `${cannotReadX}binary_data_size is 8, but only 4 bytes are left`],
    ['too many bytes', [{ ...x, shape: [0], size: 0 }], {}, `${cannotRead}4 bytes follow the last input: the sum of binary_data_size must be 4`],
    ['bytes that do not fit the shape', [{ ...x, shape: [3] }], {}, `${cannotReadX}shape [3] of FP32 takes 12 bytes, binary_data_size is 4`],
    ['a huge shape', [{ ...x, shape: [2 ** 52, 2 ** 52] }], {}, `${cannotReadX}shape [4503599627370496, 4503599627370496] of FP32 takes 8.112963841460668e+31 bytes, binary_data_size is 4`],
    ['a boolean that is none', [{ ...x, datatype: 'BOOL', shape: [4], bytes: Uint8Array.of(0, 1, 2, 0) }], {}, `${cannotReadX}a BOOL must be a byte 0 or 1`],
    ['strings that end early', [{ ...x, datatype: 'BYTES', shape: [1], bytes: strings(Buffer.from('abc')).subarray(0, -1) }], {}, `${cannotReadX}its 6 bytes do not hold 1 strings, each with its length as uint32 in front`],
    ['a string too many', [{ ...x, datatype: 'BYTES', shape: [1], bytes: strings(Buffer.alloc(0), Buffer.alloc(0)) }], {}, `${cannotReadX}its 8 bytes do not hold 1 strings, each with its length as uint32 in front`],
    ['a huge number of strings', [{ ...x, datatype: 'BYTES', shape: [2 ** 40], bytes: strings(Buffer.alloc(0)) }], {}, `${cannotReadX}its 4 bytes do not hold 1099511627776 strings, each with its length as uint32 in front`],
    ['outputs that are no objects', [x], { outputs: ['x_out'] }, `${cannotRead}each of 'outputs' must be an object with a 'name'`],
    ['an unknown output', [x], { outputs: [{ name: 'z' }] }, "Output 'z' is not one of x_out, or stands twice"],
    ['an output twice', [x], { outputs: [{ name: 'x_out' }, { name: 'x_out' }] }, "Output 'x_out' is not one of x_out, or stands twice"],
  ])('%s', async (_title, inputs, more, error) => {
    if (Array.isArray(more)) {
      const response = await post(fixture, JSON.stringify(more), { [HEADER]: String(JSON.stringify(more).length) });
      expect([response.status, await response.json()]).toEqual([400, { error: `${cannotRead}the JSON must be an object` }]);
      return;
    }
    const response = await send(inputs, more);
    expect([response.status, await response.json()]).toEqual([400, { error }]);
  });
});
