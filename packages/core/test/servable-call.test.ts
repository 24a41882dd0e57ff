import { describe, expect, it } from 'vitest';
import { createRunContext, createTensor, resolveCall, type Servable, type Signature } from '../src/index.ts';

const scalar = (value: number) => createTensor('FP32', [], Float32Array.of(value));
const spec = { dtype: 'FP32', shape: [] } as const;
const signature: Signature = {
  methodName: 'tensorflow/serving/predict',
  inputs: new Map([['x', spec], ['factor', spec]]),
  outputs: new Map([['y', spec]]),
  defaults: new Map([['factor', scalar(2)]]),
  batching: 'none',
};
const servable: Servable = { signatures: new Map([['serving_default', signature]]), executor: { id: 'test', maxConcurrentRuns: 1 }, run: () => new Map() };

describe('resolveCall', () => {
  it('takes a map or an object, and fills in defaults', () => {
    const expected = { signatureName: 'serving_default', signature, inputs: new Map([['x', scalar(1)], ['factor', scalar(2)]]) };
    expect(resolveCall(servable, { x: scalar(1) })).toEqual(expected);
    expect(resolveCall(servable, new Map([['x', scalar(1)]]), { outputs: ['y'] })).toEqual(expected);
  });

  it.each([
    ['a signature', () => resolveCall(servable, {}, { signatureName: 'embed' }), "no signature 'embed'; its signatures are serving_default"],
    ['an input', () => resolveCall(servable, { x: scalar(1), z: scalar(1) }), "no input 'z'; its inputs are x, factor"],
    ['an output', () => resolveCall(servable, { x: scalar(1) }, { outputs: ['z'] }), "no output 'z'; its outputs are y"],
    ['what must be given', () => resolveCall(servable, { factor: scalar(1) }), "its input 'x' is missing"],
  ])('names %s that is wrong', (_what, call, message) => {
    expect(call).toThrow(message);
  });
});

it('makes a context of nothing, and keeps what is known', () => {
  expect(createRunContext()).toMatchObject({ deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '' });
  expect(createRunContext().signal.aborted).toBe(false);
  expect(createRunContext({ requestId: 'r', outputs: ['y'] })).toMatchObject({ requestId: 'r', outputs: ['y'] });
});
