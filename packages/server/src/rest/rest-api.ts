import { type Manager, type ModelName, type ServableRequest, ServingError } from '@servable/core';
import { encodeMetadata, encodeModelList, encodeStatus, restErrorOf, type Route, routeOf, selectModelStates } from '@servable/protocol';
import { serverError } from '../errors.ts';
import type { ServerHealth } from '../health.ts';
import type { Monitoring } from '../metrics/monitoring.ts';
import { type CallOrigin, recorded, type RequestRecord } from '../request-record.ts';
import { answerPreflight, corsHeaders, refusePreflight } from './cors.ts';
import { inferExamples } from './examples.ts';
import { predict, type PredictOptions } from './predict.ts';
import { answerProbe } from './probes.ts';
import { htmlPage, JSON_TYPE, type RestReply } from './rest-reply.ts';
import { headersOf, type RestRequest } from './rest-transport.ts';

export interface RestApiOptions extends PredictOptions {
  readonly health: ServerHealth;
  readonly monitoring: Monitoring;
  readonly cors: boolean;
  /** The configured models, for the list. */
  readonly models: readonly ModelName[];
}

/** Other methods do not reach TensorFlow Serving's API. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** TensorFlow Serving's REST API, and probes and metrics beside it. Never throws: an error is an answer. */
export async function answerRest(request: RestRequest, options: RestApiOptions): Promise<RestReply> {
  const { method, target } = request;
  const probe = answerProbe(method, target, options.health);
  if (probe !== undefined) return probe;
  const metrics = options.monitoring.answer(method, target);
  if (metrics !== undefined) return metrics;
  if (!METHODS.has(method)) return htmlPage(501);
  const route = routeOf(method, target, options);
  if (route.kind === 'notApi') return notFound(request, options);
  const reply = await answerRoute(request, method === 'OPTIONS' ? { kind: 'preflight' } : route, options);
  return options.cors ? { ...reply, headers: { ...reply.headers, ...corsHeaders(options.compat) } } : reply;
}

/** The shortest time that the header can say: queues empty and models load in less. */
const RETRY_AFTER_SECONDS = '1';

/** The server is too busy now, or has not what is asked for yet. */
function isWorthRetrying(httpStatus: number): boolean {
  return httpStatus === 429 || httpStatus === 503;
}

/** The error reply in TensorFlow Serving's words. */
export function errorReply(error: unknown, options: Pick<RestApiOptions, 'compat'>): RestReply {
  const reply = { contentType: JSON_TYPE, ...restErrorOf(error, options) };
  // The status is gRPC's "resource exhausted", as that of a full queue; HTTP has a better one.
  if (ServingError.is(error) && error.code === 'SRV_BODY_TOO_LARGE') return { ...reply, status: 413 };
  return isWorthRetrying(reply.status) && options.compat !== 'strict' ? { ...reply, headers: { 'retry-after': RETRY_AFTER_SECONDS } } : reply;
}

function notFound({ method, target }: RestRequest, options: RestApiOptions): RestReply {
  if (options.compat === 'strict') return htmlPage(404);
  return errorReply(serverError('SRV_PATH_NOT_FOUND', [method, target]), options);
}

async function answerRoute(request: RestRequest, route: ApiRoute, options: RestApiOptions): Promise<RestReply> {
  let headers: ReadonlyMap<string, string> | undefined;
  const origin: CallOrigin = {
    protocol: 'rest-v1',
    method: route.kind,
    requestId: request.requestId,
    peer: request.peer,
    headers: () => headersOf(request),
    sendHeaders: (given) => {
      headers = given;
    },
  };
  const reply = await recorded(options.manager.hooks, origin, (record) => answer(request, route, { record, options })).catch((error: unknown) =>
    route.kind === 'preflight' ? refusePreflight() : errorReply(error, options),
  );
  return headers === undefined ? reply : { ...reply, headers: { ...reply.headers, ...Object.fromEntries(headers) } };
}

type ApiRoute = Exclude<Route, { kind: 'notApi' }> | { readonly kind: 'preflight' };
type StatusRoute = Extract<Route, { kind: 'status' }>;

interface Answering {
  readonly record: RequestRecord;
  readonly options: RestApiOptions;
}

function answer(request: RestRequest, route: ApiRoute, answering: Answering): RestReply | Promise<RestReply> {
  switch (route.kind) {
    case 'predict':
      return predict(request, route.request, answering);
    case 'metadata':
      return json(metadata(route.request, answering));
    case 'status':
      return json(status(route, answering));
    case 'list':
      return json(list(answering.options));
    case 'classify':
    case 'regress':
      return inferExamples(request, { task: route.kind, target: route.request }, answering);
    case 'preflight':
      return answerPreflight(request.headers.origin);
    case 'malformed':
      throw route.error;
    default:
      return route satisfies never;
  }
}

function json(body: Uint8Array): RestReply {
  return { status: 200, contentType: JSON_TYPE, body };
}

function metadata(target: ServableRequest, { record, options }: Answering): Uint8Array {
  record.model = target.name;
  const handle = options.manager.acquire(target);
  try {
    record.version = handle.id.version;
    return encodeMetadata({ ...handle.id, signatures: handle.servable.signatures });
  } finally {
    handle.release();
  }
}

function status({ name, version }: StatusRoute, { record, options }: Answering): Uint8Array {
  record.model = name;
  const modelSpec = { name, signatureName: '', ...(version === undefined ? {} : { version }) };
  return encodeStatus(selectModelStates(modelSpec, options.manager.states.versions(name)));
}

/** The configured models in the config's order, those without versions included. */
function list({ models, manager }: { readonly models: readonly ModelName[]; readonly manager: Manager }): Uint8Array {
  return encodeModelList(models.map((name) => ({ name, states: manager.states.versions(name) })));
}
