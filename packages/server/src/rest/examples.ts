import type { ServableRequest } from '@servable/core';
import {
  encodeExampleResult,
  encodeExampleResultInSlices,
  type ExampleBody,
  type ExampleResult,
  type ExampleTask,
  parseExampleBody,
  parseExampleBodyInSlices,
} from '@servable/protocol';
import { inferTask } from '../example-inference.ts';
import { isLarge, nextTurn } from '../large-bodies.ts';
import type { Predicting, PredictOptions } from './predict.ts';
import { readBody } from './read-body.ts';
import { JSON_TYPE, type RestReply } from './rest-reply.ts';
import { headersOf, type RestRequest } from './rest-transport.ts';

export interface ExampleTarget {
  readonly task: ExampleTask;
  readonly target: ServableRequest;
}

/** Answers `POST /v1/models/<name>…:classify` and `:regress`. */
export async function inferExamples(request: RestRequest, { task, target }: ExampleTarget, { record, options }: Predicting): Promise<RestReply> {
  record.model = target.name;
  const bytes = await readBody(request.body, request.headers['content-encoding'], options);
  const { signatureName, input } = await parse(bytes, options);
  const call = { task, target, signatureName, input, clock: request.clock, headers: () => headersOf(request) };
  const { result } = await inferTask(call, record, options);
  return { status: 200, contentType: JSON_TYPE, body: await encode(result, options) };
}

function parse(bytes: Uint8Array, { compat, maxJsonDepth }: PredictOptions): ExampleBody | Promise<ExampleBody> {
  const options = { compat, maxDepth: compat === 'strict' ? Infinity : maxJsonDepth };
  if (!isLarge(bytes.length)) return parseExampleBody(bytes, options);
  return parseExampleBodyInSlices(bytes, { ...options, pause: nextTurn });
}

function encode(result: ExampleResult, { compat }: PredictOptions): Uint8Array | Promise<Uint8Array> {
  // About what a score or value takes.
  const bytes = 16 * (result.kind === 'classify' ? result.examples * result.width : result.values.length);
  return isLarge(bytes) ? encodeExampleResultInSlices(result, { compat, pause: nextTurn }) : encodeExampleResult(result, { compat });
}
