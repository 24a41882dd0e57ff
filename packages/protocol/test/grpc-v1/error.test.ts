import { servableError } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { grpcStatusOf } from '../../src/grpc-v1/error.ts';

describe('grpcStatusOf', () => {
  it.each([
    [servableError('SRV_MODEL_NOT_FOUND', ['m']), 5, 'Servable not found for request: Latest(m)'],
    [servableError('SRV_MODEL_NOT_AVAILABLE', ['m']), 5, 'Servable not found for request: Latest(m)'],
    [servableError('SRV_VERSION_NOT_FOUND', ['m', '7']), 5, 'Servable not found for request: Specific(m, 7)'],
    [servableError('SRV_LABEL_NOT_FOUND', ['m', 'stable']), 3, 'Unrecognized servable version label: stable'],
    [servableError('SRV_LABEL_UNAVAILABLE', ['m', 'stable', '7']), 5, 'Servable not found for request: Specific(m, 7)'],
    [servableError('SRV_DEADLINE_EXCEEDED', ['m']), 4, 'Timed out waiting for notification'],
    [servableError('SRV_MODEL_NAME_EMPTY', []), 3, 'ModelSpec has no name specified.'],
    [servableError('SRV_MANAGER_CLOSED', []), 14, 'The server is shutting down'],
    [new Error('boom'), 13, 'Internal error: boom'],
    ['boom', 13, 'Internal error: boom'],
    [new DOMException('gone', 'AbortError'), 1, 'gone'],
    [new DOMException('late', 'TimeoutError'), 4, 'Timed out waiting for notification'],
  ])('answers %s as TensorFlow Serving would', (error, code, details) => {
    expect(grpcStatusOf(error)).toEqual({ code, details });
  });

  it('cuts a text at 1024 bytes, never inside a character', () => {
    const cut = (message: string) => grpcStatusOf(servableError('SRV_MODEL_NOT_READY', ['m', message])).details;
    const prefix = "Model 'm' did not become ready: ";
    expect(cut('x'.repeat(1024 - prefix.length))).toBe(prefix + 'x'.repeat(1024 - prefix.length));
    expect(cut('x'.repeat(1025 - prefix.length))).toBe(`${prefix}${'x'.repeat(1024 - prefix.length)}...TRUNCATED`);
    expect(cut('x'.repeat(1023 - prefix.length) + 'üü')).toBe(`${prefix}${'x'.repeat(1023 - prefix.length)}...TRUNCATED`);
    expect(cut('😀'.repeat(1000))).toBe(`${prefix}${'😀'.repeat(248)}...TRUNCATED`);
  });
});
