import { parseModelName, parseVersion, type LoaderContext, type RunContext, type ServableId, silentLogger } from '@servable/core';

/**
 * What a run gets when a test has no opinion: a signal that never aborts, no deadline, all outputs, protocol
 * `in-process`. What is given in `overrides` wins.
 */
export function testRunContext(overrides: Partial<RunContext> = {}): RunContext {
  return {
    signal: new AbortController().signal,
    deadlineMs: undefined,
    outputs: [],
    requestId: 'test-request',
    protocol: 'in-process',
    peer: '',
    attributes: new Map(),
    ...overrides,
  };
}

/** What a Loader gets when a test has no opinion: model `test`, version 1, a silent logger. */
export function testLoaderContext(overrides: Partial<LoaderContext> = {}): LoaderContext {
  return { id: testServableId(), logger: silentLogger, ...overrides };
}

/** The id of a version, from plain values. @throws ServingError `SRV_MODEL_NAME_EMPTY`, `SRV_VERSION_INVALID` */
export function testServableId(name = 'test', version: string | number | bigint = 1): ServableId {
  return { name: parseModelName(name), version: parseVersion(version) };
}
