import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { parseModelName, parseVersion, type Servable, type Signature, type Tensor, type TensorSpec } from '@servable/core';
import { fakeServable, fakeSignature } from '@servable/plugin-testing';
import {
  GetModelMetadataRequestSchema,
  GetModelMetadataResponseSchema,
  GetModelStatusRequestSchema,
  GetModelStatusResponseSchema,
  type PredictRequestSchema,
  SignatureDefMapSchema,
} from '@servable/protos/tensorflow-serving';
import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats, PREDICT, predictBytes, predictM, predictResponse } from '../support/predict-messages.ts';
import { type ServerFixture, startReadyServer } from '../support/server-fixture.ts';

const METADATA = '/tensorflow.serving.PredictionService/GetModelMetadata';
const STATUS = '/tensorflow.serving.ModelService/GetModelStatus';
const [CANCELLED, INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNIMPLEMENTED, INTERNAL] = [1, 3, 5, 9, 12, 13];

const spec = { dtype: 'FP32', shape: ['batch'] } as const;
const scalar: Tensor = { dtype: 'FP32', shape: [], data: Float32Array.of(7) };
const sum: Servable['run'] = (_signature, inputs) => {
  const values = [...inputs.values()].map((tensor) => Number(tensor.data[0]));
  const total: Tensor = { dtype: 'FP32', shape: [], data: Float32Array.of(values.reduce((a, b) => a + b, 0)) };
  return new Map([['total', total], ['other', scalar]]);
};
const named = (...names: string[]): Map<string, TensorSpec> => new Map(names.map((name) => [name, spec]));
const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ['serving_default', fakeSignature()],
  ['sum', fakeSignature({ inputs: named('b', 'a'), outputs: named('total', 'other') })],
  ['defaulted', fakeSignature({ inputs: named('a').set('b', { ...spec, graphName: 'b:0' }), outputs: named('total'), defaults: new Map([['a', scalar]]) })],
  ['nothing', fakeSignature({ inputs: new Map(), outputs: named('total') })],
]);
const servable = (): Servable => {
  const standard = fakeServable({ signatures: SIGNATURES });
  return { ...standard, run: (name, inputs, context) => (name === 'serving_default' ? standard.run(name, inputs, context) : sum(name, inputs, context)) };
};

let fixture: ServerFixture;
beforeAll(async () => {
  const labels = new Map([['stable', parseVersion(1)], ['gone', parseVersion(9)]]);
  fixture = await startReadyServer({ models: [{ name: parseModelName('m'), labels }], loader: { servable } });
});
afterAll(() => fixture.close());

type PredictInit = MessageInitShape<typeof PredictRequestSchema>;
const m = { name: 'm' };
const x = { x: floats([1]) };

it('answers Predict with the outputs and the model spec that was used', async () => {
  const response = predictResponse(await fixture.grpc.unary(PREDICT, predictM([1, 3])));
  expect(response.modelSpec).toMatchObject({ name: 'm', signatureName: 'serving_default', versionChoice: { case: 'version', value: { value: 1n } } });
  expect(Object.keys(response.outputs)).toEqual(['y']);
  expect(response.outputs['y']).toMatchObject({ dtype: 1, floatVal: [2.5, 3.5], tensorShape: { dim: [{ size: 2n }] } });
});

it.each<[string, PredictInit]>([
  ['a version', { modelSpec: { ...m, versionChoice: { case: 'version', value: { value: 1n } } }, inputs: x }],
  ['a label', { modelSpec: { ...m, versionChoice: { case: 'versionLabel', value: 'stable' } }, inputs: x }],
  ['an output filter', { modelSpec: m, inputs: x, outputFilter: ['y'] }],
])('takes %s', async (_what, request) => {
  const response = predictResponse(await fixture.grpc.unary(PREDICT, predictBytes(request)));
  expect(response.outputs['y']?.floatVal).toEqual([2.5]);
  expect(response.modelSpec?.versionChoice).toMatchObject({ case: 'version', value: { value: 1n } });
});

