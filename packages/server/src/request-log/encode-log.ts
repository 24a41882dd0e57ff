import type { RequestDone } from '@servable/core';
import { encodeModelSpec, encodePredictionLog, encodePredictRequest, encodePredictResponse, type PredictionLogKind } from '@servable/protocol';
import { create, fromBinary, toBinary, toJson } from '@servable/protos';
import { LogMetadataSchema, PredictionLogSchema } from '@servable/protos/prediction-log';
import { ModelSpecSchema } from '@servable/protos/tensorflow-serving';

/** Calls that are logged, and what a PredictionLog names them. */
const KINDS: ReadonlyMap<string, PredictionLogKind> = new Map([
  ['predict', 'predict'],
  ['classify', 'classify'],
  ['regress', 'regress'],
  ['multi-inference', 'multiInference'],
]);

const NO_BYTES = new Uint8Array(0);

function kindOf({ method }: RequestDone): PredictionLogKind {
  return KINDS.get(method) ?? 'predict';
}

/** Whether a request is one that logs hold. */
export function isLoggable(request: RequestDone): boolean {
  return KINDS.has(request.method);
}

export interface LogFacts {
  readonly samplingRate: number;
  readonly now: Date;
}

/**
 * A `tensorflow.serving.PredictionLog` of a request: its message as it came where that was protobuf, else one of the same meaning. A
 * request that failed has no response. The result shares no memory with the request.
 */
export function encodeRequestLog(request: RequestDone, facts: LogFacts): Uint8Array {
  const kind = kindOf(request);
  return encodePredictionLog({ kind, request: requestBytes(request, kind), response: responseBytes(request, kind), metadata: metadataBytes(request, facts) });
}

/** As {@link encodeRequestLog}, the request alone: what warm-up takes. */
export function encodeWarmupLog(request: RequestDone): Uint8Array {
  const kind = kindOf(request);
  return encodePredictionLog({ kind, request: requestBytes(request, kind) });
}

/** The same as one line of JSON: what a PredictionLog has no place for, and the PredictionLog in protobuf's JSON. */
export function encodeJsonLine(request: RequestDone, facts: LogFacts): Uint8Array {
  const { model, version, signature, method, protocol, requestId, status, error, totalMs, runMs, queueMs } = request;
  const log = toJson(PredictionLogSchema, fromBinary(PredictionLogSchema, encodeRequestLog(request, facts)));
  const line = {
    time: facts.now.toISOString(),
    model,
    version: version === undefined ? undefined : String(version),
    signature,
    method,
    protocol,
    requestId,
    status,
    code: error?.code,
    error: error?.message,
    totalMs,
    runMs,
    queueMs,
    log,
  };
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

function requestBytes(request: RequestDone, kind: PredictionLogKind): Uint8Array {
  const { requestMessage, model: name, version, signature: signatureName, inputs = new Map(), wantedOutputs: outputFilter } = request;
  if (requestMessage !== undefined || kind !== 'predict') return requestMessage ?? NO_BYTES;
  return encodePredictRequest({ modelSpec: { name, version, signatureName }, inputs, outputFilter });
}

function responseBytes(request: RequestDone, kind: PredictionLogKind): Uint8Array | undefined {
  const { error, responseMessage, model: name, version, signature: signatureName, outputs } = request;
  if (error !== undefined) return undefined;
  if (responseMessage !== undefined || kind !== 'predict' || version === undefined || outputs === undefined) return responseMessage;
  return encodePredictResponse({ modelSpec: { name, version, signatureName }, outputs });
}

function metadataBytes({ model: name, version, signature: signatureName }: RequestDone, { samplingRate, now }: LogFacts): Uint8Array {
  const modelSpec = fromBinary(ModelSpecSchema, encodeModelSpec({ name, version, signatureName }));
  const timestampSecs = BigInt(Math.floor(now.getTime() / 1000));
  return toBinary(LogMetadataSchema, create(LogMetadataSchema, { modelSpec, samplingConfig: { samplingRate }, timestampSecs }));
}
