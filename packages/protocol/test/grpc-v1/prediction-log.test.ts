import { ServingError, type Tensor } from '@servable/core';
import { create, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@servable/protos';
import { LogMetadataSchema, PredictionLogSchema } from '@servable/protos/prediction-log';
import { ClassificationRequestSchema, MultiInferenceRequestSchema, PredictRequestSchema, RegressionRequestSchema } from '@servable/protos/tensorflow-serving';
import { assert, nat, property, uint8Array } from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodePredictRequest } from '../../src/grpc-v1/predict-request-writer.ts';
import { decodePredictionLog, encodePredictionLog } from '../../src/grpc-v1/prediction-log.ts';

interface WarmupGolden {
  readonly warmup: { readonly '1': { readonly records: readonly JsonValue[] } };
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../fixtures/goldens/warmup.json'), 'utf8')) as WarmupGolden;
const { records } = golden.warmup['1'];

const REQUESTS = {
  predict: ['predictLog', PredictRequestSchema],
  classify: ['classifyLog', ClassificationRequestSchema],
  regress: ['regressLog', RegressionRequestSchema],
  multiInference: ['multiInferenceLog', MultiInferenceRequestSchema],
} as const;

it('finds kind and request of each record that TensorFlow Serving would run', () => {
  const kinds = records.map((record) => {
    const log = fromJson(PredictionLogSchema, record);
    const { kind, kindNumber, request } = decodePredictionLog(toBinary(PredictionLogSchema, log));
    if (kind === undefined || !(kind in REQUESTS)) throw new Error(`kind ${kindNumber}`);
    const [name, schema] = REQUESTS[kind as keyof typeof REQUESTS];
    expect(log.logType.case).toBe(name);
    const expected = log.logType.case === name ? log.logType.value.request : undefined;
    expect(toJson(schema, fromBinary(schema, request))).toEqual(expected === undefined ? undefined : toJson(schema, expected as never));
    return kind;
  });
  expect(kinds).toEqual(['predict', 'predict', 'predict', 'classify', 'regress', 'multiInference']);
});

it('writes what generated code reads', () => {
  const inputs = new Map<string, Tensor>([
    ['x', { dtype: 'FP32', shape: [2, 1], data: Float32Array.of(1.5, -2) }],
    ['', { dtype: 'BYTES', shape: [1], data: [Buffer.from('é')] }],
  ]);
  const request = encodePredictRequest({ modelSpec: { name: 'm', version: 2n ** 40n, signatureName: 's' }, inputs, outputFilter: ['y'], asTensorContent: true });
  const metadata = toBinary(LogMetadataSchema, create(LogMetadataSchema, { timestampSecs: 7n, samplingConfig: { samplingRate: 0.5 } }));
  const log = fromBinary(PredictionLogSchema, encodePredictionLog({ kind: 'predict', request, response: new Uint8Array(0), metadata }));
  expect(toJson(PredictionLogSchema, log)).toEqual({
    logMetadata: { timestampSecs: '7', samplingConfig: { samplingRate: 0.5 } },
    predictLog: {
      request: {
        modelSpec: { name: 'm', version: String(2n ** 40n), signatureName: 's' },
        inputs: {
          x: { dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '2' }, { size: '1' }] }, tensorContent: Buffer.from(new Uint8Array(Float32Array.of(1.5, -2).buffer)).toString('base64') },
          '': { dtype: 'DT_STRING', tensorShape: { dim: [{ size: '1' }] }, tensorContent: Buffer.from('\u0002é').toString('base64') },
        },
        outputFilter: ['y'],
      },
      response: {},
    },
  });
});

it.each(['classify', 'regress', 'multiInference', 'predict', 'predictStreamed', 'sessionRun'] as const)('reads back the %s it wrote', (kind) => {
  const request = Uint8Array.of(1, 2, 3);
  const log = decodePredictionLog(encodePredictionLog({ kind, request }));
  expect([log.kind, ...log.request]).toEqual([kind, 1, 2, 3]);
});

it('reads any bytes, or says why not', () => {
  assert(
    property(uint8Array({ maxLength: 64 }), nat(1000), (noise, at) => {
      const bytes = Uint8Array.from(encodePredictionLog({ kind: 'predict', request: noise, response: noise }));
      for (const mutated of [noise, bytes.subarray(0, at % (bytes.length + 1)), bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 0x41 : byte))]) {
        try {
          expect(decodePredictionLog(mutated).request).toBeInstanceOf(Uint8Array);
        } catch (error) {
          expect(ServingError.is(error) ? error.code : error).toBe('SRV_GRPC_V1_MALFORMED');
        }
      }
    }),
    { numRuns: 500 },
  );
});

it('keeps the last kind of several, merges the pieces of one, and passes over what it does not know', () => {
  const predict = encodePredictionLog({ kind: 'predict', request: Uint8Array.of(1) });
  const classify = encodePredictionLog({ kind: 'classify', request: Uint8Array.of(2) });
  expect(decodePredictionLog(Buffer.concat([predict, classify])).kind).toBe('classify');
  expect([...decodePredictionLog(Buffer.concat([classify, predict, predict])).request]).toEqual([1, 1]);
  expect(decodePredictionLog(Uint8Array.of(0x78, 1))).toEqual({ kind: undefined, kindNumber: 0, request: new Uint8Array(0) });
  expect(() => decodePredictionLog(Uint8Array.of(0x32, 9))).toThrow('Cannot read a PredictionLog');
});
