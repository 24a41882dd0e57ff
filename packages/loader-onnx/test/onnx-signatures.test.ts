import type { OnnxValueInfo } from '@servable/engine-onnxruntime';
import { expect, it } from 'vitest';
import { BatchingDecision } from '../src/batching-decision.ts';
import { type OnnxSignature, resolveSignatures, unservableNotes } from '../src/onnx-signatures.ts';
import type { ServableManifest } from '../src/servable-manifest.ts';

function tensor(name: string, dtype: 'FP32' | 'INT64' = 'FP32', unservable?: string): OnnxValueInfo {
  return { name, kind: 'tensor', dtype, shape: ['n'], unservable };
}

const graph = { path: '/m/model.onnx', inputs: [tensor('x'), tensor('k', 'INT64')], outputs: [tensor('y'), tensor('z'), tensor('pair', 'FP32', 'it is a sequence')] };

function resolve(manifest: ServableManifest): ReadonlyMap<string, OnnxSignature> {
  return resolveSignatures(graph, manifest, new BatchingDecision('none'));
}

it('makes serving_default from all that can be served', () => {
  const signatures = resolve({});
  expect([...signatures.keys()]).toEqual(['serving_default']);
  expect(signatures.get('serving_default')?.signature).toEqual({
    methodName: 'tensorflow/serving/predict',
    inputs: new Map([['x', { dtype: 'FP32', shape: ['n'], graphName: 'x' }], ['k', { dtype: 'INT64', shape: ['n'], graphName: 'k' }]]),
    outputs: new Map([['y', { dtype: 'FP32', shape: ['n'], graphName: 'y' }], ['z', { dtype: 'FP32', shape: ['n'], graphName: 'z' }]]),
    defaults: new Map(),
    batching: 'none',
  });
  expect(unservableNotes(graph.outputs)).toEqual(["Output 'pair' is left out: it is a sequence"]);
});

it('renames, leaves outputs out, and adds signatures beside the default', () => {
  const signatures = resolve({ signatures: { scores: { method: 'classify', inputs: { features: 'x', count: 'k' }, outputs: { scores: 'z' }, batching: 'rows' } } });
  expect([...signatures.keys()]).toEqual(['serving_default', 'scores']);
  const scores = signatures.get('scores');
  expect(scores?.inputs).toEqual(new Map([['features', 'x'], ['count', 'k']]));
  expect(scores?.outputs).toEqual(new Map([['scores', 'z']]));
  expect(scores?.signature).toMatchObject({ methodName: 'tensorflow/serving/classify', batching: 'rows' });
  expect(scores?.signature.inputs.get('features')).toEqual({ dtype: 'FP32', shape: ['n'], graphName: 'x' });
});

it('lets servable.json write serving_default itself, and give an output two names', () => {
  const signature = resolve({ signatures: { serving_default: { outputs: { a: 'y', b: 'y' } } } }).get('serving_default');
  expect(signature?.outputs).toEqual(new Map([['a', 'y'], ['b', 'y']]));
});

it('takes names that objects have of their own as names', () => {
  const odd = { path: 'p', inputs: [tensor('constructor')], outputs: [tensor('__proto__')] };
  const signature = resolveSignatures(odd, JSON.parse('{"signatures": {"__proto__": {"outputs": {"toString": "__proto__"}}}}') as ServableManifest, new BatchingDecision('none')).get('__proto__');
  expect([...(signature?.outputs ?? [])]).toEqual([['toString', '__proto__']]);
});

it('fills defaults in as the dtype of their input', () => {
  const signature = resolve({ signatures: { s: { defaults: { k: { shape: [2], values: ['9007199254740993', 2] } } } } }).get('s');
  expect(signature?.signature.defaults).toEqual(new Map([['k', { dtype: 'INT64', shape: [2], data: BigInt64Array.of(2n ** 53n + 1n, 2n) }]]));
});

it.each<[string, ServableManifest, string, RegExp]>([
  ['an input that is not there', { signatures: { s: { inputs: { a: 'nope' } } } }, '/signatures/s/inputs/a', /'nope' cannot be served: the model has 'x', 'k'/],
  ['an output that cannot be served', { signatures: { s: { outputs: { a: 'pair' } } } }, '/signatures/s/outputs/a', /it is a sequence/],
  ['an input that is left out', { signatures: { s: { inputs: { a: 'x' } } } }, '/signatures/s/inputs', /'k' is left out/],
  ['an input under two names', { signatures: { s: { inputs: { a: 'x', b: 'x', c: 'k' } } } }, '/signatures/s/inputs', /'x' stands under 2 names/],
  ['a default of no input', { signatures: { s: { defaults: { q: { shape: [], values: [1] } } } } }, '/signatures/s/defaults/q', /inputs are x, k/],
  ['a default of another type', { signatures: { s: { defaults: { x: { shape: [], values: ['1'] } } } } }, '/signatures/s/defaults/x', /"1" is no FP32/],
])('refuses %s', (_, manifest, where, words) => {
  expect(() => resolve(manifest)).toThrow(expect.objectContaining({ code: 'SRV_ONNX_MANIFEST_INVALID', args: ['servable.json', where, expect.stringMatching(words)] }));
});

it.each([
  ['an input that cannot be served', { ...graph, inputs: [tensor('list', 'FP32', 'it is a sequence')] }, /input 'list': it is a sequence/],
  ['only outputs that cannot', { ...graph, outputs: [tensor('pair', 'FP32', 'it is a sequence')] }, /'pair' is left out/],
  ['no outputs', { ...graph, outputs: [] }, /no outputs/],
])('refuses a graph with %s', (_, bad, words) => {
  expect(() => resolveSignatures(bad, {}, new BatchingDecision('none'))).toThrow(expect.objectContaining({ code: 'SRV_ONNX_NOTHING_TO_SERVE', status: 'UNIMPLEMENTED', message: expect.stringMatching(words) }));
});
