import { type Hooks, messageOf, type RunContext, type Servable, ServingError } from '@servable/core';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import { serverError } from '../errors.ts';
import { openJsonFile } from './json-file.ts';
import { openRecordFile } from './record-file.ts';
import type { WarmupFile, WarmupRequest } from './warmup-request.ts';

/** How a server warms up versions. */
export interface WarmupSettings {
  readonly maxJsonDepth: number;
  /** How often each request runs. */
  readonly iterations: number;
  /** `strict`: a request's error is told as it is, without its place. */
  readonly compat: 'default' | 'strict';
  /** Told of each TFRecord file that was read, or could not be. */
  onRecordFile?(report: WarmupReport): void;
}

/** What a config asks for; `undefined`: no warm-up. */
export function warmupSettingsOf({ warmup, warmupIterations, rest, compat }: ResolvedConfig): WarmupSettings | undefined {
  return warmup ? { maxJsonDepth: rest.maxJsonDepth, iterations: warmupIterations, compat } : undefined;
}

/** What became of one file of warm-up requests. */
export interface WarmupReport {
  /** The version's folder. */
  readonly modelPath: string;
  readonly requests: number;
  readonly tookMs: number;
  /** What ended it before its end. */
  readonly error: ServingError | undefined;
}

export interface WarmupTarget {
  /** The version's folder. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * Runs the requests in a version's `assets.extra/tf_serving_warmup_requests`, then those in its `warmup.jsonl` or `warmup.json`, in
 * order, before the version is served. One that fails fails the load, with the file and the place.
 */
export function tapWarmup(hooks: Hooks, settings: WarmupSettings): void {
  hooks.warmup.tapPromise({ name: '@servable/server', keepsErrors: true }, async (servable, { artifact, signal }) => {
    if (artifact !== undefined) await warmUp(servable, { path: artifact.path, signal }, settings);
  });
}

/**
 * Runs the warm-up requests beside one version.
 *
 * @throws ServingError `SRV_WARMUP_FAILED` with the status of what failed; `SRV_WARMUP_TOO_MANY`, `SRV_WARMUP_UNREADABLE`,
 * `SRV_WARMUP_RECORD_MALFORMED`
 */
export async function warmUp(servable: Servable, target: WarmupTarget, settings: WarmupSettings): Promise<void> {
  const records = await openRecordFile(target.path, settings.compat);
  if (records !== undefined) await reported(records, { servable, target, settings });
  const json = await openJsonFile(target.path, settings.maxJsonDepth);
  if (json !== undefined) await runFile(json, { servable, target, settings }, () => {});
}

interface Warming {
  readonly servable: Servable;
  readonly target: WarmupTarget;
  readonly settings: WarmupSettings;
}

async function reported(file: WarmupFile, warming: Warming): Promise<void> {
  const startedMs = performance.now();
  let requests = 0;
  const report = (error: ServingError | undefined): void =>
    warming.settings.onRecordFile?.({ modelPath: warming.target.path, requests, tookMs: performance.now() - startedMs, error });
  try {
    await runFile(file, warming, () => {
      requests += 1;
    });
    report(undefined);
  } catch (error) {
    // A request that fails is no fault of the file, and TensorFlow Serving counts nothing then.
    if (ServingError.is(error) && error.code === 'SRV_WARMUP_UNREADABLE') report(error);
    throw error;
  }
}

async function runFile({ path, requests }: WarmupFile, warming: Warming, onRequest: () => void): Promise<void> {
  for await (const request of requests) {
    for (let iteration = 0; iteration < warming.settings.iterations; iteration += 1) await runRequest(request, path, warming);
    onRequest();
  }
}

async function runRequest(request: WarmupRequest, path: string, { servable, target, settings }: Warming): Promise<void> {
  target.signal.throwIfAborted();
  try {
    await request.run(servable, runContextOf(request, target.signal));
  } catch (error) {
    if (target.signal.aborted || settings.compat === 'strict' || isPlaced(error)) throw error;
    throw failed(path, request.place, error);
  }
}

/** Whether the error says itself which file it is about. */
function isPlaced(error: unknown): boolean {
  return ServingError.is(error) && error.code === 'SRV_WARMUP_RECORD_MALFORMED';
}

function failed(path: string, place: string, cause: unknown): ServingError {
  const error = serverError('SRV_WARMUP_FAILED', [path, place, messageOf(cause)], { cause });
  if (!ServingError.is(cause)) return error;
  const { code, args, message } = error;
  return new ServingError({ code, status: cause.status, args, message, cause });
}

function runContextOf({ place }: WarmupRequest, signal: AbortSignal): RunContext {
  return { signal, deadlineMs: undefined, outputs: [], requestId: `warmup ${place}`, protocol: 'warmup', peer: '', attributes: new Map() };
}
