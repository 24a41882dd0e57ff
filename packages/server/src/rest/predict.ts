import { DEFAULT_SIGNATURE_NAME, type NamedTensors, type ServableRequest, type Signature, tensorByteLength } from '@servable/core';
import {
  type Compat,
  encodePredict,
  encodePredictInSlices,
  parsePredictBody,
  parsePredictBodyInSlices,
  type PredictBody,
  type PredictStyle,
  resolvePredictBody,
  resolvePredictBodyInSlices,
  type RestInputs,
  selectRestSignature,
} from '@servable/protocol';
import { infer, type InferenceOptions } from '../inference.ts';
import type { RequestRecord } from '../request-record.ts';
import { isLarge, nextTurn } from './large-bodies.ts';
import { readBody } from './read-body.ts';
import { JSON_TYPE, type RestReply } from './rest-reply.ts';
import { headersOf, type RestRequest } from './rest-transport.ts';

export interface PredictOptions extends InferenceOptions {
  readonly compat: Compat;
  readonly maxJsonDepth: number;
}

export interface Predicting {
  readonly record: RequestRecord;
  readonly options: PredictOptions;
}

/** Answers `POST /v1/models/<name>…:predict`. */
export async function predict(request: RestRequest, target: ServableRequest, { record, options }: Predicting): Promise<RestReply> {
  record.model = target.name;
  const bytes = await readBody(request.body, request.headers['content-encoding']);
  const body = await parse(bytes, options);
  const { outputs, resolved } = await infer(
    {
      target,
      signatureName: body.signatureName || DEFAULT_SIGNATURE_NAME,
      clock: request.clock,
      headers: () => headersOf(request),
      async resolve(servable) {
        const { signature } = selectRestSignature(servable.signatures, body.signatureName);
        const { inputs, style } = await resolve(body, signature, { compat: options.compat, isLarge: isLarge(bytes.length) });
        return { signature, inputs, style, outputs: [] };
      },
    },
    record,
    options,
  );
  return { status: 200, contentType: JSON_TYPE, body: await encode(outputs, resolved.style, options) };
}

function parse(bytes: Uint8Array, { compat, maxJsonDepth }: PredictOptions): PredictBody | Promise<PredictBody> {
  const options = { compat, maxDepth: compat === 'strict' ? Infinity : maxJsonDepth };
  if (!isLarge(bytes.length)) return parsePredictBody(bytes, options);
  return parsePredictBodyInSlices(bytes, { ...options, pause: nextTurn });
}

interface ResolveOptions {
  readonly compat: Compat;
  readonly isLarge: boolean;
}

function resolve(body: PredictBody, signature: Signature, options: ResolveOptions): RestInputs | Promise<RestInputs> {
  const { compat } = options;
  if (!options.isLarge) return resolvePredictBody(body, signature, { compat });
  return resolvePredictBodyInSlices(body, signature, { compat, pause: nextTurn });
}

function encode(outputs: NamedTensors, style: PredictStyle, { compat }: PredictOptions): Uint8Array | Promise<Uint8Array> {
  let byteLength = 0;
  for (const tensor of outputs.values()) byteLength += tensorByteLength(tensor);
  if (!isLarge(byteLength)) return encodePredict(outputs, style, { compat });
  return encodePredictInSlices(outputs, style, { compat, pause: nextTurn });
}
