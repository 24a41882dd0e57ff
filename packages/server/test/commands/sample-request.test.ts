import { type DType, type Signature, type TensorSpec } from '@servable/core';
import { expect, it } from 'vitest';
import { curlLine, reachable, sampleBody } from '../../src/commands/sample-request.ts';

type Specs = Readonly<Record<string, readonly [dtype: DType, shape: TensorSpec['shape']]>>;

function signatureOf(inputs: Specs, outputs: Specs = { y: ['FP32', [-1]] }): Signature {
  const mapOf = (specs: Specs): Map<string, TensorSpec> => new Map(Object.entries(specs).map(([name, [dtype, shape]]) => [name, { dtype, shape }]));
  return { methodName: 'tensorflow/serving/predict', inputs: mapOf(inputs), outputs: mapOf(outputs), defaults: new Map(), batching: 'rows' };
}

it.each<[Specs, Specs, unknown]>([
  [{ x: ['FP32', [-1]] }, { y: ['FP32', [-1]] }, { instances: [0] }],
  [{ x: ['FP32', ['batch', 3]] }, { y: ['FP32', ['batch']] }, { instances: [[0, 0, 0]] }],
  [{ x: ['INT64', [-1, -1, 2]] }, { y: ['FP32', [-1]] }, { instances: [[[0, 0]]] }],
  [{ a: ['FP32', [-1]], b: ['BYTES', [-1, 2]] }, { y: ['FP32', [-1]] }, { instances: [{ a: 0, b: ['', ''] }] }],
  [{ x: ['BOOL', [1, 2]] }, { y: ['FP32', [1]] }, { instances: [[false, false]] }],
  [{ x: ['FP32', [2, 2]] }, { y: ['FP32', [2]] }, { inputs: [[0, 0], [0, 0]] }],
  [{ x: ['FP32', []] }, { y: ['FP32', []] }, { inputs: 0 }],
  [{ x: ['FP32', [-1]] }, { y: ['FP32', []] }, { inputs: [0] }],
  [{ a: ['FP32', []], b: ['INT32', [-1]] }, { y: ['FP32', []] }, { inputs: { a: 0, b: [0] } }],
  [{ x: ['FP32', undefined] }, { y: ['FP32', [-1]] }, { inputs: 0 }],
])('asks %j → %j with %j', (inputs, outputs, expected) => {
  expect(JSON.parse(sampleBody('serving_default', signatureOf(inputs, outputs)) ?? 'null')).toEqual(expected);
});

it.each<[Specs, Specs?]>([
  [{ x: ['FP16', [-1]] }],
  [{ x: ['COMPLEX64', [-1]] }],
  [{ x: ['FP32', [-1, 224, 224, 3]] }],
  [{ x: ['FP32', [-1]] }, { y: ['BF16', [-1]] }],
  [{}],
])('has no body for %j → %j', (inputs, outputs) => {
  expect(sampleBody('serving_default', signatureOf(inputs, outputs))).toBeUndefined();
});

it('names the signature when it is not the default one', () => {
  expect(sampleBody('classify', signatureOf({ x: ['FP32', [-1]] }))).toBe('{"signature_name":"classify","instances":[0]}');
});

it('quotes names for the shell and the URL', () => {
  const signatures = new Map([['serving_default', signatureOf({ "it's": ['FP32', [-1]], b: ['FP32', [-1]] })]]);
  expect(curlLine('127.0.0.1:8501', "a b/c'd", signatures)).toBe(
    `curl -d '{"instances":[{"it'\\''s":0,"b":0}]}' http://127.0.0.1:8501/v1/models/a%20b%2Fc'd:predict`,
  );
});

it.each([
  ['0.0.0.0:8501', '127.0.0.1:8501'],
  ['[::]:8501', '127.0.0.1:8501'],
  ['[::1]:8501', '[::1]:8501'],
  ['10.0.0.7:80', '10.0.0.7:80'],
])('reaches %s at %s', (address, expected) => {
  expect(reachable(address)).toBe(expected);
});