it('fills in the defaults of a signature', async () => {
  const request = { modelSpec: { ...m, signatureName: 'defaulted' }, inputs: { b: floats([1]) } };
  const response = predictResponse(await fixture.grpc.unary(PREDICT, predictBytes(request)));
  expect(response.outputs['total']?.floatVal).toEqual([8]);
  expect(response.modelSpec?.signatureName).toBe('defaulted');
});

it('runs a signature without inputs', async () => {
  const response = predictResponse(await fixture.grpc.unary(PREDICT, predictBytes({ modelSpec: { ...m, signatureName: 'nothing' } })));
  expect(response.outputs['total']?.floatVal).toEqual([0]);
});

it.each<[string, PredictInit, number, string]>([
  ['no model spec', { inputs: x }, INVALID_ARGUMENT, 'Missing ModelSpec'],
  ['an empty name', { modelSpec: { name: '' }, inputs: x }, INVALID_ARGUMENT, 'ModelSpec has no name specified.'],
  ['an unknown model', { modelSpec: { name: '../m' }, inputs: x }, NOT_FOUND, 'Servable not found for request: Latest(../m)'],
  ['an unknown version', { modelSpec: { ...m, versionChoice: { case: 'version', value: { value: -4n } } }, inputs: x }, NOT_FOUND, 'Servable not found for request: Specific(m, -4)'],
  ['an unknown label', { modelSpec: { ...m, versionChoice: { case: 'versionLabel', value: 'l' } }, inputs: x }, INVALID_ARGUMENT, 'Unrecognized servable version label: l'],
  ['a version of an unknown model', { modelSpec: { name: 'nobody', versionChoice: { case: 'version', value: { value: 3n } } }, inputs: x }, NOT_FOUND, 'Servable not found for request: Specific(nobody, 3)'],
  ['a label of an unknown model', { modelSpec: { name: 'nobody', versionChoice: { case: 'versionLabel', value: 'l' } }, inputs: x }, INVALID_ARGUMENT, 'Unrecognized servable version label: l'],
  ['a label of a version that is gone', { modelSpec: { ...m, versionChoice: { case: 'versionLabel', value: 'gone' } }, inputs: x }, NOT_FOUND, 'Servable not found for request: Specific(m, 9)'],
  ['an unknown signature', { modelSpec: { ...m, signatureName: 's' }, inputs: x }, FAILED_PRECONDITION, 'Serving signature key "s" not found.'],
  [
    'too few inputs',
    { modelSpec: { ...m, signatureName: 'sum' }, inputs: { a: floats([1]) } },
    INVALID_ARGUMENT,
    'input size does not match signature: 1!=2 len({a}) != len({a,b}). Sent extra: {}. Missing but required: {b}.',
  ],
  [
    'too many inputs',
    { modelSpec: m, inputs: { ...x, z: floats([1]) } },
    INVALID_ARGUMENT,
    'input size does not match signature: 2!=1 len({x,z}) != len({x}). Sent extra: {z}. Missing but required: {}.',
  ],
  [
    'a wrong alias',
    { modelSpec: m, inputs: { z: floats([1]) } },
    INVALID_ARGUMENT,
    'Signature input alias: x(feed name: x) not found in request and no default value provided. Inputs expected to be in the request {z}, or default input alias set: ',
  ],
  [
    'an alias beside a default',
    { modelSpec: { ...m, signatureName: 'defaulted' }, inputs: { b: floats([1]), z: floats([1]) } },
    INVALID_ARGUMENT,
    'Inputs contains invalid name. Used request inputs: b, request input: b,z',
  ],
  ['an unknown output', { modelSpec: m, inputs: x, outputFilter: ['q'] }, INVALID_ARGUMENT, 'output tensor alias not found in signature: q Outputs expected to be in the set {y}.'],
  ['an output twice', { modelSpec: m, inputs: x, outputFilter: ['y', 'y'] }, INVALID_ARGUMENT, 'duplicate output tensor alias: y'],
])('refuses %s in TensorFlow Serving’s words', async (_what, request, code, details) => {
  expect(await fixture.grpc.failure(PREDICT, predictBytes(request))).toEqual({ code, details });
});

