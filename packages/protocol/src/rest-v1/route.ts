import { type ModelName, parseModelName, parseVersion, type ServableRequest, ServingError, type Version } from '@servable/core';
import type { RestOptions } from './compat.ts';
import { restError } from './errors.ts';

/** What an HTTP request asks of the REST API. */
export type Route =
  | { readonly kind: 'predict' | 'classify' | 'regress' | 'metadata'; readonly request: ServableRequest }
  /** One version, or all of them. A label in the path is not looked at. */
  | { readonly kind: 'status'; readonly name: ModelName; readonly version: Version | undefined }
  /** All models; only in default mode. */
  | { readonly kind: 'list' }
  | { readonly kind: 'malformed'; readonly error: ServingError }
  /** No path of this API: the transport's own 404. */
  | { readonly kind: 'notApi' };

const API = /^\/v1\/.*$/i;
const POST = /^\/v1\/models\/([^/:]+)(?:(?:\/versions\/(\d+))|(?:\/labels\/([^/:]+)))?:(classify|regress|predict)$/i;
const GET = /^\/v1\/models(?:\/([^/:]+))?(?:(?:\/versions\/(\d+))|(?:\/labels\/([^/:]+)))?(?:\/(metadata))?$/i;

interface Target {
  readonly name: string | undefined;
  readonly version: Version | undefined;
  readonly label: string | undefined;
  /** The verb of a POST; `metadata` of a GET. As written: both are compared case-sensitively. */
  readonly verb: string | undefined;
}

/**
 * Finds out what a request asks for. Names and labels are percent-decoded keys (`%2F` is a slash in a name, `+` a plus);
 * nothing of the target ever becomes a path or a pattern.
 *
 * In default mode a query string (and a fragment) is left aside and `GET /v1/models` lists the models; `strict` takes the
 * query as part of the last name and refuses the list, as TensorFlow Serving does.
 *
 * @param method - as sent: `GET`, `POST`; anything else is malformed
 * @param target - the request target as sent: path, query, fragment, not decoded
 *
 * Source: TF Serving, `ParseModelInfo` in `model_servers/http_rest_api_util.cc`.
 */
export function routeOf(method: string, target: string, options: RestOptions = {}): Route {
  const isStrict = options.compat === 'strict';
  const path = isStrict ? target : withoutQuery(target);
  if (!API.test(path)) return { kind: 'notApi' };
  try {
    const parts = parseTarget(method, path);
    return (parts && choose(method, parts, isStrict)) ?? malformed(method, target);
  } catch (error) {
    if (!ServingError.is(error)) throw error;
    return { kind: 'malformed', error };
  }
}

function malformed(method: string, target: string): Route {
  return { kind: 'malformed', error: restError('SRV_REST_V1_MALFORMED', [method, target]) };
}

function withoutQuery(target: string): string {
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}

function parseTarget(method: string, path: string): Target | undefined {
  const pattern = method === 'POST' ? POST : method === 'GET' ? GET : undefined;
  const match = pattern?.exec(path);
  if (!match) return undefined;
  const [, name, version, label, verb] = match;
  return {
    name: name === undefined ? undefined : decode(name, 'SRV_REST_V1_MODEL_NAME_ENCODING'),
    version: version === undefined ? undefined : versionOf(version),
    label: label === undefined ? undefined : decode(label, 'SRV_REST_V1_LABEL_ENCODING'),
    verb,
  };
}

function decode(text: string, code: 'SRV_REST_V1_MODEL_NAME_ENCODING' | 'SRV_REST_V1_LABEL_ENCODING'): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw restError(code, [text], { cause });
  }
}

function versionOf(text: string): Version {
  try {
    // Leading zeros mean nothing, but there may be more of them than a version's text may be long.
    return parseVersion(text.replace(/^0+(?=\d)/, ''));
  } catch (cause) {
    throw restError('SRV_REST_V1_VERSION_RANGE', [text], { cause });
  }
}

function choose(method: string, target: Target, isStrict: boolean): Route | undefined {
  if (method === 'POST') return choosePost(target);
  if (target.name === undefined) return chooseNameless(target, isStrict);
  const name = parseModelName(target.name);
  if (target.verb === 'metadata') return { kind: 'metadata', request: requestOf(name, target) };
  return { kind: 'status', name, version: target.version };
}

function choosePost(target: Target): Route | undefined {
  const { name, verb } = target;
  if (name === undefined || (verb !== 'predict' && verb !== 'classify' && verb !== 'regress')) return undefined;
  return { kind: verb, request: requestOf(parseModelName(name), target) };
}

function chooseNameless(target: Target, isStrict: boolean): Route {
  const isList = target.version === undefined && target.label === undefined && target.verb === undefined;
  if (isList && !isStrict) return { kind: 'list' };
  throw restError('SRV_REST_V1_MODEL_NAME_MISSING', []);
}

function requestOf(name: ModelName, target: Target): ServableRequest {
  if (target.version !== undefined) return { kind: 'version', name, version: target.version };
  if (target.label !== undefined) return { kind: 'label', name, label: target.label };
  return { kind: 'latest', name };
}
