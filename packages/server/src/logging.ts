import { type DownloadProgress, formatServableId, type Hooks, type Logger, messageOf, type RequestDone, type ServableState, ServingError } from '@servable/core';
import { STATUS_NUMBERS } from '@servable/protocol';
import pino from 'pino';
import pretty from 'pino-pretty';
import type { ResolvedConfig } from './config/resolved-config.ts';
import { formatBytes, percentOf } from './format-bytes.ts';

/** Logs go to standard error, so that a command's own output can be piped. */
const STDERR = 2;

/**
 * The server's logger: one JSON object a line (`"level": "info"`), or coloured text when standard error is a terminal (`format: 'auto'`).
 * Lines are written before the call returns, so nothing is lost at exit. `destination` is for tests.
 */
export function createLogger(options: ResolvedConfig['log'], destination?: NodeJS.WritableStream): Logger {
  const isPretty = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY);
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: options.level === 'debug' ? {} : { err: withoutNeedlessStack },
  };
  // By name: what collects logs knows "warn", not pino's number for it.
  const named = { ...settings, formatters: { level: (level: string) => ({ level }) } };
  if (!isPretty) return pino(named, destination ?? pino.destination({ dest: STDERR, sync: true }));
  const stream = pretty({
    colorize: process.stderr.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    sync: true,
    destination: destination ?? STDERR,
  });
  return pino(settings, stream);
}

/** A stack helps with what is broken in the program; a missing folder or a damaged model is told by its message alone. */
function withoutNeedlessStack(error: unknown): unknown {
  if (!ServingError.is(error)) return error instanceof Error ? pino.stdSerializers.err(error) : error;
  if (BROKEN.has(error.status)) return pino.stdSerializers.err(error);
  const { code, status, message, cause } = error;
  const causeText = cause === undefined ? '' : messageOf(cause);
  return { code, status, message, ...(message.includes(causeText) ? {} : { cause: causeText }) };
}

/**
 * Logs every step of every version at `info`, with the milliseconds since the step before. Not the end in an error: the
 * manager logs that where it happens.
 */
export function logStates(hooks: Hooks, logger: Logger): void {
  const since = new Map<string, number>();
  hooks.stateChanged.tap('@servable/server', ({ id, state, error }) => {
    const key = formatServableId(id);
    const now = performance.now();
    const ms = Math.round(now - (since.get(key) ?? now));
    if (state === 'ended') since.delete(key);
    else since.set(key, now);
    if (error === undefined) logger.info({ model: id.name, version: String(id.version), state, ms }, `${key} ${TEXT_OF_STATE[state]}`);
  });
}

const TEXT_OF_STATE: Readonly<Record<ServableState['state'], string>> = {
  new: 'was found',
  loading: 'is loading',
  ready: 'is ready',
  draining: 'takes no more requests',
  unloading: 'is unloading',
  ended: 'ended',
};

/** The time between two lines about one download. */
const DOWNLOAD_LINE_MS = 10_000;

/** Logs downloads of versions at `info`: the start, how far it is every ten seconds, and the end. Why one failed is told by its source. */
export function logDownloads(hooks: Hooks, logger: Logger, nowMs: () => number = () => performance.now()): void {
  const running = new Map<string, { readonly startedMs: number; loggedMs: number }>();
  hooks.downloadChanged.tap('@servable/server', (progress) => {
    const key = formatServableId(progress.id);
    const now = nowMs();
    const { startedMs, loggedMs } = running.get(key) ?? { startedMs: now, loggedMs: -Infinity };
    if (progress.phase !== 'running') running.delete(key);
    else if (now - loggedMs < DOWNLOAD_LINE_MS) return;
    else running.set(key, { startedMs, loggedMs: now });
    const { doneBytes, totalBytes, source } = progress;
    const fields = { model: progress.id.name, version: String(progress.id.version), source, doneBytes, totalBytes, ms: Math.round(now - startedMs) };
    logger.info(fields, downloadText(key, progress));
  });
}

function downloadText(key: string, { phase, doneBytes, totalBytes }: DownloadProgress): string {
  if (phase === 'failed') return `The download of ${key} stopped at ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
  if (phase === 'done') return `${key} is downloaded: ${formatBytes(totalBytes)}`;
  return `${key} is downloading: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} (${percentOf(doneBytes, totalBytes)} %)`;
}

/**
 * Logs every request: at `debug` when it is answered or the client is to blame, at `info` when the server could not (HTTP
 * 5xx), at `error` with the cause when something is broken.
 */
export function logRequests(hooks: Hooks, logger: Logger): void {
  hooks.requestDone.tap('@servable/server', (done) => {
    if (done.error !== undefined && BROKEN.has(done.error.status)) logger.error({ ...fieldsOf(done), err: done.error }, textOf(done));
    else if (STATUS_NUMBERS[done.status].http >= 500) logger.info(fieldsOf(done), textOf(done));
    else logger.debug(fieldsOf(done), textOf(done));
  });
}

const BROKEN: ReadonlySet<string> = new Set(['INTERNAL', 'UNKNOWN', 'DATA_LOSS']);

function textOf(done: RequestDone): string {
  const text = `${done.protocol} ${done.method} ${done.model}: ${done.status}`;
  return done.error === undefined ? text : `${text}: ${done.error.message}`;
}

function fieldsOf(done: RequestDone): object {
  return {
    requestId: done.requestId,
    model: done.model,
    version: done.version === undefined ? undefined : String(done.version),
    signature: done.signature,
    peer: done.peer,
    code: done.error?.code,
    totalMs: Math.round(done.totalMs * 1000) / 1000,
    runMs: Math.round(done.runMs * 1000) / 1000,
  };
}