it('cuts a long text at 1024 bytes', async () => {
  const { details } = await fixture.grpc.failure(PREDICT, predictM([1], 'n'.repeat(3000)));
  expect(details).toHaveLength(1024 + '...TRUNCATED'.length);
  expect(details.endsWith('n...TRUNCATED')).toBe(true);
});

it('names the input that cannot be read', async () => {
  const unreadable = floats([1], [-1]);
  const failure = await fixture.grpc.failure(PREDICT, predictBytes({ modelSpec: m, inputs: { x: unreadable } }));
  expect(failure.code).toBe(INVALID_ARGUMENT);
  expect(failure.details.startsWith('tensor parsing error: x')).toBe(true);
});

it.each([
  ['bytes that are no message', Uint8Array.of(0xff, 0xff, 0xff)],
  ['a message that ends early', predictM([1, 2, 3]).subarray(0, -1)],
])('refuses %s with INVALID_ARGUMENT', async (_what, bytes) => {
  expect((await fixture.grpc.failure(PREDICT, bytes)).code).toBe(INVALID_ARGUMENT);
});

it.each([
  '/tensorflow.serving.SessionService/SessionRun',
  '/tensorflow.serving.PredictionService/predict',
])('answers %s with UNIMPLEMENTED', async (path) => {
  expect((await fixture.grpc.failure(path, new Uint8Array(0))).code).toBe(UNIMPLEMENTED);
});

describe('GetModelStatus', () => {
  const ask = (modelSpec?: MessageInitShape<typeof GetModelStatusRequestSchema>['modelSpec']): Uint8Array =>
    toBinary(GetModelStatusRequestSchema, create(GetModelStatusRequestSchema, modelSpec === undefined ? {} : { modelSpec }));

  it.each([
    ['nothing', m],
    ['a label, known or not', { ...m, versionChoice: { case: 'versionLabel', value: 'x' } } as const],
    ['a version', { ...m, versionChoice: { case: 'version', value: { value: 1n } } } as const],
  ])('answers for %s', async (_what, modelSpec) => {
    const { modelVersionStatus } = fromBinary(GetModelStatusResponseSchema, await fixture.grpc.unary(STATUS, ask(modelSpec)));
    expect(modelVersionStatus).toMatchObject([{ version: 1n, state: 30, status: { errorCode: 0, errorMessage: '' } }]);
  });

  it.each([
    ['no model spec', undefined, INVALID_ARGUMENT, 'Missing ModelSpec'],
    ['an empty name', { name: '' }, NOT_FOUND, 'Could not find any versions of model '],
    ['an unknown model', { name: 'n' }, NOT_FOUND, 'Could not find any versions of model n'],
    ['an unknown version', { ...m, versionChoice: { case: 'version', value: { value: 8n } } } as const, NOT_FOUND, 'Could not find version 8 of model m'],
  ])('refuses %s', async (_what, modelSpec, code, details) => {
    expect(await fixture.grpc.failure(STATUS, ask(modelSpec))).toEqual({ code, details });
  });
});

