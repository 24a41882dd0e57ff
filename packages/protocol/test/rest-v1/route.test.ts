import { expect, it } from 'vitest';
import { type Route, routeOf } from '../../src/rest-v1/route.ts';
import { restErrorOf } from '../../src/rest-v1/error.ts';
import { textOf } from './rest-fixture.ts';

const latest = (name: string) => ({ kind: 'latest', name });

it.each([
  ['POST', '/v1/models/M:predict', { kind: 'predict', request: latest('M') }],
  ['POST', '/v1/models/M:classify', { kind: 'classify', request: latest('M') }],
  ['POST', '/V1/MODELS/m:regress', { kind: 'regress', request: latest('m') }],
  ['POST', '/v1/models/M/versions/3:predict', { kind: 'predict', request: { kind: 'version', name: 'M', version: 3n } }],
  ['POST', '/v1/models/M/versions/003:predict', { kind: 'predict', request: { kind: 'version', name: 'M', version: 3n } }],
  ['POST', `/v1/models/M/versions/${'0'.repeat(60)}3:predict`, { kind: 'predict', request: { kind: 'version', name: 'M', version: 3n } }],
  ['POST', '/v1/models/M/labels/L:predict', { kind: 'predict', request: { kind: 'label', name: 'M', label: 'L' } }],
  ['GET', '/v1/models/M', { kind: 'status', name: 'M', version: undefined }],
  ['GET', '/v1/models/M/versions/9223372036854775807', { kind: 'status', name: 'M', version: 9223372036854775807n }],
  ['GET', '/v1/models/M/labels/bogus', { kind: 'status', name: 'M', version: undefined }],
  ['GET', '/v1/models/M/metadata', { kind: 'metadata', request: latest('M') }],
  ['GET', '/v1/models/M/versions/2/metadata', { kind: 'metadata', request: { kind: 'version', name: 'M', version: 2n } }],
  ['GET', '/v1/models/M/labels/L/metadata', { kind: 'metadata', request: { kind: 'label', name: 'M', label: 'L' } }],
  ['GET', '/v1/models/metadata', { kind: 'status', name: 'metadata', version: undefined }],
  ['GET', '/v1/models/M/METADATA', { kind: 'status', name: 'M', version: undefined }],
  // From the reference's own test of its paths.
  ['GET', '/v1/models/modelname%21%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D', { kind: 'status', name: "modelname!#$%&'()*+,/:;=?@[]", version: undefined }],
  ['POST', '/v1/models/m/labels/latest%2F%3A%3F:predict', { kind: 'predict', request: { kind: 'label', name: 'm', label: 'latest/:?' } }],
  ['GET', '/v1/models/..%2F..%2Fetc%2Fpasswd%00', { kind: 'status', name: '../../etc/passwd\0', version: undefined }],
  ['GET', '/v1/models/a+b', { kind: 'status', name: 'a+b', version: undefined }],
  ['GET', '/metrics', { kind: 'notApi' }],
  ['GET', '/v1', { kind: 'notApi' }],
  ['GET', '/v2/models/M', { kind: 'notApi' }],
])('reads %s %s', (method, target, expected) => {
  expect(routeOf(method, target, { compat: 'strict' })).toEqual(expected);
  expect(routeOf(method, target)).toEqual(expected);
});

it.each([
  ['POST', '/v1/models/M:PREDICT'],
  ['PUT', '/v1/models/M'],
  ['HEAD', '/v1/models/M'],
  ['get', '/v1/models/M'],
  ['GET', '/v1/models/M/'],
  ['GET', '/v1/models/'],
  ['GET', '/v1/models/M:predict'],
  ['POST', '/v1/models/M/metadata'],
  ['POST', '/v1/models'],
  ['GET', '/v1/foo'],
  ['POST', '/v1/models/M/versions/1/labels/L:predict'],
  ['POST', '/v1/models/M/versions/x:predict'],
  ['POST', '/v1/models/M/version/50:predict'],
  ['POST', '/v1/models/M:predict:predict'],
])('says what is malformed: %s %s', (method, target) => {
  expect(messageOf(routeOf(method, target))).toBe(`Malformed request: ${method} ${target}`);
});

it('keeps the query string as part of the path in strict mode only', () => {
  expect(routeOf('GET', '/v1/models/M?x=1', { compat: 'strict' })).toEqual({ kind: 'status', name: 'M?x=1', version: undefined });
  expect(routeOf('GET', '/v1/models/M?x=1')).toEqual({ kind: 'status', name: 'M', version: undefined });
  expect(messageOf(routeOf('POST', '/v1/models/M:predict?x=1', { compat: 'strict' }))).toBe('Malformed request: POST /v1/models/M:predict?x=1');
  expect(routeOf('POST', '/v1/models/M:predict?x=1')).toEqual({ kind: 'predict', request: latest('M') });
});

it('lists models in default mode and misses a name in strict mode', () => {
  expect(routeOf('GET', '/v1/models')).toEqual({ kind: 'list' });
  expect(messageOf(routeOf('GET', '/v1/models', { compat: 'strict' }))).toBe('Missing model name in request.');
  expect(messageOf(routeOf('GET', '/v1/models/versions/3'))).toBe('Missing model name in request.');
  expect(messageOf(routeOf('GET', '/v1/models/versions/3/metadata'))).toBe('Missing model name in request.');
});

it.each([
  ['/v1/models/M/versions/9223372036854775808', 'Failed to convert version: 9223372036854775808 to numeric.'],
  ['/v1/models/%zz', 'Failed to decode model name:%zz'],
  ['/v1/models/%ff', 'Failed to decode model name:%ff'],
  ['/v1/models/M/labels/%', 'Failed to decode model version label:%'],
])('answers %s without a body in strict mode only', (target, message) => {
  const route = routeOf('GET', target);
  expect(messageOf(route)).toBe(message);
  const error = route.kind === 'malformed' ? route.error : undefined;
  expect(restErrorOf(error, { compat: 'strict' })).toEqual({ status: 400, body: new Uint8Array(0) });
  expect(textOf(restErrorOf(error).body)).toContain(message);
});

function messageOf(route: Route): string | undefined {
  return route.kind === 'malformed' ? route.error.message : route.kind;
}
