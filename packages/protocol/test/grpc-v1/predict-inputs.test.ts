import { ServingError, type Signature, type Tensor, type TensorSpec } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { grpcStatusOf } from '../../src/grpc-v1/error.ts';
import { resolvePredictInputs, selectSignature } from '../../src/grpc-v1/predict-inputs.ts';
import type { PredictRequest } from '../../src/grpc-v1/request.ts';
import { encodeTensor } from '../../src/grpc-v1/tensor-proto.ts';

const float: TensorSpec = { dtype: 'FP32', shape: [-1] };
const scalar = (value: number): Tensor => ({ dtype: 'FP32', shape: [], data: Float32Array.of(value) });

function signatureOf(inputs: Record<string, TensorSpec>, defaults: Record<string, Tensor> = {}): Signature {
  return {
    methodName: 'tensorflow/serving/predict',
    inputs: new Map(Object.entries(inputs)),
    outputs: new Map([['y', float], ['a', float]]),
    defaults: new Map(Object.entries(defaults)),
    batching: 'none',
  };
}

function requestOf(inputs: Record<string, Tensor | 'broken'>, outputFilter: readonly string[] = []): PredictRequest {
  const bytes = Object.entries(inputs).map(
    ([alias, tensor]) => [alias, tensor === 'broken' ? Uint8Array.of(8) : encodeTensor(tensor)] as const,
  );
  return { modelSpec: undefined, inputs: new Map(bytes), outputFilter };
}

const xy = signatureOf({ x: { ...float, graphName: 'x:0' }, y: float });
const withDefault = signatureOf({ x: { ...float, graphName: 'x:0' }, y: float }, { y: scalar(7) });

function errorOf(act: () => unknown): string {
  try {
    act();
    return 'no error';
  } catch (error) {
    return ServingError.is(error) ? `${error.status} ${error.message}` : `not ours: ${String(error)}`;
  }
}