describe('GetModelMetadata', () => {
  const ask = (request: MessageInitShape<typeof GetModelMetadataRequestSchema>): Uint8Array =>
    toBinary(GetModelMetadataRequestSchema, create(GetModelMetadataRequestSchema, request));

  it('answers with every signature', async () => {
    const bytes = await fixture.grpc.unary(METADATA, ask({ modelSpec: m, metadataField: ['signature_def'] }));
    const response = fromBinary(GetModelMetadataResponseSchema, bytes);
    expect(response.modelSpec).toMatchObject({ name: 'm', signatureName: '', versionChoice: { case: 'version', value: { value: 1n } } });
    const any = response.metadata['signature_def'];
    const signatureDef = (any && anyUnpack(any, SignatureDefMapSchema))?.signatureDef ?? {};
    expect(Object.keys(signatureDef).toSorted()).toEqual([...SIGNATURES.keys()].toSorted());
    expect(signatureDef['defaulted']?.inputs['b']).toMatchObject({ dtype: 1, encoding: { case: 'name', value: 'b:0' } });
  });

  it.each([
    ['no field, before the model is looked up', { modelSpec: { name: 'n' } }, INVALID_ARGUMENT, 'GetModelMetadataRequest must specify at least one metadata_field'],
    ['another field', { modelSpec: m, metadataField: ['signature_def', 'other'] }, INVALID_ARGUMENT, 'Metadata field other is not supported'],
    ['no model spec', { metadataField: ['signature_def'] }, INVALID_ARGUMENT, 'Missing ModelSpec'],
    ['an unknown model', { modelSpec: { name: 'n' }, metadataField: ['signature_def'] }, NOT_FOUND, 'Servable not found for request: Latest(n)'],
  ])('refuses %s', async (_what, request, code, details) => {
    expect(await fixture.grpc.failure(METADATA, ask(request))).toEqual({ code, details });
  });
});

describe('a servable that is slow or broken', () => {
  it('is told when the client cancels', async () => {
    const gone = new AbortController();
    let aborted: (reason: unknown) => void = () => {};
    const reason = new Promise((resolve) => {
      aborted = resolve;
    });
    const run: Servable['run'] = (_signature, _inputs, { signal }) => {
      signal.addEventListener('abort', () => aborted(signal.reason));
      gone.abort();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    const slow = await startReadyServer({ loader: { servable: () => fakeServable({ run }) } });
    expect((await slow.grpc.failure(PREDICT, predictM([1]), { signal: gone.signal })).code).toBe(CANCELLED);
    expect(await reason).toMatchObject({ name: 'AbortError' });
    await slow.close();
  });

  it('is answered for with DEADLINE_EXCEEDED in TensorFlow Serving’s words, even when it ignores its signal', async () => {
    let release = (): void => {};
    const run: Servable['run'] = () =>
      new Promise((resolve) => {
        release = () => resolve(new Map());
      });
    const slow = await startReadyServer({ loader: { servable: () => fakeServable({ run }) } });
    const session = connect(`http://${String(slow.server.addresses.grpc)}`);
    const headers = { ':method': 'POST', ':path': PREDICT, 'content-type': 'application/grpc', te: 'trailers', 'grpc-timeout': '80m' };
    const stream = session.request(headers);
    const message = predictM([1]);
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    const response = await new Promise((resolve) => {
      stream.on('response', resolve);
      stream.end(Buffer.concat([frame, message]));
    });
    expect(response).toMatchObject({ 'grpc-status': '4', 'grpc-message': encodeURI('Timed out waiting for notification') });
    session.close();
    release();
    await slow.close();
  });

  it('is answered for with INTERNAL when it leaves out an output', async () => {
    const broken = await startReadyServer({ loader: { servable: () => fakeServable({ run: () => new Map() }) } });
    const failure = await broken.grpc.failure(PREDICT, predictM([1]));
    expect(failure).toEqual({ code: INTERNAL, details: "Model 'm' did not compute output 'y' of signature 'serving_default'" });
    await broken.close();
  });

  it('keeps a sane request id of the metadata', async () => {
    const tracked = fakeServable();
    const server = await startReadyServer({ loader: { servable: () => tracked } });
    await server.grpc.unary(PREDICT, predictM([1]), { metadata: { 'x-request-id': 'abc-1' } });
    await server.grpc.unary(PREDICT, predictM([1]), { metadata: { 'x-request-id': 'no good' } });
    expect(tracked.runs[0]?.context).toMatchObject({ requestId: 'abc-1', protocol: 'grpc-v1', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    expect(tracked.runs[1]?.context.requestId).toMatch(/^[0-9a-f-]{36}$/);
    await server.close();
  });
});
