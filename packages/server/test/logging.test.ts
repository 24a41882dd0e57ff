import { createHooks, parseModelName, parseVersion, type RequestDone, servableError, type ServingError } from '@servable/core';
import { collectLogger } from '@servable/plugin-testing';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createLogger, logDownloads, logRequests, logStates } from '../src/logging.ts';

function sink(): { readonly stream: Writable; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const write = (chunk: Buffer, _encoding: unknown, written: () => void): void => {
    chunks.push(chunk);
    written();
  };
  return { stream: new Writable({ write }), text: () => Buffer.concat(chunks).toString() };
}

it('writes one JSON object a line, with errors, and without what is below the level', () => {
  const { stream, text } = sink();
  const logger = createLogger({ level: 'info', format: 'json' }, stream);
  logger.debug({}, 'quiet');
  logger.info({ model: 'm' }, 'loaded');
  logger.error({ err: new Error('bad') }, 'failed');
  const [first, second, ...rest] = text().trimEnd().split('\n').map((line): unknown => JSON.parse(line));
  expect(first).toMatchObject({ level: 'info', model: 'm', msg: 'loaded', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
  expect(second).toMatchObject({ level: 'error', msg: 'failed', err: { message: 'bad', stack: expect.stringContaining('logging.test') } });
  expect(rest).toEqual([]);
});

it('gives a stack only to what is broken in the program, and to everything at debug', () => {
  const fieldsAt = (level: 'warn' | 'debug', error: Error): unknown => {
    const { stream, text } = sink();
    createLogger({ level, format: 'json' }, stream).error({ err: error }, 'failed');
    return (JSON.parse(text()) as { readonly err: unknown }).err;
  };
  const missing = servableError('SRV_MODEL_NOT_FOUND', ['m'], { cause: new Error('ENOENT: gone') });
  expect(fieldsAt('warn', missing)).toEqual({ code: 'SRV_MODEL_NOT_FOUND', status: 'NOT_FOUND', message: missing.message, cause: 'ENOENT: gone' });
  expect(fieldsAt('debug', missing)).toMatchObject({ stack: expect.stringContaining('logging.test') });
  expect(fieldsAt('warn', servableError('SRV_INTERNAL', ['x']))).toMatchObject({ stack: expect.stringContaining('logging.test') });
  expect(fieldsAt('warn', new TypeError('y'))).toMatchObject({ type: 'TypeError', stack: expect.stringContaining('logging.test') });
});

it('writes text for people when asked', () => {
  const { stream, text } = sink();
  createLogger({ level: 'info', format: 'pretty' }, stream).info({ model: 'm' }, 'loaded');
  expect(text()).toContain('loaded');
  expect(text()).toContain('"model":"m"');
  expect(() => JSON.parse(text()) as unknown).toThrow(SyntaxError);
});

it('writes nothing when silent', () => {
  const { stream, text } = sink();
  createLogger({ level: 'silent', format: 'json' }, stream).error({}, 'x');
  expect(text()).toBe('');
});

function done(error: ServingError | undefined): RequestDone {
  return {
    model: 'm',
    version: parseVersion(2),
    signature: 's',
    protocol: 'rest-v1',
    method: 'predict',
    requestId: 'r',
    peer: 'p',
    status: error?.status ?? 'OK',
    error,
    totalMs: 1.23456,
    startedMs: 0,
    runStartedMs: 0,
    runMs: 1,
    queueMs: 0,
    computeMs: undefined,
    inputs: undefined,
    wantedOutputs: [],
    outputs: undefined,
    requestMessage: undefined,
    responseMessage: undefined,
    exampleCount: undefined,
    attributes: new Map(),
  };
}

it.each([
  ['debug', undefined],
  ['debug', servableError('SRV_MODEL_NOT_FOUND', ['m'])],
  ['debug', servableError('SRV_REQUEST_CANCELLED', ['m'])],
  ['info', servableError('SRV_DEADLINE_EXCEEDED', ['m'])],
  ['info', servableError('SRV_MANAGER_CLOSED', [])],
  ['error', servableError('SRV_INTERNAL', ['x'])],
] as const)('logs a request at %s that ended with %s', (level, error) => {
  const logger = collectLogger();
  const hooks = createHooks();
  logRequests(hooks, logger);
  hooks.requestDone.call(done(error));
  expect(logger.entries).toHaveLength(1);
  expect(logger.entries[0]).toMatchObject({ level, fields: { requestId: 'r', version: '2', totalMs: 1.235 } });
});

it('logs every state but an end in error, which the manager logs', () => {
  const logger = collectLogger();
  const hooks = createHooks();
  logStates(hooks, logger);
  const id = { name: parseModelName('m'), version: parseVersion(3) };
  for (const state of ['new', 'loading', 'ready', 'draining', 'unloading', 'ended'] as const) hooks.stateChanged.call({ id, state });
  hooks.stateChanged.call({ id, state: 'ended', error: servableError('SRV_INTERNAL', ['x']) });
  expect(logger.messages('info')).toEqual([
    'm/3 was found',
    'm/3 is loading',
    'm/3 is ready',
    'm/3 takes no more requests',
    'm/3 is unloading',
    'm/3 ended',
  ]);
});

it('logs a download at its start, every ten seconds, and at its end', () => {
  const logger = collectLogger();
  const hooks = createHooks();
  let nowMs = 0;
  logDownloads(hooks, logger, () => nowMs);
  const tell = (atMs: number, doneBytes: number, phase: 'running' | 'done' = 'running'): void => {
    nowMs = atMs;
    const id = { name: parseModelName('m'), version: parseVersion(3) };
    hooks.downloadChanged.call({ source: 'source', id, phase, doneBytes, totalBytes: 3 * 2 ** 20 });
  };
  tell(0, 0);
  tell(9_000, 2 ** 20);
  tell(10_000, 1.5 * 2 ** 20);
  tell(12_000, 3 * 2 ** 20, 'done');
  expect(logger.messages('info')).toEqual([
    'm/3 is downloading: 0 bytes of 3 MiB (0 %)',
    'm/3 is downloading: 1.5 MiB of 3 MiB (50 %)',
    'm/3 is downloaded: 3 MiB',
  ]);
  expect(logger.entries.at(-1)?.fields).toEqual({ model: 'm', version: '3', source: 'source', doneBytes: 3_145_728, totalBytes: 3_145_728, ms: 12_000 });
});