describe('resolvePredictInputs', () => {
  it('decodes all inputs and passes on the output filter', () => {
    const { inputs, outputs } = resolvePredictInputs(requestOf({ y: scalar(2), x: scalar(1) }, ['a']), xy);
    expect(inputs).toEqual(new Map([['x', scalar(1)], ['y', scalar(2)]]));
    expect(outputs).toEqual(['a']);
  });

  it('adds defaults for what is left out, and prefers what was sent', () => {
    expect(resolvePredictInputs(requestOf({ x: scalar(1) }), withDefault).inputs.get('y')).toEqual(scalar(7));
    expect(resolvePredictInputs(requestOf({ x: scalar(1), y: scalar(2) }), withDefault).inputs.get('y')).toEqual(scalar(2));
  });

  it('takes no inputs where the signature has none', () => {
    expect(resolvePredictInputs(requestOf({}), signatureOf({}))).toEqual({ inputs: new Map(), outputs: [] });
  });

  it.each([
    [
      'too many inputs',
      xy,
      requestOf({ z: scalar(1), y: scalar(1), x: scalar(1) }),
      'INVALID_ARGUMENT input size does not match signature: 3!=2 len({x,y,z}) != len({x,y}). Sent extra: {z}. Missing but required: {}.',
    ],
    [
      'too many inputs where there are defaults',
      withDefault,
      requestOf({ z: scalar(1), y: scalar(1), x: scalar(1) }),
      'INVALID_ARGUMENT input size does not match signature: 3!=2 len({x,y,z}) != len({x,y}). Sent extra: {z}. Missing but required: {}.',
    ],
    [
      'too few inputs',
      xy,
      requestOf({ w: scalar(1) }),
      'INVALID_ARGUMENT input size does not match signature: 1!=2 len({w}) != len({x,y}). Sent extra: {w}. Missing but required: {x,y}.',
    ],
    [
      'a wrong alias in the right number',
      xy,
      requestOf({ y: scalar(1), b: scalar(1) }),
      'INVALID_ARGUMENT Signature input alias: x(feed name: x:0) not found in request and no default value provided. Inputs expected to be in the request {b,y}, or default input alias set: ',
    ],
    [
      'an input without a default where others have one',
      withDefault,
      requestOf({}),
      'INVALID_ARGUMENT Signature input alias: x(feed name: x:0) not found in request and no default value provided. Inputs expected to be in the request {}, or default input alias set: y',
    ],
    ['a tensor that cannot be read', xy, requestOf({ x: 'broken', y: scalar(1) }), 'INVALID_ARGUMENT tensor parsing error: x'],
    [
      'an unknown alias beside a default',
      withDefault,
      requestOf({ x: scalar(1), q: scalar(1) }),
      'INVALID_ARGUMENT Inputs contains invalid name. Used request inputs: x, request input: q,x',
    ],
    [
      'an unknown output',
      xy,
      requestOf({ x: scalar(1), y: scalar(1) }, ['y', 'q']),
      'INVALID_ARGUMENT output tensor alias not found in signature: q Outputs expected to be in the set {a,y}.',
    ],
    [
      'an output asked for twice',
      xy,
      requestOf({ x: scalar(1), y: scalar(1) }, ['y', 'a', 'y']),
      'INVALID_ARGUMENT duplicate output tensor alias: y',
    ],
  ])('refuses %s in the words of TensorFlow Serving', (_what, signature, request, text) => {
    expect(errorOf(() => resolvePredictInputs(request, signature))).toBe(text);
  });

  it.each([
    ['the number of inputs before their names', xy, requestOf({ q: 'broken' }, ['q']), 'input size does not match'],
    ['missing inputs before broken ones', xy, requestOf({ q: scalar(1), x: 'broken' }), 'Signature input alias: y'],
    ['broken inputs before unknown ones', withDefault, requestOf({ x: 'broken', q: scalar(1) }), 'tensor parsing error'],
    ['unknown inputs before outputs', withDefault, requestOf({ x: scalar(1), q: scalar(1) }, ['q']), 'Inputs contains invalid'],
  ])('checks %s', (_what, signature, request, text) => {
    expect(errorOf(() => resolvePredictInputs(request, signature))).toContain(text);
  });

  it('does not repeat a long name in its message, which is logged too', () => {
    const alias = 'x'.repeat(1_000_000);
    expect(errorOf(() => resolvePredictInputs(requestOf({ [alias]: scalar(1) }), xy)).length).toBeLessThan(5000);
    expect(errorOf(() => resolvePredictInputs(requestOf({ x: scalar(1), y: scalar(1) }, [alias]), xy)).length).toBeLessThan(5000);
    expect(errorOf(() => selectSignature(new Map(), alias)).length).toBeLessThan(5000);
  });

  it('tells why a tensor cannot be read, except when it must be strict', () => {
    const thrown = ((): unknown => {
      try {
        return resolvePredictInputs(requestOf({ x: 'broken', y: scalar(1) }), xy);
      } catch (error) {
        return error;
      }
    })();
    expect(grpcStatusOf(thrown, { compat: 'strict' })).toEqual({ code: 3, details: 'tensor parsing error: x' });
    expect(grpcStatusOf(thrown)).toEqual({
      code: 3,
      details: 'tensor parsing error: x: Cannot read a TensorProto: a varint without an end at byte 1',
    });
  });
});

describe('selectSignature', () => {
  const signatures = new Map([['serving_default', xy], ['other', withDefault]]);

  it('takes serving_default for an empty name', () => {
    expect(selectSignature(signatures, '')).toEqual({ name: 'serving_default', signature: xy });
    expect(selectSignature(signatures, 'other')).toEqual({ name: 'other', signature: withDefault });
  });

  it('refuses an unknown one in the words of TensorFlow Serving', () => {
    expect(errorOf(() => selectSignature(signatures, 'q'))).toBe('FAILED_PRECONDITION Serving signature key "q" not found.');
    expect(errorOf(() => selectSignature(new Map(), ''))).toBe('FAILED_PRECONDITION Serving signature key "serving_default" not found.');
  });
});
