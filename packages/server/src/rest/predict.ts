import { DEFAULT_SIGNATURE_NAME, type NamedTensors, type ServableRequest, type Signature, tensorByteLength } from '@servable/core';
import {
  checkPredictMethod,
  encodePredict,
  encodePredictInSlices,
  parseBinaryBody,
  parsePredictBody,
  parsePredictBodyInSlices,
  type PredictBody,
  type PredictStyle,
  resolveBinaryBody,
  resolvePredictBody,
  resolvePredictBodyInSlices,
  type RestInputs,
  selectRestSignature,
} from '@servable/protocol';
import { infer, type InferenceOptions } from '../inference.ts';
import type { RequestRecord } from '../request-record.ts';
import { acceptsBinary, binaryLengthOf, binaryReply } from './binary.ts';
import { isLarge, nextTurn } from '../large-bodies.ts';
import { type BodyOptions, readBody } from './read-body.ts';
import { JSON_TYPE, type RestReply } from './rest-reply.ts';
import { headersOf, type RestRequest } from './rest-transport.ts';

export interface PredictOptions extends InferenceOptions, BodyOptions {
  readonly maxJsonDepth: number;
}

export interface Predicting {
  readonly record: RequestRecord;
  readonly options: PredictOptions;
}

/** A predict request's body, before and after its signature is known. */
interface PredictSource {
  /** Empty means the default one. */
  readonly signatureName: string;
  resolve(signature: Signature): PredictRun | Promise<PredictRun>;
}

interface PredictRun extends RestInputs {
  readonly outputs: readonly string[];
}

/** Answers `POST /v1/models/<name>…:predict`. */
export async function predict(request: RestRequest, target: ServableRequest, { record, options }: Predicting): Promise<RestReply> {
  record.model = target.name;
  const isStrict = options.compat === 'strict';
  const bytes = await readBody(request.body, request.headers['content-encoding'], options);
  const jsonLength = isStrict ? undefined : binaryLengthOf(request);
  const source = jsonLength === undefined ? await readJson(bytes, options) : readBinary(bytes, jsonLength);
  const { signatureName } = source;
  const { id, outputs, resolved } = await infer(
    {
      target,
      signatureName: signatureName || DEFAULT_SIGNATURE_NAME,
      clock: request.clock,
      headers: () => headersOf(request),
      async resolve(servable) {
        const { signature } = selectRestSignature(servable.signatures, signatureName);
        if (options.checkMethodName === true) checkPredictMethod(signature);
        return { signature, ...(await source.resolve(signature)) };
      },
    },
    record,
    options,
  );
  if (!isStrict && acceptsBinary(request)) return binaryReply({ id, signatureName, outputs });
  return { status: 200, contentType: JSON_TYPE, body: await encode(outputs, resolved.style, options) };
}

async function readJson(bytes: Uint8Array, options: PredictOptions): Promise<PredictSource> {
  const body = await parse(bytes, options);
  const { signatureName } = body;
  const how = { compat: options.compat, isLarge: isLarge(bytes.length) };
  return { signatureName, resolve: async (signature) => ({ ...(await resolve(body, signature, how)), outputs: [] }) };
}

function readBinary(bytes: Uint8Array, jsonLength: string): PredictSource {
  const body = parseBinaryBody(bytes, jsonLength);
  const { signatureName } = body;
  return { signatureName, resolve: (signature) => ({ ...resolveBinaryBody(body, signature), style: 'columnar' }) };
}

function parse(bytes: Uint8Array, { compat, maxJsonDepth }: PredictOptions): PredictBody | Promise<PredictBody> {
  const options = { compat, maxDepth: compat === 'strict' ? Infinity : maxJsonDepth };
  if (!isLarge(bytes.length)) return parsePredictBody(bytes, options);
  return parsePredictBodyInSlices(bytes, { ...options, pause: nextTurn });
}

interface ResolveOptions {
  readonly compat: PredictOptions['compat'];
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
